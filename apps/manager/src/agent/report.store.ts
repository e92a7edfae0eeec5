import { createHash } from 'node:crypto'
import type { Observed } from '@capstan/contract/sync'
import { toAmounts, wholeDevice } from '@capstan/core/slots'
import { sql } from 'kysely'
import type * as z from 'zod'
import type { Db } from '../db/db.ts'
import { replaceAgentImages } from '../image/image.store.ts'
import { reportTasks } from '../image/image-task.store.ts'
import { tellOfSessions } from './agent.store.ts'

export type Report = z.output<typeof Observed>

interface ReportedDevice {
  readonly id: string
  readonly slot: string
  readonly kind: string
  readonly model: string
  readonly capacity: number
  readonly numaNode: number | null
  readonly memBytes: number | null
  readonly linkGroup: string | null
  /** In thousandths. */
  readonly shareStep: number | null
}

/** Cores and memory count as one device each: nothing of ours is placed on a single core. */
function devicesOf(report: Report): ReportedDevice[] {
  const amounts = toAmounts(report.capacity)
  const whole = ['cpu', 'mem'].map(slot => ({
    id: slot,
    slot,
    kind: slot,
    model: '',
    capacity: amounts[slot] ?? 0,
    numaNode: null,
    memBytes: null,
    linkGroup: null,
    shareStep: null,
  }))
  const accelerators = report.devices
    .filter(device => device.slot !== 'cpu' && device.slot !== 'mem')
    .map(device => ({
      ...device,
      capacity: toAmounts({ [device.slot]: device.capacity })[device.slot]!,
      shareStep: device.shareStep === null ? null : Math.round(device.shareStep * wholeDevice),
    }))
  return [...whole, ...accelerators]
}

/** What seldom changes of a report: written only when it did. */
function slowPart(report: Report): { json: Record<string, unknown>; hash: string } {
  const { version, architecture, region, address, resourceGroup, runtimes, problems } = report
  const json = {
    version,
    architecture,
    region,
    address,
    resourceGroup,
    runtimes,
    problems,
    devices: devicesOf(report),
  }
  return { json, hash: createHash('sha256').update(JSON.stringify(json)).digest('base64url') }
}

export interface Taken {
  /** It was away, or has other devices than before: queued sessions may fit now. */
  readonly isNews: boolean
}

/** Takes a report's word on the agent itself. Undefined when no such agent has joined. Locks the agent's row. */
export async function takeAgentReport(
  tx: Db,
  id: string,
  report: Report,
): Promise<Taken | undefined> {
  const { json, hash } = slowPart(report)
  const { rows } = await sql<{ status: string; reportHash: string }>`
    with old as (select status, report_hash from agent where id = ${id} for update)
    update agent set last_contact_at = now(), status = 'connected', status_reason = null, lost_at = null,
      usage = ${JSON.stringify(report.usage)}::jsonb
    from old where agent.id = ${id} returning old.status, old.report_hash`.execute(tx)
  const old = rows[0]
  if (!old) return undefined
  const isNews = old.status !== 'connected' || old.reportHash !== hash
  if (old.reportHash !== hash) await writeSlowPart(tx, id, json, hash)
  if (report.images) await replaceAgentImages(tx, id, report.images)
  await reportTasks(tx, id, report.imageTasks)
  if (isNews) await sql`select pg_notify('capstan_change', ${`agent:${id}`})`.execute(tx)
  if (old.status !== 'connected') await tellOfSessions(tx, [id])
  return { isNews }
}

async function writeSlowPart(
  tx: Db,
  id: string,
  json: Record<string, unknown>,
  hash: string,
): Promise<void> {
  const text = JSON.stringify(json)
  await sql`
    update agent set version = seen.version, architecture = seen.architecture, region = seen.region,
      address = seen.address, runtimes = seen.runtimes, problems = seen.problems, report_hash = ${hash},
      -- Followed on first contact only (GRP-05): afterwards the group is what administrators say, and another value asks them.
      resource_group = coalesce(agent.resource_group, seen_group.name, (select name from resource_group where name = 'default')),
      requested_group = case when agent.configured_group is not distinct from seen."resourceGroup" then agent.requested_group
        else nullif(seen."resourceGroup", coalesce(agent.resource_group, seen_group.name)) end,
      configured_group = seen."resourceGroup"
    from jsonb_to_record(${text}::jsonb) as seen (version text, architecture text, region text, address text,
      runtimes jsonb, problems jsonb, "resourceGroup" text)
      left join resource_group seen_group on seen_group.name = seen."resourceGroup"
    where agent.id = ${id}`.execute(tx)
  await sql`
    insert into device (agent_id, id, slot, kind, model, capacity, numa_node, mem_bytes, link_group, share_step)
    select distinct on (seen.id) ${id}, seen.id, seen.slot, seen.kind, seen.model, seen.capacity, seen."numaNode",
      seen."memBytes", seen."linkGroup", seen."shareStep"
    from jsonb_to_recordset(${text}::jsonb -> 'devices') as seen (id text, slot text, kind text, model text,
      capacity bigint, "numaNode" int, "memBytes" bigint, "linkGroup" text, "shareStep" int)
    on conflict (agent_id, id) do update set slot = excluded.slot, kind = excluded.kind, model = excluded.model,
      capacity = excluded.capacity, numa_node = excluded.numa_node, mem_bytes = excluded.mem_bytes,
      link_group = excluded.link_group, share_step = excluded.share_step`.execute(tx)
  // A device that is gone gives nothing any more; its row stays while containers hold it.
  await sql`
    with gone as (
      select device.id from device where agent_id = ${id} and device.id not in
        (select seen.id from jsonb_to_recordset(${text}::jsonb -> 'devices') as seen (id text))
    ), emptied as (
      update device set capacity = 0 where agent_id = ${id} and id in (select id from gone)
        and exists (select 1 from allocation where agent_id = device.agent_id and device_id = device.id)
    )
    delete from device where agent_id = ${id} and id in (select id from gone)
      and not exists (select 1 from allocation where agent_id = device.agent_id and device_id = device.id)`.execute(
    tx,
  )
}
