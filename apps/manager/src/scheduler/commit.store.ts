import type { Placement, Waiting } from '@capstan/core/placement'
import { hostnameOf } from '@capstan/core/environ'
import { sql } from 'kysely'
import type { Db } from '../db/db.ts'
import { prepared } from '../db/prepared.ts'

/**
 * Writes the placements of a turn, all in set-based statements: sessions that still wait become scheduled and get their
 * kernels, with what these hold. Answers the agents that have something to start. The database refuses the whole turn
 * where an agent would give more than it has (SCH-10).
 */
export async function place(tx: Db, placed: readonly Placement[]): Promise<string[]> {
  if (placed.length === 0) return []
  const kernels = placed.flatMap(({ sessionId, kernels }) =>
    kernels.map(kernel => ({
      ...kernel,
      sessionId,
      role: kernel.kernelIndex === 0 ? 'main' : 'sub',
      hostname: hostnameOf(kernel.kernelIndex),
    })),
  )
  const { rows } = await sql<{ agentId: string }>`${prepared}
    with told as (
      select * from jsonb_to_recordset(${JSON.stringify(kernels)}::jsonb) as told ("sessionId" uuid, "kernelIndex" int,
        "agentId" text, role text, hostname text, devices jsonb)
    ), locked as (
      -- In the order in which everybody locks sessions: whoever ends some of them at this moment waits, or is waited for.
      select id from session where id in (select "sessionId" from told) and status = 'pending' order by id for update
    ), moved as (
      -- One that was found free to start between two looks at who waits for others is released by starting.
      update session set status = 'scheduled', reason = null, scheduled_at = now(),
        released_at = case when released_at = 'infinity' then now() else released_at end
      where id in (select id from locked) returning id, failures
    ), made as (
      insert into kernel (session_id, attempt, index, role, hostname, agent_id)
      select moved.id, moved.failures, told."kernelIndex", told.role, told.hostname, told."agentId"
      from told join moved on moved.id = told."sessionId"
      returning id, session_id, index, agent_id
    ), given as (
      insert into allocation (kernel_id, agent_id, device_id, slot, amount)
      select made.id, made.agent_id, device."deviceId", device.slot, device.amount
      from made join told on told."sessionId" = made.session_id and told."kernelIndex" = made.index,
        jsonb_to_recordset(told.devices) as device ("deviceId" text, slot text, amount bigint)
    )
    select distinct agent_id from made`.execute(tx)
  return rows.map(row => row.agentId)
}

/**
 * Notes why sessions wait, where that is news, and that those that lack something were tried in vain once more (SCH-08).
 * Tries beyond `retriesToSkip` change nothing, so they are not counted: a long queue is not written again every turn.
 */
export async function explain(
  tx: Db,
  waiting: readonly Waiting[],
  retriesToSkip: number,
): Promise<void> {
  if (waiting.length === 0) return
  const told = waiting.map(({ sessionId, reason, wasTried }) => ({
    sessionId,
    reason,
    counts: wasTried,
  }))
  await sql`${prepared}
    with told as (
      select * from jsonb_to_recordset(${JSON.stringify(told)}::jsonb) as told ("sessionId" uuid, reason jsonb, counts bool)
    ), news as (
      select s.id, told.reason, told.counts and s.skips < ${retriesToSkip} as counts
      from session s join told on told."sessionId" = s.id
      where s.status = 'pending' and (s.reason is distinct from told.reason or (told.counts and s.skips < ${retriesToSkip}))
      order by s.id for update of s
    )
    update session s set reason = news.reason, skips = s.skips + case when news.counts then 1 else 0 end
    from news where s.id = news.id`.execute(tx)
}
