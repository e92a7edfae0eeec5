import {
  type KernelChange,
  kernelChanges,
  type KernelReport,
  type KnownKernel,
} from '@capstan/core/kernel-report'
import { sql } from 'kysely'
import type { App } from '../app.ts'
import type { Db } from '../db/db.ts'
import { lockSessions, type Settled, settleSessions } from '../session/settle.store.ts'
import type { WakeTarget } from '../wake.ts'
import { type Report, takeAgentReport } from './report.store.ts'

interface KnownRow extends KnownKernel {
  readonly sessionId: string
}

/** Takes an agent's report as a whole, in one transaction. Answers what to wake, or undefined for an agent nobody knows. */
export async function takeReport(
  app: App,
  id: string,
  report: Report,
): Promise<WakeTarget[] | undefined> {
  return app.db.transaction().execute(async tx => {
    const settled = await takeKernelReports(tx, id, report)
    const taken = await takeAgentReport(tx, id, report)
    if (!taken) return undefined
    await keepUsage(tx, report.kernels)
    return [
      ...(taken.isNews || settled.freesSome ? (['scheduler'] as const) : []),
      ...settled.agentIds.map(agentId => `agent:${agentId}` as const),
    ]
  })
}

async function takeKernelReports(
  tx: Db,
  agentId: string,
  { kernels: reports, clock }: Report,
): Promise<Settled> {
  const news = kernelChanges(await wantedKernels(tx, agentId), reports)
  if (news.length === 0) return { agentIds: [], freesSome: false }
  // Sessions are locked before kernels are written, here as in every other place; what was read before is read again.
  const sessionIds = [...new Set(news.map(({ known }) => known.sessionId))]
  await lockSessions(tx, sessionIds)
  const changes = kernelChanges(await wantedKernels(tx, agentId), reports).filter(({ known }) =>
    sessionIds.includes(known.sessionId),
  )
  if (changes.length === 0) return { agentIds: [], freesSome: false }
  await writeKernels(
    tx,
    changes.map(({ change }) => change),
    clock,
  )
  return settleSessions(tx, sessionIds)
}

/** Kernels of an agent that are live, or whose log is not all here. By the partial index `kernel_wanted`. */
async function wantedKernels(tx: Db, agentId: string): Promise<KnownRow[]> {
  const { rows } = await sql<KnownRow>`
    select id, session_id, status, started_at, container_id, progress, apps, is_log_complete from kernel
    where agent_id = ${agentId} and (status not in ('terminated', 'error') or not is_log_complete)`.execute(
    tx,
  )
  return rows
}

/** A node's clock that is wrong by more than this is not believed; less may be the way of its report. Seconds. */
const clockToleranceS = 10

/**
 * `clock`: what the node's own said as it sent the report. Times that it tells are brought to the database's time. One that
 * was set meanwhile puts them anywhere: a container neither starts nor ends before it was placed, or its log would be given
 * up at once.
 */
async function writeKernels(
  tx: Db,
  changes: readonly KernelChange[],
  clock: string,
): Promise<void> {
  await sql`
    with behind as (
      select now() - ${clock}::timestamptz as by
    ), shift as (
      select case when abs(extract(epoch from by)) > ${clockToleranceS} then by else interval '0' end as by from behind
    )
    update kernel k set status = told.status, reason = coalesce(told.reason, k.reason),
      exit_code = coalesce(told."exitCode", k.exit_code), container_id = told."containerId", progress = told.progress,
      apps = told.apps, is_log_complete = told."isLogComplete",
      started_at = coalesce(k.started_at,
        case when told."startedAt" is not null then greatest(told."startedAt" + shift.by, k.created_at) end),
      ended_at = case when told.status not in ('terminated', 'error') then null
        when told."endedAt" is null then coalesce(k.ended_at, now())
        else coalesce(k.ended_at, greatest(told."endedAt" + shift.by, k.started_at, told."startedAt" + shift.by, k.created_at)) end
    from shift, jsonb_to_recordset(${JSON.stringify(changes)}::jsonb) as told (id uuid, status text, reason jsonb, "exitCode" int,
      "containerId" text, progress jsonb, apps jsonb, "startedAt" timestamptz, "endedAt" timestamptz, "isLogComplete" bool)
    where k.id = told.id`.execute(tx)
}

/** One sample a kernel and report; an equal one of before is dropped. */
async function keepUsage(tx: Db, reports: readonly KernelReport[]): Promise<void> {
  const samples = reports.flatMap(({ kernelId, usage }) => (usage ? [{ kernelId, ...usage }] : []))
  if (samples.length === 0) return
  await sql`
    insert into kernel_usage (kernel_id, at, cpu_milli, mem_bytes, gpu_utilization, gpu_mem_bytes)
    select "kernelId", at, "cpuMilli", "memBytes", "gpuUtilization", "gpuMemBytes"
    from jsonb_to_recordset(${JSON.stringify(samples)}::jsonb) as seen ("kernelId" uuid, at timestamptz, "cpuMilli" float8,
      "memBytes" float8, "gpuUtilization" float8, "gpuMemBytes" float8)
    on conflict do nothing`.execute(tx)
}
