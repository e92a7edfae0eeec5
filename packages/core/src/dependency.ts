import type { SessionStatus } from '@capstan/contract/session'
import type { Dependency } from './placement.ts'
import { isEnded } from './session.ts'

/** A session that another one waits for, as far as that matters to the other. */
export interface Awaited {
  readonly sessionId: string
  readonly name: string
  readonly type: 'interactive' | 'batch' | 'inference'
  readonly status: SessionStatus
  readonly result: 'undefined' | 'success' | 'failure'
  readonly exitCode: number | null
  readonly hasStarted: boolean
}

/** Somebody who waits, for somebody. */
export interface Edge {
  readonly waiterId: string
  readonly awaited: Awaited
}

/**
 * Whether what somebody waits for has come about. A batch session has to succeed; another one has no result of its own, and has
 * ended well when it ran and was ended.
 */
export function stateOf({
  type,
  status,
  result,
  hasStarted,
}: Pick<Awaited, 'type' | 'status' | 'result' | 'hasStarted'>): Dependency['state'] {
  if (!isEnded(status)) return 'waiting'
  const isGood = type === 'batch' ? result === 'success' : hasStarted
  return status === 'terminated' && isGood ? 'succeeded' : 'failed'
}

export interface Resolution {
  /** All that they waited for has come about. */
  readonly released: readonly string[]
  /** What they waited for cannot come about any more. */
  readonly hopeless: readonly { readonly waiterId: string; readonly message: string }[]
}

/**
 * What becomes of those who wait for others. Whoever waits for one that becomes hopeless is hopeless too, all along the line.
 * `edges` has all that each waits for.
 */
export function resolve(edges: readonly Edge[]): Resolution {
  const waiters = Map.groupBy(edges, edge => edge.waiterId)
  const byAwaited = Map.groupBy(edges, edge => edge.awaited.sessionId)
  const hopeless = new Map<string, string>()
  for (const { waiterId, awaited } of edges)
    if (stateOf(awaited) === 'failed') hopeless.set(waiterId, describe(awaited))
  // A map goes on with what is added while it is walked.
  for (const id of hopeless.keys())
    for (const { waiterId, awaited } of byAwaited.get(id) ?? [])
      if (!hopeless.has(waiterId))
        hopeless.set(waiterId, describe({ ...awaited, status: 'cancelled' }))
  return {
    released: [...waiters]
      .filter(([, own]) => own.every(({ awaited }) => stateOf(awaited) === 'succeeded'))
      .map(([waiterId]) => waiterId),
    hopeless: [...hopeless].map(([waiterId, message]) => ({ waiterId, message })),
  }
}

/** How one ended that did not end well. */
export function describeEnd({
  status,
  exitCode,
  result,
}: Pick<Awaited, 'status' | 'exitCode' | 'result'>): string {
  if (status === 'cancelled') return 'was cancelled'
  if (status === 'error') return 'could not be started'
  if (result === 'failure' && exitCode !== null) return `ended with exit code ${exitCode}`
  return 'was ended before it was done'
}

const describe = (awaited: Awaited): string =>
  `It was to start after ${awaited.name}, which ${describeEnd(awaited)}`
