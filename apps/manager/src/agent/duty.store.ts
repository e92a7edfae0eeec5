import type { DrainMode } from '@capstan/contract/agent'
import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../db/db.ts'

/** The agents that were written, with how many sessions have something to run there. */
export interface Written {
  readonly id: string
  readonly sessionCount: number
}

/** Writes all of them in the order of their ids, tells those who look at them, and answers those that there are. */
async function write(
  db: Db,
  ids: readonly string[],
  values: RawBuilder<unknown>,
): Promise<Written[]> {
  const { rows } = await sql<Written>`
    with wanted as (select id from agent where id = any(${ids}) order by id for update),
      written as (update agent set ${values} from wanted where agent.id = wanted.id returning agent.id)
    select w.id, pg_notify('capstan_change', 'agent:' || w.id), (
      select count(distinct k.session_id)::int from kernel k
      where k.agent_id = w.id and k.status not in ('terminated', 'error')
    ) as session_count
    from written w`.execute(db)
  return rows
}

export const setSchedulable = (
  db: Db,
  ids: readonly string[],
  isSchedulable: boolean,
): Promise<Written[]> => write(db, ids, sql`is_schedulable = ${isSchedulable}`)

export interface Drain {
  readonly mode: DrainMode
  /** Seconds from now; null: what runs there finishes by itself. */
  readonly deadlineS: number | null
}

/** Begins to empty agents, or changes how. */
export const setDrain = (
  db: Db,
  ids: readonly string[],
  { mode, deadlineS }: Drain,
): Promise<Written[]> =>
  write(
    db,
    ids,
    sql`drain_mode = ${mode}, drain_started_at = coalesce(drain_started_at, now()),
      drain_deadline_at = now() + make_interval(secs => ${mode === 'end' ? 0 : deadlineS}::int)`,
  )

export const clearDrain = (db: Db, ids: readonly string[]): Promise<Written[]> =>
  write(db, ids, sql`drain_mode = null, drain_started_at = null, drain_deadline_at = null`)

/**
 * Puts agents in a group, and takes what their configurations asked for as answered. A group that is not there violates
 * `agent_resource_group_fkey`.
 */
export const setGroup = (db: Db, ids: readonly string[], group: string): Promise<Written[]> =>
  write(db, ids, sql`resource_group = ${group}, requested_group = null`)
