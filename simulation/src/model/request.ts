import type { SessionStatus } from '@capstan/contract/session'
import { type LimitFailure, plus } from '@capstan/core/limits'
import { isEnded } from '@capstan/core/session'
import type { Database } from './database.ts'
import type { KeypairRow, SessionRequest, SessionRow } from './rows.ts'

/** What all containers of a session take together. */
export function totalOf({ amounts, clusterSize }: SessionRequest): Record<string, number> {
  const total: Record<string, number> = {}
  for (const slot in amounts) total[slot] = amounts[slot]! * clusterSize
  return total
}

/** From when on it was free to start: its limits of time count from then. Infinite while it waits for others. */
export const freeFrom = ({ createdAt, startsAt, releasedAt }: SessionRow): number =>
  Math.max(createdAt, startsAt ?? 0, releasedAt ?? 0)

/** What a keypair has of a kind, as `uses` of policy/limits.store.ts adds it up. */
export function useOf(
  db: Database,
  keypair: KeypairRow,
  isCounted: (session: SessionRow) => boolean,
): { count: number; amounts: Record<string, number> } {
  let count = 0
  let amounts: Record<string, number> = {}
  for (const session of db.live.values())
    if (session.keypair === keypair && isCounted(session)) {
      count++
      amounts = plus(amounts, totalOf(session))
    }
  return { count, amounts }
}

/** `create` of session.routes.ts: the limits are checked in the transaction that inserts (POL-06). */
export function createSession(
  db: Database,
  request: SessionRequest,
  id?: string,
): SessionRow | LimitFailure {
  // What was seen to have failed is refused before (`findDependsOn` of new-session.ts); it may fail in between.
  const { keypair, clusterSize } = request
  const pending = useOf(db, keypair, session => session.status === 'pending')
  const asked = { amounts: totalOf(request), clusterSize }
  return db.rules.checkAsked(keypair.limits, pending, asked) ?? db.insertSession(request, id)
}

/** `changePriority` of session.routes.ts. */
export function changePriority(session: SessionRow, priority: number): void {
  if (session.status === 'pending') session.priority = priority
}

export interface EndMove {
  readonly session: SessionRow
  readonly from: SessionStatus
  readonly to: SessionStatus
}

/** Where an end request would take sessions, as they are seen now. */
export const endMoves = (
  db: Database,
  sessions: readonly SessionRow[],
  mode: 'polite' | 'force',
): EndMove[] =>
  sessions.flatMap(session => {
    const to = db.rules.endStatus(session.status, mode)
    return to === null ? [] : [{ session, from: session.status, to }]
  })

/**
 * `end` of session.store.ts: moves sessions towards their end, each only if it still has the status that was seen, and
 * their kernels with them. Answers the agents to wake.
 */
export function end(
  db: Database,
  moves: readonly EndMove[],
  reason: { code: string; message: string },
): string[] {
  const agentIds = new Set<string>()
  for (const { session, from, to } of moves) {
    if (session.status !== from) continue
    session.reason = reason
    db.moveSession(session, to)
    for (const kernel of session.kernels) {
      if (isEnded(kernel.status)) continue
      kernel.reason ??= reason
      agentIds.add(kernel.agentId)
      db.moveKernel(kernel, to === 'terminating' ? 'terminating' : 'terminated')
    }
  }
  return [...agentIds]
}
