import { toSlots } from '@capstan/core/slots'
import type { QueuedSession } from '@capstan/contract/scheduler'
import { sql } from 'kysely'
import type { Db } from '../db/db.ts'
import type { Scope } from '../db/scope.ts'
import { within } from '../session/session.store.ts'

type Described = Omit<QueuedSession, 'position' | 'startsNext' | 'reason' | 'expectedAt'>

/** Those of these sessions that are in scope, in no order. */
export async function listQueued(
  db: Db,
  scope: Scope,
  ids: readonly string[],
): Promise<Described[]> {
  type Row = Omit<Described, 'createdAt' | 'resources'> & {
    readonly createdAt: Date
    readonly amounts: Record<string, number>
  }
  const where = sql.join([sql`s.id = any(${ids}::uuid[])`, ...within(scope)], sql` and `)
  const { rows } = await sql<Row>`
    select s.id, s.name, s.type, p.name as project_name, u.email as user_email, s.access_key, s.amounts, s.cluster_size,
      s.priority, s.created_at
    from session s join project p on p.id = s.project_id join "user" u on u.id = s.user_id where ${where}`.execute(
    db,
  )
  return rows.map(({ amounts, createdAt, ...row }) => ({
    ...row,
    resources: toSlots(amounts),
    createdAt: createdAt.toISOString(),
  }))
}

/** Which of what waits in a group is in scope; undefined: all of it. */
export async function listIdsInScope(
  db: Db,
  scope: Scope,
  group: string,
): Promise<ReadonlySet<string> | undefined> {
  if (scope.reach === 'all') return undefined
  const own = sql.join(within(scope), sql` and `)
  const { rows } = await sql<{ id: string }>`
    select s.id from session s where s.resource_group = ${group} and s.status = 'pending' and ${own}`.execute(
    db,
  )
  return new Set(rows.map(({ id }) => id))
}

/** Where a session waits, if it is in scope. */
export async function findWaiting(
  db: Db,
  scope: Scope,
  id: string,
): Promise<{ resourceGroup: string; isPending: boolean } | undefined> {
  const where = sql.join([sql`s.id = ${id}`, ...within(scope)], sql` and `)
  const { rows } = await sql<{ resourceGroup: string; isPending: boolean }>`
    select s.resource_group, s.status = 'pending' as is_pending from session s where ${where}`.execute(
    db,
  )
  return rows[0]
}
