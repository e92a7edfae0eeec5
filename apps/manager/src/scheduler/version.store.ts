import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../db/db.ts'

/** Stands for a set of rows: another one as soon as one of them comes, goes or is written again. */
const hashOf = (row: RawBuilder<unknown>, from: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`(select count(*)::text || ' ' || coalesce(bit_xor(hashtextextended(${row}, 0)), 0)::text from ${from})`

/** Of a row that is written seldom: where it stands, and who wrote it. */
const written = (table: string): RawBuilder<unknown> =>
  sql`${sql.ref(`${table}.ctid`)}::text || ${sql.ref(`${table}.xmin`)}::text`

/**
 * Stands for all that a plan of a group goes by, at the moment of reading: as long as it is the same, so is the plan, but
 * for the time. Costs a look at each row that waits or holds something there, and no more.
 */
export async function readVersion(db: Db, group: string): Promise<string> {
  const waits = sql`resource_group = ${group} and status = 'pending'`
  const keys = sql`(select access_key from session where ${waits})`
  const agents = sql`(select id from agent where resource_group = ${group})`
  const live = sql`status not in ('pending', 'terminated', 'cancelled', 'error')`
  const parts = [
    hashOf(written('session'), sql`session where ${waits}`),
    hashOf(
      written('awaited'),
      sql`session_dependency d join session waiter on waiter.id = d.session_id
        join session awaited on awaited.id = d.depends_on
        where waiter.resource_group = ${group} and waiter.status = 'pending' and waiter.released_at = 'infinity'`,
    ),
    hashOf(
      written('session'),
      sql`session where ${live} and (resource_group = ${group} or access_key in ${keys})`,
    ),
    // The row of an agent is written at each report: only what matters here.
    hashOf(
      sql`concat_ws(' ', id, status, is_schedulable, drain_mode, report_hash)`,
      sql`agent where resource_group = ${group}`,
    ),
    hashOf(sql`kernel_id || device_id`, sql`allocation where agent_id in ${agents}`),
    hashOf(sql`agent_id || image_id`, sql`agent_image where agent_id in ${agents}`),
    hashOf(written('keypair_policy'), sql`keypair_policy`),
    hashOf(sql`access_key || policy`, sql`keypair where access_key in ${keys}`),
    hashOf(written('resource_group'), sql`resource_group where name = ${group}`),
    hashOf(written('group_weight'), sql`group_weight where resource_group = ${group}`),
    hashOf(written('setting'), sql`setting where name = 'scheduler_defaults'`),
  ]
  const { rows } = await sql<{ version: string }>`
    select md5(concat_ws(',', ${sql.join(parts)})) as version`.execute(db)
  // One row, always.
  return rows[0]!.version
}
