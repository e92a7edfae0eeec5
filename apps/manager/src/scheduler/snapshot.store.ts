import type { ClusterMode } from '@capstan/contract/session'
import { type Edge, stateOf } from '@capstan/core/dependency'
import type {
  AgentView,
  Arrivals,
  Demand,
  Dependency,
  DeviceView,
  Running,
} from '@capstan/core/placement'
import { sql } from 'kysely'
import type { Db } from '../db/db.ts'
import { prepared } from '../db/prepared.ts'
import { listEdges } from '../session/dependency.store.ts'

/** Most sessions that one turn looks at, in the order of the queue; the next turn sees the rest. */
const queueLimit = 100_000

/** Of a group, those that are connected and take new sessions. */
const taking = (group: string) => sql`agent.resource_group = ${group} and agent.status = 'connected'
  and agent.is_schedulable and agent.drain_mode is null`

/** Connected agents of a group that take new sessions, by id, so that the same world is planned for alike each time, with what is free on each device. */
export async function readAgents(db: Db, group: string): Promise<AgentView[]> {
  interface Row {
    readonly id: string
    readonly architecture: string
    readonly runtimes: readonly { readonly name: string }[]
    readonly images: string | null
  }
  const { rows } = await sql<Row>`${prepared}
    select agent.id, agent.architecture, agent.runtimes, there.images
    from agent left join (
      select agent_id, string_agg(image_id::text, ' ') as images from agent_image group by 1
    ) as there on there.agent_id = agent.id
    where ${taking(group)} order by agent.id`.execute(db)
  const devices = Map.groupBy(await readDevices(db, group), ({ agentId }) => agentId)
  return rows.flatMap(({ id, architecture, runtimes, images }) => {
    const own = devices.get(id)
    if (!own) return []
    return {
      id,
      architecture,
      runtimes: runtimes.map(({ name }) => name),
      images: new Set(images?.split(' ')),
      devices: own.map(toDevice).sort((one, other) => (one.id < other.id ? -1 : 1)),
    }
  })
}

interface DeviceRow {
  readonly agentId: string
  readonly id: string
  readonly slot: string
  readonly model: string
  readonly capacity: number
  readonly free: number
  readonly numaNode: number | null
  readonly linkGroup: string | null
}

const toDevice = ({ agentId: _, numaNode, linkGroup, ...device }: DeviceRow): DeviceView => ({
  ...device,
  ...(numaNode !== null && { numaNode }),
  ...(linkGroup !== null && { linkGroup }),
})

/**
 * In no order, and as rows: there are thousands, and to make JSON of them costs more than to read them. What is held of each is
 * added up by index `allocation_device`.
 */
async function readDevices(db: Db, group: string): Promise<DeviceRow[]> {
  const { rows } = await sql<DeviceRow>`${prepared}
    select device.agent_id, device.id, device.slot, device.model, device.capacity,
      device.capacity - coalesce((
        select sum(held_of(held.amount, held.slot, device.capacity, device.slot)) from allocation held
        where held.agent_id = device.agent_id and held.device_id = device.id), 0)::bigint as free,
      device.numa_node, device.link_group
    from agent join device on device.agent_id = agent.id where ${taking(group)}`.execute(db)
  return rows
}

const none: readonly Dependency[] = []

const toDependency = ({ awaited }: Edge): Dependency => ({
  sessionId: awaited.sessionId,
  name: awaited.name,
  state: stateOf(awaited),
})

/** All containers of a session are alike; sessions that ask for the same share them, for there may be very many. */
function shareKernels(): (amounts: Record<string, number>, clusterSize: number) => Kernels {
  const known = new Map<string, Kernels>()
  return (amounts, clusterSize) => {
    const key = JSON.stringify([clusterSize, amounts])
    const kernels =
      known.get(key) ??
      Array.from({ length: clusterSize }, (_, kernelIndex) => ({ kernelIndex, amounts }))
    known.set(key, kernels)
    return kernels
  }
}

type Kernels = Demand['kernels']

/**
 * A session with the policy that ends it, and when that is: a lifetime counts from the request on, or from the time from which it
 * was free to start (POL-04). Null while that is not known.
 */
const limited = sql`join keypair y on y.access_key = s.access_key join keypair_policy p on p.name = y.policy`
const freeAt = sql`greatest(s.created_at, s.starts_at, s.released_at)`
const endsAt = sql`nullif(${freeAt} + make_interval(secs => p.max_lifetime_s), 'infinity')`

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
    readonly clusterMode: ClusterMode
    readonly designatedAgents: string[]
    readonly serviceId: string | null
    readonly skips: number
    readonly startsAt: Date | null
    readonly endsAt: Date | null
    readonly waitsSince: Date | null
    readonly failedAgentIds: string[]
  }
  const { rows } = await sql<Row>`${prepared}
    select s.id, s.user_id, s.access_key, s.priority, s.created_at, s.image_id, i.architecture, i.runtime, s.amounts, s.cluster_size, s.cluster_mode, s.designated_agents, s.service_id, s.skips, s.starts_at,
      ${endsAt} as ends_at, nullif(${freeAt}, 'infinity') as waits_since,
      case when s.failures = 0 then '{}'
        else array(select distinct agent_id from kernel where session_id = s.id and status = 'error' and reason is not null) end as failed_agent_ids
    from session s join image i on i.id = s.image_id ${limited}
    where s.resource_group = ${group} and s.status = 'pending'
    order by s.priority desc, s.id limit ${queueLimit}`.execute(db)
  const kernelsOf = shareKernels()
  const edges = Map.groupBy(await listEdges(db, group), edge => edge.waiterId)
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
    kernels: kernelsOf(row.amounts, row.clusterSize),
    clusterMode: row.clusterMode,
    failedAgentIds: row.failedAgentIds,
    ...(row.designatedAgents.length > 0 && { agentIds: row.designatedAgents }),
    ...(row.serviceId !== null && { serviceId: row.serviceId }),
    skips: row.skips,
    waitsSince: row.waitsSince?.getTime() ?? null,
    notBefore: row.startsAt?.getTime() ?? null,
    dependencies: edges.get(row.id)?.map(toDependency) ?? none,
    endsAt: row.endsAt?.getTime() ?? null,
  }))
}

const isPlaced = sql`status not in ('pending', 'terminated', 'cancelled', 'error')`

/**
 * What runs in a group and may make room by itself or for somebody: sessions whose end is known, or has begun, or that may be
 * ended for others. Others say nothing about the time to come, and are many. `withReplicas`: and those of services, which are
 * to be spread.
 */
export async function readRunning(
  db: Db,
  { group, withReplicas }: { readonly group: string; readonly withReplicas: boolean },
): Promise<Running[]> {
  interface Row {
    readonly sessionId: string
    readonly ownerId: string
    readonly serviceId: string | null
    readonly priority: number
    readonly isPreemptible: boolean
    readonly isEnding: boolean
    readonly startedAt: Date
    readonly endsAt: Date | null
    readonly kernels: Running['kernels']
  }
  const { rows } = await sql<Row>`${prepared}
    select s.id as session_id, s.user_id as owner_id, s.service_id, s.priority, s.is_preemptible, s.status = 'terminating' as is_ending,
      coalesce(s.started_at, s.scheduled_at, s.created_at) as started_at, ${endsAt} as ends_at,
      (select jsonb_agg(jsonb_build_object('agentId', k.agent_id, 'devices', (
        select coalesce(jsonb_agg(jsonb_build_object('deviceId', l.device_id, 'slot', l.slot, 'amount', l.amount)), '[]')
        from allocation l where l.kernel_id = k.id)) order by k.index)
        from kernel k where k.session_id = s.id and k.status not in ('terminated', 'error')) as kernels
    from session s ${limited}
    where s.id in (
      select id from session where resource_group = ${group} and (status = 'terminating' or is_preemptible) and ${isPlaced}
      union all
      select id from session where resource_group = ${group} and ${isPlaced} and access_key in (
        select access_key from keypair join keypair_policy on keypair_policy.name = keypair.policy
        where keypair_policy.max_lifetime_s is not null)
      union all
      select id from session where ${withReplicas} and resource_group = ${group} and service_id is not null and ${isPlaced}
    )`.execute(db)
  return rows.map(row => ({
    ...row,
    startedAt: row.startedAt.getTime(),
    endsAt: row.endsAt?.getTime() ?? null,
    kernels: row.kernels ?? [],
  }))
}

/** How many of the latest requests stand for what is asked for. */
const latestRequests = 1000

/** Forms of the sessions that were asked for lately in a group, with how many of each. */
export async function readArrivals(db: Db, group: string): Promise<Arrivals[]> {
  interface Row {
    readonly architecture: string
    readonly amounts: Record<string, number>
    readonly clusterSize: number
    readonly count: number
  }
  const { rows } = await sql<Row>`${prepared}
    select i.architecture, s.amounts, s.cluster_size, count(*)::int as count from (
      select image_id, amounts, cluster_size from session where resource_group = ${group} order by id desc limit ${latestRequests}
    ) as s join image i on i.id = s.image_id group by 1, 2, 3 order by 4 desc, 1, 2, 3`.execute(db)
  const kernelsOf = shareKernels()
  return rows.map(({ architecture, amounts, clusterSize, count }) => ({
    architecture,
    count,
    kernels: kernelsOf(amounts, clusterSize),
  }))
}
