import { sql } from 'kysely'
import type { Db } from '../db/db.ts'

/** Most that is kept of one container's log, in bytes: the end of it. */
export const logLimitBytes = 64 * 1024 * 1024

export interface LogSpan {
  /** First byte still kept, and the one after the last. */
  readonly beginsAt: number
  readonly endsAt: number
}

export async function logSpan(db: Db, kernelId: string): Promise<LogSpan> {
  const { rows } = await sql<LogSpan>`
    select coalesce(min(begins_at), 0) as begins_at, coalesce(max(ends_at), 0) as ends_at
    from kernel_log where kernel_id = ${kernelId}`.execute(db)
  return rows[0]!
}

/** Bytes from `offset` on, at most about `limitBytes`; the offset may lie inside a piece. */
export async function readLog(
  db: Db,
  kernelId: string,
  { offset, limitBytes }: { offset: number; limitBytes: number },
): Promise<{ offset: number; data: Buffer }> {
  const { rows } = await sql<{ beginsAt: number; data: Buffer }>`
    select begins_at, data from kernel_log
    where kernel_id = ${kernelId} and ends_at > ${offset} and begins_at < ${offset + limitBytes}
    order by begins_at limit 5000`.execute(db)
  const first = rows[0]
  if (!first) return { offset, data: Buffer.alloc(0) }
  const from = Math.max(offset, first.beginsAt)
  const all = Buffer.concat(rows.map(row => row.data))
  const skip = from - first.beginsAt
  return { offset: from, data: all.subarray(skip, skip + limitBytes) }
}

/**
 * Appends a piece at the end of what is kept, and drops the oldest pieces beyond the limit. Answers where the log ends now:
 * a piece that begins elsewhere than at the end changes nothing. Locks the kernel's row, so that two senders take turns.
 */
export async function appendLog(
  tx: Db,
  agentId: string,
  {
    kernelId,
    offset,
    data,
    isComplete,
  }: { kernelId: string; offset: number; data: Buffer; isComplete: boolean },
): Promise<{ endsAt: number; sessionId: string } | undefined> {
  const { rows } = await sql<{ sessionId: string; endsAt: number }>`
    select session_id, (select coalesce(max(ends_at), 0) from kernel_log where kernel_id = kernel.id) as ends_at
    from kernel where id = ${kernelId} and agent_id = ${agentId} for update`.execute(tx)
  const kernel = rows[0]
  if (!kernel) return undefined
  if (offset !== kernel.endsAt) return kernel
  const endsAt = offset + data.length
  if (data.length > 0) {
    await sql`
      insert into kernel_log (kernel_id, begins_at, ends_at, data)
      values (${kernelId}, ${offset}, ${endsAt}, ${data})`.execute(tx)
    if (endsAt > logLimitBytes)
      await sql`delete from kernel_log where kernel_id = ${kernelId} and ends_at <= ${endsAt - logLimitBytes}`.execute(
        tx,
      )
  }
  if (isComplete)
    await sql`update kernel set is_log_complete = true where id = ${kernelId} and not is_log_complete`.execute(
      tx,
    )
  await sql`select pg_notify('capstan_change', ${`log:${kernel.sessionId}`})`.execute(tx)
  return { endsAt, sessionId: kernel.sessionId }
}
