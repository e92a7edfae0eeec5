import type { AgentView, Demand } from '@capstan/core/placement'
import { sql } from 'kysely'
import type { Db } from '../db/db.ts'

/** Most sessions that one turn looks at, in the order of the queue; the next turn sees the rest. */
const queueLimit = 100_000

export interface GroupTurn {
  readonly name: string
  readonly scheduler: 'fifo' | 'lifo' | 'drf'
  readonly selector: 'dispersed' | 'concentrated'
  readonly retriesToSkip: number | null
}

/** Groups in which somebody waits. */
export async function listWaitingGroups(db: Db): Promise<GroupTurn[]> {
  const { rows } = await sql<GroupTurn>`
    select g.name, g.scheduler, g.selector, g.retries_to_skip from resource_group g
    where g.is_active and exists (select 1 from session where resource_group = g.name and status = 'pending')
    order by g.name`.execute(db)
  return rows
}

/** Connected agents of a group that take new sessions, with what is free on each device. */
export async function readAgents(db: Db, group: string): Promise<AgentView[]> {
  interface Row {
    readonly id: string
    readonly architecture: string
    readonly runtimes: string[]
    readonly images: string[]
    readonly devices: { id: string; slot: string; capacity: number; free: number }[]
  }
  const { rows } = await sql<Row>`
    with taking as (
      select id, architecture, runtimes from agent
      where resource_group = ${group} and status = 'connected' and is_schedulable
    ), given as (
      select agent_id, device_id, sum(amount) as amount from allocation
      where agent_id in (select id from taking) group by 1, 2
    ), devices as (
      select device.agent_id, jsonb_agg(jsonb_build_object('id', device.id, 'slot', device.slot, 'capacity', device.capacity,
        'free', device.capacity - coalesce(given.amount, 0)) order by device.id) as list
      from device left join given on given.agent_id = device.agent_id and given.device_id = device.id
      where device.agent_id in (select id from taking) group by 1
    )
    select taking.id, taking.architecture, devices.list as devices,
      array(select runtime ->> 'name' from jsonb_array_elements(taking.runtimes) as runtime) as runtimes,
      array(select image_id::text from agent_image where agent_id = taking.id) as images
    from taking join devices on devices.agent_id = taking.id order by taking.id`.execute(db)
  return rows.map(row => ({ ...row, images: new Set(row.images) }))
}

/** Who waits in a group, most urgent and earliest first, with what each container needs. */
export async function readQueue(db: Db, group: string): Promise<Demand[]> {
  interface Row {
    readonly id: string
    readonly userId: string
    readonly accessKey: string
    readonly priority: number
    readonly createdAt: Date
    readonly imageId: string
    readonly architecture: string
    readonly runtime: 'docker' | 'process'
    readonly amounts: Record<string, number>
    readonly clusterSize: number
    readonly skips: number
    readonly failedAgentIds: string[]
  }
  const { rows } = await sql<Row>`
    select s.id, s.user_id, s.access_key, s.priority, s.created_at, s.image_id, i.architecture, i.runtime, s.amounts, s.cluster_size, s.skips,
      case when s.failures = 0 then '{}'
        else array(select distinct agent_id from kernel where session_id = s.id and status = 'error') end as failed_agent_ids
    from session s join image i on i.id = s.image_id
    where s.resource_group = ${group} and s.status = 'pending'
    order by s.priority desc, s.id limit ${queueLimit}`.execute(db)
  return rows.map(row => ({
    sessionId: row.id,
    ownerId: row.userId,
    accessKey: row.accessKey,
    priority: row.priority,
    enqueuedAt: row.createdAt.getTime(),
    imageId: row.imageId,
    architecture: row.architecture,
    runtime: row.runtime,
    needsImageInstalled: row.runtime === 'process',
    kernels: Array.from({ length: row.clusterSize }, (_, kernelIndex) => ({
      kernelIndex,
      amounts: row.amounts,
    })),
    failedAgentIds: row.failedAgentIds,
    skips: row.skips,
  }))
}
