import type { Fate } from '@capstan/contract/scheduler'
import type { Demand, Plan } from './placement.ts'
import { freeSince } from './placement/checks.ts'

export interface Comparison {
  readonly sessionId: string
  readonly now: Fate
  readonly changed: Fate
}

const inOrder = (waiting: Plan['waiting']): Plan['waiting'] =>
  waiting.toSorted((a, b) => a.position - b.position)

/** What a plan makes of each that waits, by session id, in the order of their positions. */
export function fatesOf({ placed, waiting }: Plan): Map<string, Fate> {
  const iso = (at: number | null): string | null =>
    at === null ? null : new Date(at).toISOString()
  return new Map([
    ...placed.map(({ sessionId, kernels }, index): [string, Fate] => [
      sessionId,
      {
        outcome: 'starts',
        position: index + 1,
        agentIds: [...new Set(kernels.map(({ agentId }) => agentId))],
        reason: null,
        expectedAt: null,
      },
    ]),
    ...inOrder(waiting).map(({ sessionId, reason, startsAt }, index): [string, Fate] => [
      sessionId,
      {
        outcome: 'waits',
        position: placed.length + index + 1,
        agentIds: [],
        reason,
        expectedAt: iso(startsAt),
      },
    ]),
  ])
}

/** Splits a queue into those that may wait on, as those whose time has not come and those that wait for others, and the fates of those that have waited longer than they may; 0: for ever. */
export function cancelOverdue(
  queue: readonly Demand[],
  { now, timeoutS }: { now: number; timeoutS: number },
): { queue: readonly Demand[]; cancelled: Map<string, Fate> } {
  const isOverdue = (demand: Demand): boolean => {
    const since = freeSince(demand)
    return timeoutS > 0 && since !== null && since < now - timeoutS * 1000
  }
  const reason = {
    code: 'pending_timeout',
    message: `It has waited longer than ${timeoutS} s`,
  }
  const fate: Fate = {
    outcome: 'cancelled',
    position: null,
    agentIds: [],
    reason,
    expectedAt: null,
  }
  return {
    queue: queue.filter(demand => !isOverdue(demand)),
    cancelled: new Map(queue.filter(isOverdue).map(({ sessionId }) => [sessionId, fate])),
  }
}

/** Those that fare otherwise after a change than now: first those of which one is started and not the other, then by places moved. */
export function compareFates(
  now: ReadonlyMap<string, Fate>,
  changed: ReadonlyMap<string, Fate>,
): Comparison[] {
  const places = ({ now: from, changed: to }: Comparison): number =>
    from.position === null || to.position === null ? 0 : Math.abs(from.position - to.position)
  const isTurned = (one: Comparison): number => Number(one.now.outcome !== one.changed.outcome)
  return [...now]
    .flatMap(([sessionId, before]) => {
      const after = changed.get(sessionId)
      return after ? [{ sessionId, now: before, changed: after }] : []
    })
    .filter(
      one => isTurned(one) || places(one) > 0 || one.now.reason?.code !== one.changed.reason?.code,
    )
    .sort((a, b) => isTurned(b) - isTurned(a) || places(b) - places(a))
}
