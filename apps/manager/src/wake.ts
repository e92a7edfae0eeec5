import { randomUUID } from 'node:crypto'
import type { Log } from '@capstan/runtime/log'

/** What can be woken: a loop by name, or the waiting requests of one agent. */
export type WakeTarget =
  | 'scheduler'
  | 'housekeeper'
  | 'sweep'
  | 'services'
  | 'jobs'
  | 'log'
  | `agent:${string}`

export type Listener = () => void

export interface Wake {
  /** To be called after the commit that gives reason to. */
  (targets: readonly WakeTarget[]): void
  /** Calls `listener` whenever the target is woken, here or by another manager. Answers how to stop that. */
  readonly on: (target: WakeTarget, listener: Listener) => () => void
  /** Takes what a manager announced; what this one did is known here. */
  readonly receive: (payload: string) => void
}

/** What announces to all managers: a pool of connections. */
export interface Announcer {
  readonly query: (text: string, values: unknown[]) => Promise<unknown>
}

export const wakeChannel = 'capstan_wake'

/** Payloads of `notify` are at most 8000 bytes. */
const payloadLimit = 7000

/** Wake-ups in this process are immediate; other managers hear of them from PostgreSQL. A lost one costs a loop's rest, no more. */
export function createWake(announcer: Announcer, log: Log): Wake {
  // Begins each payload: whoever announced it hears it too.
  const origin = randomUUID()
  const listeners = new Map<string, Set<Listener>>()
  const call = (target: string): void => {
    for (const listener of listeners.get(target) ?? []) listener()
  }
  // What comes while something is being announced goes together, afterwards.
  const waiting = new Set<string>()
  let isAnnouncing = false
  const announceAll = async (): Promise<void> => {
    isAnnouncing = true
    while (waiting.size > 0) {
      const payloads = packed(origin, [...waiting])
      waiting.clear()
      await announcer
        .query('select pg_notify($1, payload) from unnest($2::text[]) as payload', [
          wakeChannel,
          payloads,
        ])
        .catch((error: unknown) => log.warn({ err: error }, 'wake_not_announced'))
    }
    isAnnouncing = false
  }
  const announce = (targets: readonly string[]): void => {
    for (const target of targets) waiting.add(target)
    if (!isAnnouncing) void announceAll()
  }
  const wake = (targets: readonly WakeTarget[]): void => {
    if (targets.length === 0) return
    const distinct = [...new Set(targets)]
    for (const target of distinct) call(target)
    announce(distinct)
  }
  return Object.assign(wake, {
    on: (target: WakeTarget, listener: Listener) => {
      const set = listeners.get(target) ?? new Set()
      listeners.set(target, set.add(listener))
      return () => {
        set.delete(listener)
        if (set.size === 0 && listeners.get(target) === set) listeners.delete(target)
      }
    },
    receive: (payload: string) => {
      const [from, ...targets] = payload.split(',')
      if (from === origin) return
      for (const target of targets) call(target)
    },
  })
}

function packed(origin: string, targets: readonly string[]): string[] {
  const payloads: string[] = []
  for (const target of targets) {
    const last = payloads.at(-1)
    if (last !== undefined && last.length + target.length < payloadLimit)
      payloads[payloads.length - 1] = `${last},${target}`
    else payloads.push(`${origin},${target}`)
  }
  return payloads
}
