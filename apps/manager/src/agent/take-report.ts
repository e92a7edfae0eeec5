import { type KernelChange, kernelChanges, type KnownKernel } from '@capstan/core/kernel-report'
import { sql } from 'kysely'
import type { App } from '../app.ts'
import type { Db } from '../db/db.ts'
import { prepared } from '../db/prepared.ts'
import { lockSessions, type Settled, settleSessions } from '../session/settle.store.ts'
import type { WakeTarget } from '../wake.ts'
import { takeAgentReports, type Told } from './report.store.ts'

interface KnownRow extends KnownKernel {
  readonly sessionId: string
  readonly agentId: string
}

/** Hears several agents on themselves, in one go. Answers for each whether there is such an agent. */
export async function hearAgents(app: App, told: readonly Told[]): Promise<boolean[]> {
  const { ids, hasNews } = await takeAgentReports(app.db, told)
  if (hasNews) app.wake(['scheduler'])
  return told.map(({ id }) => ids.has(id))
}

/** What one agent says of its containers. */
export type ToldKernels = Pick<Told, 'id' | 'report'>

/** How long a go waits for sessions that somebody else is changing: other agents' news wait with it. */
const lockPatience = '1s'

/**
 * Takes what several agents report on their containers, in one transaction: the statements are as many for one as for all.
 * Wakes whoever has something to do then.
 */
export async function takeReports(app: App, told: readonly ToldKernels[]): Promise<void[]> {
  await keepSamples(app.db, told)
  const news = told.filter(({ report }) => report.kernels.length > 0)
  if (news.length > 0) await takeNews(app, news)
  return told.map(() => {})
}

async function takeNews(app: App, told: readonly ToldKernels[]): Promise<void> {
  const { agentIds, freesSome } = await app.db.transaction().execute(async tx => {
    await sql`set local lock_timeout = '${sql.raw(lockPatience)}'`.execute(tx)
    return takeKernelReports(tx, told)
  })
  const targets: WakeTarget[] = agentIds.map(agentId => `agent:${agentId}` as const)
  app.wake(freesSome ? [...targets, 'scheduler'] : targets)
}

interface News {
  readonly known: KnownRow
  readonly change: KernelChange
  readonly clock: string
}

async function takeKernelReports(tx: Db, told: readonly ToldKernels[]): Promise<Settled> {
  const news = await readNews(tx, told)
  if (news.length === 0) return { agentIds: [], freesSome: false }
  // Sessions are locked before kernels are written, here as in every other place; what was read before is read again.
  const sessionIds = [...new Set(news.map(({ known }) => known.sessionId))]
  await lockSessions(tx, sessionIds)
  const locked = new Set(sessionIds)
  const agentIds = new Set(news.map(({ known }) => known.agentId))
  const again = await readNews(
    tx,
    told.filter(({ id }) => agentIds.has(id)),
  )
  const changes = again.filter(({ known }) => locked.has(known.sessionId))
  if (changes.length === 0) return { agentIds: [], freesSome: false }
  await writeKernels(tx, changes)
  return settleSessions(tx, sessionIds)
}

/** What the reports say that is not known yet. */
async function readNews(tx: Db, told: readonly ToldKernels[]): Promise<News[]> {
  const wanted = Map.groupBy(await wantedKernels(tx, told), ({ agentId }) => agentId)
  return told.flatMap(({ id, report: { kernels, clock } }) =>
    kernelChanges(wanted.get(id) ?? [], kernels).map(one => ({ ...one, clock })),
  )
}

/** Those of the kernels that agents report on, of these agents, that are live, or whose log is not all here. */
async function wantedKernels(tx: Db, told: readonly ToldKernels[]): Promise<KnownRow[]> {
  const agentIds = told.map(({ id }) => id)
  const ids = told.flatMap(({ report }) => report.kernels.map(({ kernelId }) => kernelId))
  const { rows } = await sql<KnownRow>`${prepared}
    select id, session_id, agent_id, status, started_at, container_id, progress, apps, is_log_complete from kernel
    where id = any(${ids}::uuid[]) and agent_id = any(${agentIds})
      and (status not in ('terminated', 'error') or not is_log_complete)`.execute(tx)
  return rows
}

/** A node's clock that is wrong by more than this is not believed; less may be the way of its report. Seconds. */
const clockToleranceS = 10

/**
 * `clock`: what the node's own said as it sent the report. Times that it tells are brought to the database's time. One that
 * was set meanwhile puts them anywhere: a container neither starts nor ends before it was placed, or its log would be given
 * up at once.
 */
async function writeKernels(tx: Db, news: readonly News[]): Promise<void> {
  const told = news.map(({ change, clock }) => ({ ...change, clock }))
  await sql`${prepared}
    with told as (
      select *, now() - clock as behind from jsonb_to_recordset(${JSON.stringify(told)}::jsonb) as told (id uuid, status text,
        reason jsonb, "exitCode" int, "containerId" text, progress jsonb, apps jsonb, "startedAt" timestamptz,
        "endedAt" timestamptz, "isLogComplete" bool, clock timestamptz)
    ), shifted as (
      select *, case when abs(extract(epoch from behind)) > ${clockToleranceS}::int then behind else interval '0' end as shift from told
    )
    update kernel k set status = told.status, reason = coalesce(told.reason, k.reason),
      exit_code = coalesce(told."exitCode", k.exit_code), container_id = told."containerId", progress = told.progress,
      apps = told.apps, is_log_complete = told."isLogComplete",
      started_at = coalesce(k.started_at,
        case when told."startedAt" is not null then greatest(told."startedAt" + told.shift, k.created_at) end),
      ended_at = case when told.status not in ('terminated', 'error') then null
        when told."endedAt" is null then coalesce(k.ended_at, now())
        else coalesce(k.ended_at, greatest(told."endedAt" + told.shift, k.started_at, told."startedAt" + told.shift, k.created_at)) end
    from shifted as told
    where k.id = told.id`.execute(tx)
}

/** One sample a kernel and moment, of an agent's own kernels; an equal one of before is dropped. */
async function keepSamples(db: Db, told: readonly ToldKernels[]): Promise<void> {
  const samples = told.flatMap(({ id, report }) =>
    report.samples.map(sample => ({ ...sample, agentId: id })),
  )
  if (samples.length === 0) return
  await sql`${prepared}
    insert into kernel_usage (kernel_id, at, cpu_milli, mem_bytes, gpu_utilization, gpu_mem_bytes)
    select kernel.id, seen.at, "cpuMilli", "memBytes", "gpuUtilization", "gpuMemBytes"
    from jsonb_to_recordset(${JSON.stringify(samples)}::jsonb) as seen ("kernelId" uuid, "agentId" text, at timestamptz,
      "cpuMilli" float8, "memBytes" float8, "gpuUtilization" float8, "gpuMemBytes" float8)
      join kernel on kernel.id = seen."kernelId" and kernel.agent_id = seen."agentId"
    on conflict do nothing`.execute(db)
}
