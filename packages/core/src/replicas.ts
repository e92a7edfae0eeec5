import type { Reason, SessionStatus } from '@capstan/contract/session'

/** Codes of the reasons of an end that somebody wanted: another replica takes its place at once. */
const wantedEnds = [
  'agent_drained',
  'agent_moved',
  'force_terminated',
  'lifetime_over',
  'owner_deactivated',
  'preempted',
  'replica_surplus',
  'user_requested',
]

/** How far back an end counts as a failure, in milliseconds. */
export const failureWindowMs = 3_600_000

const firstRestMs = 10_000
const longestRestMs = 300_000

/** A replica that has ended, or could not be started. Times are in milliseconds since the epoch. */
export interface EndedReplica {
  readonly endedAt: number
  readonly code: string | null
}

/** How many replicas may not be replaced yet, the latest that failed, and when it may be. */
export interface Rest<R extends EndedReplica> {
  readonly count: number
  readonly latest: R
  readonly until: number
}

/**
 * Which replicas rest before another one takes their place, or null: none does. A service whose replicas keep failing is
 * given 10 seconds, then 20, 40 and so on up to five minutes; failures are counted for each replica that is to run, within an
 * hour. `ended`: those that ended since the number of replicas was set.
 */
export function restOf<R extends EndedReplica>(
  ended: readonly R[],
  { replicaCount, now }: { readonly replicaCount: number; readonly now: number },
): Rest<R> | null {
  const failed = ended.filter(
    ({ code, endedAt }) => !wantedEnds.includes(code ?? '') && endedAt > now - failureWindowMs,
  )
  if (failed.length === 0) return null
  const latest = failed.reduce((last, one) => (one.endedAt > last.endedAt ? one : last))
  const rounds = Math.ceil(failed.length / Math.max(1, replicaCount))
  const restMs = Math.min(longestRestMs, firstRestMs * 2 ** (rounds - 1))
  const count = failed.filter(({ endedAt }) => endedAt + restMs > now).length
  return count > 0 ? { count, latest, until: latest.endedAt + restMs } : null
}

/** A replica that has not ended and is not about to; `id` in the order of creation. */
export interface LiveReplica {
  readonly id: string
  readonly status: SessionStatus
  readonly isNodeLost: boolean
}

/** Which replicas go when there are too many: those that do not run, or on a machine that is lost, then the youngest. */
export function surplus(live: readonly LiveReplica[], replicaCount: number): LiveReplica[] {
  const runs = ({ status, isNodeLost }: LiveReplica): number =>
    status === 'running' && !isNodeLost ? 1 : 0
  return [...live]
    .sort((a, b) => runs(a) - runs(b) || (a.id < b.id ? 1 : -1))
    .slice(0, Math.max(0, live.length - replicaCount))
}

/** Whether those for whom a service runs may still start sessions where it is. */
export interface Standing {
  readonly isUserActive: boolean
  readonly isKeypairActive: boolean
  readonly isMember: boolean
  readonly isGroupActive: boolean
  readonly isGroupOpen: boolean
  readonly takesInference: boolean
}

/** Why no replica may be added, whatever is free; null where one may. */
export function whyNoReplica(standing: Standing, resourceGroup: string): Reason | null {
  const group = `Resource group ${resourceGroup}`
  if (!standing.isUserActive || !standing.isKeypairActive)
    return {
      code: 'user_not_active',
      message: 'The account of its owner, or the keypair that it runs under, is not active',
    }
  if (!standing.isMember)
    return {
      code: 'project_not_found',
      message: 'Its owner is not a member of its project any more, or the project is not active',
    }
  if (!standing.isGroupActive)
    return {
      code: 'group_not_active',
      message: `${group} is not active: no replica starts until it is activated`,
    }
  if (!standing.isGroupOpen)
    return {
      code: 'group_not_found',
      message: `${group} is not open to its owner and project any more`,
    }
  return standing.takesInference
    ? null
    : { code: 'type_not_allowed', message: `${group} takes no inference sessions any more` }
}

/** The first so many numbers after one, without those that are taken. */
export function freeNumbers({
  after,
  count,
  isTaken,
}: {
  readonly after: number
  readonly count: number
  readonly isTaken: (number: number) => boolean
}): number[] {
  const numbers: number[] = []
  for (let number = after + 1; numbers.length < count; number++)
    if (!isTaken(number)) numbers.push(number)
  return numbers
}
