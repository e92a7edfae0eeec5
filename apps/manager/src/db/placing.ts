import { sql } from 'kysely'
import type { Tx } from './db.ts'

/** Key of the advisory lock that one scheduler of all managers holds during a turn. */
const lockKey = 7_000_003

/** Takes the right to place sessions until the transaction ends. False while another one holds it. */
export async function tryPlacing(tx: Tx): Promise<boolean> {
  const { rows } = await sql<{
    isOurs: boolean
  }>`select pg_try_advisory_xact_lock(${lockKey}) as is_ours`.execute(tx)
  return rows[0]?.isOurs === true
}

/**
 * Waits for the turn that places now, and keeps the next one away until the transaction ends: what is written meanwhile
 * about where sessions may go is known to every placement after it. To be taken before any row is locked.
 */
export async function holdPlacing(tx: Tx): Promise<void> {
  await sql`select pg_advisory_xact_lock(${lockKey})`.execute(tx)
}
