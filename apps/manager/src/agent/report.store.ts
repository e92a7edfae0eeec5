import { createHash } from 'node:crypto'
import type { Observed } from '@capstan/contract/sync'
import { promisedMs } from '@capstan/core/heartbeat'
import { toAmounts, wholeDevice } from '@capstan/core/slots'
import { sql } from 'kysely'
import type * as z from 'zod'
import type { Db } from '../db/db.ts'
import { prepared } from '../db/prepared.ts'
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
function slowPart(report: Report): { json: SlowPart; hash: string } {
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

type SlowPart = Pick<
  Report,
  'version' | 'architecture' | 'region' | 'address' | 'resourceGroup' | 'runtimes' | 'problems'
> & { readonly devices: readonly ReportedDevice[] }

/** What one agent says. */
export interface Told {
  readonly id: string
  readonly report: Report
  /** How long it waits for an answer before it says more, in milliseconds. */
  readonly waitMs: number
}

export interface Taken {
  /** Those of the agents that there are. */
  readonly ids: ReadonlySet<string>
  /** Some were away, or have other devices than before: queued sessions may fit now. */
  readonly hasNews: boolean
}

interface Old {
  readonly id: string
  readonly status: string
  readonly reportHash: string
}

/** What an agent says, and its slow part. */
interface Heard extends Told {
  readonly slow: ReturnType<typeof slowPart>
}

/** Takes the word of agents on themselves. Locks their rows, in the order of their ids. */
export async function takeAgentReports(db: Db, told: readonly Told[]): Promise<Taken> {
  const heard = told.map(one => ({ ...one, slow: slowPart(one.report) }))
  const quiet = new Set(
    await writeQuietReports(
      db,
      heard.filter(({ report }) => !report.images && report.imageTasks.length === 0),
    ),
  )
  const loud = heard.filter(({ id }) => !quiet.has(id))
  if (loud.length === 0) return { ids: quiet, hasNews: false }
  const { ids, hasNews } = await db.transaction().execute(async tx => takeLoudReports(tx, loud))
  return { ids: quiet.union(ids), hasNews }
}

/** Reports of agents that may have returned, or have changed. */
async function takeLoudReports(tx: Db, heard: readonly Heard[]): Promise<Taken> {
  const old = new Map((await writeQuickPart(tx, heard)).map(row => [row.id, row]))
  const seen = heard.flatMap(one => {
    const before = old.get(one.id)
    return before ? [{ ...one, before }] : []
  })
  const changed = seen.filter(({ before, slow }) => before.reportHash !== slow.hash)
  await writeSlowParts(
    tx,
    changed.map(({ id, slow: { json, hash } }) => ({ ...json, id, hash })),
  )
  await replaceAgentImages(
    tx,
    seen.flatMap(({ id, report: { images } }) => (images ? [{ agentId: id, images }] : [])),
  )
  await reportTasks(
    tx,
    seen.flatMap(({ id, report }) => report.imageTasks.map(task => ({ ...task, agentId: id }))),
  )
  const returned = seen.filter(({ before }) => before.status !== 'connected')
  await tellOfAgents(tx, [...new Set([...changed, ...returned].map(({ id }) => id))])
  await tellOfSessions(
    tx,
    returned.map(({ id }) => id),
  )
  return { ids: new Set(old.keys()), hasNews: changed.length + returned.length > 0 }
}

/** What each report is new in, as JSON. */
const quickParts = (heard: readonly Heard[]): string =>
  JSON.stringify(
    heard.map(({ id, report: { usage }, waitMs, slow: { hash } }) => ({
      id,
      usage,
      hash,
      heartbeatMs: promisedMs(waitMs),
    })),
  )

const heardNow = sql`last_contact_at = now(), usage = coalesce(told.usage, agent.usage), heartbeat_ms = told."heartbeatMs"`

/** Those of agents that were connected and are as they were, which is most of them. Answers whose. */
async function writeQuietReports(db: Db, heard: readonly Heard[]): Promise<string[]> {
  if (heard.length === 0) return []
  const { rows } = await sql<{ id: string }>`${prepared}
    with told as (
      select * from jsonb_to_recordset(${quickParts(heard)}::jsonb) as told (id text, usage jsonb, "heartbeatMs" int, hash text)
    ), same as (
      select agent.id from agent join told on told.id = agent.id
      where agent.status = 'connected' and agent.report_hash = told.hash order by agent.id for no key update of agent
    )
    update agent set ${heardNow} from same join told on told.id = same.id where agent.id = same.id returning agent.id`.execute(
    db,
  )
  return rows.map(({ id }) => id)
}

/** What each report is new in. Answers what was there before. */
async function writeQuickPart(tx: Db, heard: readonly Heard[]): Promise<Old[]> {
  const { rows } = await sql<Old>`${prepared}
    with told as (
      select * from jsonb_to_recordset(${quickParts(heard)}::jsonb) as told (id text, usage jsonb, "heartbeatMs" int)
    ), old as (
      select agent.id, agent.status, agent.report_hash from agent
      where agent.id in (select id from told) order by agent.id for no key update
    )
    update agent set status = 'connected', status_reason = null, lost_at = null, ${heardNow}
    from old join told on told.id = old.id where agent.id = old.id
    returning old.id, old.status, old.report_hash`.execute(tx)
  return rows
}

async function tellOfAgents(tx: Db, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  await sql`select pg_notify('capstan_change', 'agent:' || id) from unnest(${ids}::text[]) as id`.execute(
    tx,
  )
}

async function writeSlowParts(
  tx: Db,
  parts: readonly (SlowPart & { readonly id: string; readonly hash: string })[],
): Promise<void> {
  if (parts.length === 0) return
  const text = JSON.stringify(parts)
  await sql`
    update agent set version = seen.version, architecture = seen.architecture, region = seen.region,
      address = seen.address, runtimes = seen.runtimes, problems = seen.problems, report_hash = seen.hash,
      -- Followed on first contact only (GRP-05): afterwards the group is what administrators say, and another value asks them.
      resource_group = coalesce(agent.resource_group, seen_group.name, (select name from resource_group where name = 'default')),
      requested_group = case when agent.configured_group is not distinct from seen."resourceGroup" then agent.requested_group
        else nullif(seen."resourceGroup", coalesce(agent.resource_group, seen_group.name)) end,
      configured_group = seen."resourceGroup"
    from jsonb_to_recordset(${text}::jsonb) as seen (id text, hash text, version text, architecture text, region text, address text,
      runtimes jsonb, problems jsonb, "resourceGroup" text)
      left join resource_group seen_group on seen_group.name = seen."resourceGroup"
    where agent.id = seen.id`.execute(tx)
  const devices = JSON.stringify(
    parts.flatMap(({ id, devices }) => devices.map(device => ({ ...device, agentId: id }))),
  )
  await sql`
    insert into device (agent_id, id, slot, kind, model, capacity, numa_node, mem_bytes, link_group, share_step)
    select distinct on (seen."agentId", seen.id) seen."agentId", seen.id, seen.slot, seen.kind, seen.model, seen.capacity,
      seen."numaNode", seen."memBytes", seen."linkGroup", seen."shareStep"
    from jsonb_to_recordset(${devices}::jsonb) as seen ("agentId" text, id text, slot text, kind text, model text,
      capacity bigint, "numaNode" int, "memBytes" bigint, "linkGroup" text, "shareStep" int)
    order by seen."agentId", seen.id
    on conflict (agent_id, id) do update set slot = excluded.slot, kind = excluded.kind, model = excluded.model,
      capacity = excluded.capacity, numa_node = excluded.numa_node, mem_bytes = excluded.mem_bytes,
      link_group = excluded.link_group, share_step = excluded.share_step`.execute(tx)
  // A device that is gone gives nothing any more; its row stays while containers hold it.
  await sql`
    with seen as (
      select * from jsonb_to_recordset(${devices}::jsonb) as seen ("agentId" text, id text)
    ), gone as (
      select agent_id, id from device where agent_id = any(${parts.map(({ id }) => id)})
        and not exists (select 1 from seen where seen."agentId" = device.agent_id and seen.id = device.id)
    ), emptied as (
      update device set capacity = 0 where (agent_id, id) in (select agent_id, id from gone)
        and exists (select 1 from allocation where agent_id = device.agent_id and device_id = device.id)
    )
    delete from device where (agent_id, id) in (select agent_id, id from gone)
      and not exists (select 1 from allocation where agent_id = device.agent_id and device_id = device.id)`.execute(
    tx,
  )
}
