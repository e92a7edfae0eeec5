import { sql } from 'kysely'
import type { Db } from '../db/db.ts'
import type { Scope } from '../db/scope.ts'
import { within } from './session.store.ts'

export interface Prioritized {
  readonly id: string
  readonly name: string
  readonly domainId: string
  readonly userId: string
  readonly priority: number
  readonly isPending: boolean
}

/** Those of the sessions that are in scope, in no order. */
export async function findPriorities(
  db: Db,
  scope: Scope,
  ids: readonly string[],
): Promise<Prioritized[]> {
  const where = sql.join([sql`s.id = any(${ids}::uuid[])`, ...within(scope)], sql` and `)
  const { rows } = await sql<Prioritized>`
    select s.id, s.name, s.domain_id, s.user_id, s.priority, s.status = 'pending' as is_pending
    from session s where ${where}`.execute(db)
  return rows
}

/** Where sessions stand among those that wait. They are locked, and pending. */
export async function updatePriorities(
  tx: Db,
  items: readonly { readonly id: string; readonly priority: number }[],
): Promise<void> {
  await sql`
    update session set priority = given.priority
    from unnest(${items.map(({ id }) => id)}::uuid[], ${items.map(({ priority }) => priority)}::int[]) as given (id, priority)
    where session.id = given.id`.execute(tx)
}
