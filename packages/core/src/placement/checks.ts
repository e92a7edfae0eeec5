import type { Reason } from '@capstan/contract/session'
import type { Demand } from '../placement.ts'

/** From when on a session has waited for room; null: it waits for others still. */
export const freeSince = ({
  waitsSince,
  enqueuedAt,
}: Pick<Demand, 'waitsSince' | 'enqueuedAt'>): number | null =>
  waitsSince === undefined ? enqueuedAt : waitsSince

/** Why a session may not start yet, whatever is free: its own time, or sessions that it depends on. */
export function checkReady(demand: Demand, now: number | undefined): Reason | undefined {
  return checkTime(demand, now) ?? checkDependencies(demand)
}

function checkTime({ notBefore }: Demand, now: number | undefined): Reason | undefined {
  if (now === undefined || notBefore === undefined || notBefore === null || now >= notBefore)
    return undefined
  const at = new Date(notBefore).toISOString()
  return {
    code: 'not_yet',
    message: `It is to start at ${at}, not before`,
    data: { notBefore: at },
  }
}

function checkDependencies({ dependencies }: Demand): Reason | undefined {
  if (dependencies === undefined || dependencies.length === 0) return undefined
  const failed = dependencies.filter(one => one.state === 'failed')
  const waiting = dependencies.filter(one => one.state === 'waiting')
  const first = failed[0] ?? waiting[0]
  if (!first) return undefined
  const [code, message] =
    failed.length > 0
      ? ['dependency_failed', `It depends on ${first.name}, which did not end well`]
      : ['dependency', `It waits for ${listed(waiting.map(one => one.name))} to end well`]
  // Of many, as many as are looked at: this stands in each of perhaps a thousand reasons.
  const data = { failed: failed.slice(0, mostTold), waiting: waiting.slice(0, mostTold) }
  return { code, message, data: { ...data, waitingCount: waiting.length } }
}

const mostTold = 4

/** The first few of many. */
const listed = (names: readonly string[]): string =>
  names.length <= mostTold
    ? names.join(', ')
    : `${names.slice(0, 3).join(', ')} and ${names.length - 3} others`
