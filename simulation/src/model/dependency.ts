import type { Dependency } from '@capstan/core/placement'
import type { Resolution } from '@capstan/core/dependency'
import type { Database } from './database.ts'
import type { SessionRow } from './rows.ts'
import { end } from './request.ts'

const awaited = (session: SessionRow) => ({
  sessionId: session.id,
  name: session.id,
  type: session.type,
  status: session.status,
  result: session.result,
  exitCode: session.exitCode,
  hasStarted: session.startedAt !== null,
})

/** Whether a session waits for others still, as far as is written. */
const isUnreleased = ({ status, releasedAt }: SessionRow): boolean =>
  status === 'pending' && releasedAt === Infinity

/** `listEdges` of session/dependency.store.ts, for one session. */
export const dependenciesOf = (db: Database, session: SessionRow): Dependency[] =>
  isUnreleased(session)
    ? session.dependsOn.map(other => ({
        sessionId: other.id,
        name: other.id,
        state: db.rules.stateOf(awaited(other)),
      }))
    : []

/** First half of `resolveDependencies`: who need not wait for others any more, and who waits in vain. */
export function resolution(db: Database): Resolution {
  const edges = [...db.live.values()]
    .filter(isUnreleased)
    .flatMap(waiter =>
      waiter.dependsOn.map(other => ({ waiterId: waiter.id, awaited: awaited(other) })),
    )
  return edges.length === 0 ? { released: [], hopeless: [] } : db.rules.resolve(edges)
}

/** Second half, in a transaction of its own: what still is so is written. */
export function resolveDependencies(db: Database, { released, hopeless }: Resolution): void {
  for (const id of released) {
    const session = db.live.get(id)
    if (session && isUnreleased(session)) session.releasedAt = db.now
  }
  for (const { waiterId, message } of hopeless) {
    const session = db.live.get(waiterId)
    if (!session) continue
    const reason = { code: 'dependency_failed', message }
    end(db, [{ session, from: 'pending', to: 'cancelled' }], reason)
  }
}
