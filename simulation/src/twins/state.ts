import type { Db } from '@capstan/manager/db/db'
import { sql } from 'kysely'
import type { Database } from '../model/database.ts'
import type { KernelRow, SessionRow } from '../model/rows.ts'

/** What PostgreSQL has of sessions, their containers and what these hold. */
export async function realState(db: Db): Promise<object> {
  const sessions = await sql`
    select id, status, reason ->> 'code' as reason, result, exit_code, failures, skips, priority,
      released_at is not null and released_at < 'infinity' as is_released from session order by id`.execute(
    db,
  )
  const kernels = await sql`
    select concat_ws(' ', k.session_id, k.attempt, k.index) as key, k.agent_id, k.status, k.exit_code, k.is_log_complete,
      k.started_at is not null as has_started,
      array(select concat_ws(' ', l.device_id, l.amount) from allocation l where l.kernel_id = k.id order by 1) as holds
    from kernel k order by 1`.execute(db)
  const agents = await sql`select id, status from agent order by id`.execute(db)
  return { sessions: sessions.rows, kernels: kernels.rows, agents: agents.rows }
}

/** The same of the model. `known`: all kernels that it ever had, to which those of now are added. */
export function modelState(
  db: Database,
  sessions: readonly SessionRow[],
  known: Set<KernelRow>,
): object {
  for (const { kernels } of sessions) for (const kernel of kernels) known.add(kernel)
  return {
    sessions: sessions.map(session => ({
      id: session.id,
      status: session.status,
      reason: session.reason?.code ?? null,
      result: session.result,
      exitCode: session.exitCode,
      failures: session.failures,
      skips: session.skips,
      priority: session.priority,
      isReleased: session.releasedAt !== null && session.releasedAt < Infinity,
    })),
    kernels: [...known]
      .map(kernel => ({
        key: keyOf(kernel),
        agentId: kernel.agentId,
        status: kernel.status,
        exitCode: kernel.exitCode,
        isLogComplete: kernel.isLogComplete,
        hasStarted: kernel.startedAt !== null,
        holds: kernel.allocations.map(({ deviceId, amount }) => `${deviceId} ${amount}`).sort(),
      }))
      .sort((a, b) => (a.key < b.key ? -1 : 1)),
    agents: [...db.agents.values()].map(({ id, status }) => ({ id, status })),
  }
}

/** Names a container on both sides: its session, which start of it, and its place. */
export const keyOf = ({ session, attempt, index }: KernelRow): string =>
  `${session.id} ${attempt} ${index}`
