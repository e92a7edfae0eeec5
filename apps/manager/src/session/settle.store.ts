import type { Reason, SessionStatus } from '@capstan/contract/session'
import { mayFree, settle, type Settlement } from '@capstan/core/settle'
import { sql } from 'kysely'
import type { Db } from '../db/db.ts'
import { prepared } from '../db/prepared.ts'

interface Row {
  readonly id: string
  readonly status: SessionStatus
  readonly type: 'interactive' | 'batch' | 'inference'
  readonly reason: Reason | null
  readonly failures: number
  /** Starts that may fail before it is given up: the group's own number, or that of its scheduler (OPS-05). */
  readonly maxFailures: number
  readonly kernels: {
    readonly index: number
    readonly status: SessionStatus
    readonly startedAt: string | null
    readonly exitCode: number | null
    readonly reason: Reason | null
    readonly agentId: string
  }[]
}

export interface Settled {
  /** Agents with kernels that are to be stopped now, or may begin now. */
  readonly agentIds: string[]
  /** Something was freed, or waits again: the scheduler has work. */
  readonly freesSome: boolean
}

/** Locks sessions in the order of their ids: to be held before their kernels are written. */
export async function lockSessions(tx: Db, ids: readonly string[]): Promise<void> {
  await sql`${prepared}
    select 1 from session where id = any(${ids}::uuid[]) order by id for update`.execute(tx)
}

/** Brings sessions to where their kernels say they are, by the rule of core/settle.ts. The sessions are locked by the caller. */
export async function settleSessions(tx: Db, ids: readonly string[]): Promise<Settled> {
  const { rows } = await sql<Row>`${prepared}
    select s.id, s.status, s.type, s.reason, s.failures,
      coalesce(g.creation_retries, (d.value -> g.scheduler ->> 'creationRetries')::int) as max_failures,
      jsonb_agg(jsonb_build_object('index', k.index, 'status', k.status, 'startedAt', k.started_at, 'exitCode', k.exit_code,
        'reason', k.reason, 'agentId', k.agent_id)) as kernels
    from session s join kernel k on k.session_id = s.id and k.attempt = s.failures
      join resource_group g on g.name = s.resource_group join setting d on d.name = 'scheduler_defaults'
    where s.id = any(${ids}::uuid[]) group by s.id, g.name, d.name`.execute(tx)
  const settled = rows.flatMap(row => {
    const kernels = row.kernels.map(kernel => ({
      ...kernel,
      hasStarted: kernel.startedAt !== null,
    }))
    const settlement = settle(row, kernels, row)
    return settlement ? [{ row, settlement }] : []
  })
  const beginning = rows.flatMap(agentToBegin)
  if (settled.length === 0) return { agentIds: [...new Set(beginning)], freesSome: false }
  await noteStarts(tx, settled)
  await write(tx, settled)
  const stopping = settled.filter(({ settlement }) => settlement.stopsKernels)
  if (stopping.length > 0)
    await stopKernels(
      tx,
      stopping.map(({ row }) => row.id),
    )
  return {
    agentIds: [
      ...new Set([
        ...beginning,
        ...stopping.flatMap(({ row }) => row.kernels.map(kernel => kernel.agentId)),
      ]),
    ],
    freesSome: settled.some(({ settlement }) => mayFree(settlement)),
  }
}

/** SES-06: the agent of a main container that need not wait for the others any more (`heldBack` of desired.store.ts). */
function agentToBegin({ kernels }: Row): string[] {
  const [main] = kernels.filter(({ index, status }) => index === 0 && status === 'scheduled')
  const others = kernels.filter(({ index }) => index > 0)
  const begins = others.length > 0 && others.every(({ startedAt }) => startedAt !== null)
  return main && begins ? [main.agentId] : []
}

interface Pair {
  readonly row: Row
  readonly settlement: Settlement
}

/** One that started and ended between two reports did run: its history says so. */
async function noteStarts(tx: Db, settled: readonly Pair[]): Promise<void> {
  const skipped = settled.filter(
    ({ row, settlement }) =>
      ['terminated', 'terminating'].includes(settlement.status) &&
      ['scheduled', 'preparing', 'pulling', 'creating'].includes(row.status) &&
      row.kernels.every(kernel => kernel.startedAt !== null),
  )
  if (skipped.length === 0) return
  await sql`
    update session s set status = 'running', reason = null,
      started_at = (select max(k.started_at) from kernel k where k.session_id = s.id and k.attempt = s.failures)
    where s.id = any(${skipped.map(({ row }) => row.id)}::uuid[])`.execute(tx)
}

async function write(tx: Db, settled: readonly Pair[]): Promise<void> {
  const changes = settled.map(({ row, settlement }) => ({ id: row.id, ...settlement }))
  await sql`${prepared}
    update session s set status = told.status, reason = told.reason,
      result = case when told.result = 'undefined' then s.result else told.result end,
      exit_code = coalesce(told."exitCode", s.exit_code),
      failures = s.failures + case when told."isFailedStart" then 1 else 0 end,
      scheduled_at = case when told.status = 'pending' then null else s.scheduled_at end,
      started_at = case when told.status = 'running' and s.started_at is null
        then (select max(k.started_at) from kernel k where k.session_id = s.id and k.attempt = s.failures)
        else s.started_at end,
      ended_at = case when told.status in ('terminated', 'cancelled', 'error') then now() end
    from jsonb_to_recordset(${JSON.stringify(changes)}::jsonb) as told (id uuid, status text, reason jsonb, result text,
      "exitCode" int, "isFailedStart" bool)
    where s.id = told.id`.execute(tx)
}

async function stopKernels(tx: Db, sessionIds: readonly string[]): Promise<void> {
  await sql`
    update kernel set status = 'terminating'
    where session_id = any(${sessionIds}::uuid[]) and status not in ('terminating', 'terminated', 'error')`.execute(
    tx,
  )
}
