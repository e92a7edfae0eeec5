import type { DrainMode } from '@capstan/contract/agent'
import { sql } from 'kysely'
import type { Db } from '../db/db.ts'

/** False when there is no such agent. */
export async function setSchedulable(db: Db, id: string, isSchedulable: boolean): Promise<boolean> {
  const result = await db
    .updateTable('agent')
    .set({ isSchedulable })
    .where('id', '=', id)
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

export interface Drain {
  readonly mode: DrainMode
  /** Seconds from now; null: what runs there finishes by itself. */
  readonly deadlineS: number | null
}

/** Begins to empty an agent, or changes how. False when there is no such agent. */
export async function setDrain(db: Db, id: string, { mode, deadlineS }: Drain): Promise<boolean> {
  const { rows } = await sql`
    update agent set drain_mode = ${mode}, drain_started_at = coalesce(drain_started_at, now()),
      drain_deadline_at = now() + make_interval(secs => ${mode === 'end' ? 0 : deadlineS}::int)
    where id = ${id} returning 1`.execute(db)
  return rows.length > 0
}

/** False when there is no such agent. */
export async function clearDrain(db: Db, id: string): Promise<boolean> {
  const { rows } = await sql`
    update agent set drain_mode = null, drain_started_at = null, drain_deadline_at = null
    where id = ${id} returning 1`.execute(db)
  return rows.length > 0
}
