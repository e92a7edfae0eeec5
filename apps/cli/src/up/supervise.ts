import type { ChildProcess } from 'node:child_process'
import { backoffMs, pause } from '@capstan/runtime/retry'

export interface SuperviseOptions {
  readonly name: string
  /** Starts the program. Rejects when it could not be started. */
  readonly launch: () => Promise<ChildProcess>
  readonly stopWith: NodeJS.Signals
  /** Told each time that it ended, or could not be started, without being asked to stop. */
  readonly onFailure: (what: string) => void
  /** Told when the set of running processes has changed. */
  readonly onChange: () => void
}

export interface Supervised {
  readonly name: string
  readonly pid: () => number | undefined
  /** Ends it for good. Resolves when it is gone. */
  readonly stop: () => Promise<void>
}

/** A program that has run this long begins anew with short waits. */
const settledMs = 30_000

/** Longer than the grace that programs give themselves (runtime/shutdown.ts). */
const hardStopMs = 12_000

/** Runs a program and starts it again, with growing waits, whenever it ends. Rejects when the first start fails. */
export async function supervise(options: SuperviseOptions): Promise<Supervised> {
  const { name, launch, onFailure, onChange } = options
  const stopping = new AbortController()
  const current: { child: ChildProcess | undefined } = { child: await launch() }
  onChange()

  const relaunch = async (): Promise<ChildProcess | undefined> => {
    try {
      return await launch()
    } catch (error) {
      onFailure(error instanceof Error ? error.message : String(error))
      return undefined
    }
  }
  const watch = async (): Promise<void> => {
    for (let attempt = 1; ; attempt++) {
      const begin = performance.now()
      if (current.child) {
        const ended = await endOf(current.child)
        current.child = undefined
        if (stopping.signal.aborted) return
        onFailure(ended)
      }
      if (performance.now() - begin > settledMs) attempt = 1
      await pause(backoffMs(attempt, 200, 15_000), stopping.signal)
      if (stopping.signal.aborted) return
      current.child = await relaunch()
      onChange()
      if (stopping.signal.aborted) current.child?.kill(options.stopWith)
    }
  }
  const watched = watch()

  return {
    name,
    pid: () => current.child?.pid,
    stop: async () => {
      stopping.abort()
      current.child?.kill(options.stopWith)
      const hard = setTimeout(() => current.child?.kill('SIGKILL'), hardStopMs)
      await watched
      clearTimeout(hard)
    },
  }
}

/** How a child ended, in words. One that could not be started at all never exits: it says so by an error. */
function endOf(child: ChildProcess): Promise<string> {
  const words = (): string =>
    child.signalCode === null
      ? `ended with exit code ${child.exitCode}`
      : `was ended by ${child.signalCode}`
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(words())
  return new Promise(resolve => {
    child.once('exit', () => resolve(words()))
    if (child.pid === undefined)
      child.once('error', error => resolve(`cannot be started: ${error.message}`))
  })
}
