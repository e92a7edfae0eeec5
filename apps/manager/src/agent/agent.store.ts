import type { Agent, AgentDetails } from '@capstan/contract/agent'
import { toSlots, wholeDevice } from '@capstan/core/slots'
import { type RawBuilder, type Selectable, sql } from 'kysely'
import type { Db } from '../db/db.ts'
import { contains, listPage, readSort, type SortColumn } from '../db/page.ts'
import type { Scope } from '../db/scope.ts'
import type { AgentTable, DeviceTable } from '../db/types.gen.ts'
import { within } from '../session/session.store.ts'

type AgentRow = Selectable<AgentTable> & {
  readonly capacity: Record<string, number>
  readonly used: Record<string, number>
  readonly sessionCount: number
}

const select = sql`a.*,
  (select coalesce(jsonb_object_agg(slot, capacity), '{}') from
    (select slot, sum(capacity)::bigint as capacity from device where agent_id = a.id group by slot) as slots) as capacity,
  (select coalesce(jsonb_object_agg(slot, amount), '{}') from
    (select slot, sum(amount)::bigint as amount from allocation where agent_id = a.id group by slot) as slots) as used,
  (select count(distinct session_id)::int from kernel where agent_id = a.id and status not in ('terminated', 'error')) as session_count`

const drainOf = ({ drainMode, drainStartedAt, drainDeadlineAt }: AgentRow): Agent['drain'] =>
  drainMode && {
    mode: drainMode,
    // The database holds that it is there with the mode.
    startedAt: drainStartedAt!.toISOString(),
    deadlineAt: drainDeadlineAt?.toISOString() ?? null,
  }

const toAgent = (row: AgentRow): Agent => ({
  id: row.id,
  address: row.address,
  region: row.region,
  architecture: row.architecture,
  resourceGroup: row.resourceGroup ?? '',
  requestedGroup: row.requestedGroup,
  version: row.version,
  status: row.status,
  isSchedulable: row.isSchedulable,
  drain: drainOf(row),
  runtimes: row.runtimes,
  capacity: toSlots(row.capacity),
  used: toSlots(row.used),
  sessionCount: row.sessionCount,
  problems: row.problems,
  firstContactAt: row.firstContactAt.toISOString(),
  lastContactAt: row.lastContactAt.toISOString(),
  lostAt: row.lostAt?.toISOString() ?? null,
  statusReason: row.statusReason,
})

export type AgentSort = 'id' | 'resourceGroup' | 'firstContactAt' | 'lastContactAt' | 'lostAt'

const sortColumns: Readonly<Record<AgentSort, SortColumn>> = {
  id: { sql: sql`a.id`, type: 'text' },
  resourceGroup: { sql: sql`coalesce(a.resource_group, '')`, type: 'text' },
  firstContactAt: { sql: sql`a.first_contact_at`, type: 'timestamptz' },
  lastContactAt: { sql: sql`a.last_contact_at`, type: 'timestamptz' },
  lostAt: { sql: sql`coalesce(a.lost_at, '1970-01-01+00'::timestamptz)`, type: 'timestamptz' },
}

export interface AgentFilter {
  readonly status?: readonly string[] | undefined
  readonly id?: string | undefined
  readonly address?: string | undefined
  readonly resourceGroup?: string | undefined
  readonly sort?: string | undefined
  readonly cursor?: string | undefined
  readonly limit: number
}

/** One page of agents, by id unless asked otherwise. */
export async function list(
  db: Db,
  filter: AgentFilter,
): Promise<{ items: Agent[]; nextCursor: string | null; count: number; isCountExact: boolean }> {
  const { column, isDescending } = readSort<AgentSort>(filter.sort, {
    column: 'id',
    isDescending: false,
  })
  const where: RawBuilder<unknown>[] = [
    filter.status && sql`a.status = any(${filter.status}::text[])`,
    filter.id !== undefined && contains(sql`a.id`, filter.id),
    filter.address !== undefined && contains(sql`a.address`, filter.address),
    filter.resourceGroup !== undefined && contains(sql`a.resource_group`, filter.resourceGroup),
  ].filter(condition => typeof condition === 'object')
  return listPage<AgentRow, Agent>(db, {
    select,
    from: sql`agent a`,
    where,
    sort: sortColumns[column],
    isDescending,
    id: sql`a.id`,
    idType: 'text',
    cursor: filter.cursor,
    limit: filter.limit,
    map: toAgent,
  })
}

export async function find(db: Db, id: string): Promise<Agent | undefined> {
  const { rows } = await sql<AgentRow>`select ${select} from agent a where a.id = ${id}`.execute(db)
  return rows[0] && toAgent(rows[0])
}

/** Those of these agents that are of a group, by id. */
export async function listGroupAgents(
  db: Db,
  group: string,
  ids: readonly string[],
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from agent where resource_group = ${group} and id = any(${ids}::text[]) order by id`.execute(
    db,
  )
  return rows.map(({ id }) => id)
}

/** An agent with its devices, what of each is given out, its live use, and those of its sessions that are in scope. */
export async function findDetails(
  db: Db,
  scope: Scope,
  id: string,
): Promise<AgentDetails | undefined> {
  const [agents, devices, sessions] = await Promise.all([
    sql<AgentRow>`select ${select} from agent a where a.id = ${id}`.execute(db),
    sql<Selectable<DeviceTable> & { used: number }>`
      select device.*, (select coalesce(sum(held_of(al.amount, al.slot, device.capacity, device.slot)), 0)::bigint from allocation al
        where al.agent_id = device.agent_id and al.device_id = device.id) as used
      from device where agent_id = ${id} order by id`.execute(db),
    sql<{
      id: string
      name: string
      status: string
      userEmail: string
      amounts: Record<string, number>
    }>`
      select distinct s.id, s.name, s.status, u.email as user_email, s.amounts
      from kernel k join session s on s.id = k.session_id join "user" u on u.id = s.user_id
      where ${sql.join([sql`k.agent_id = ${id}`, ...within(scope)], sql` and `)} and k.status not in ('terminated', 'error') order by s.name limit 1000`.execute(
      db,
    ),
  ])
  const row = agents.rows[0]
  if (!row) return undefined
  const inUnits = (slot: string, amount: number): number => toSlots({ [slot]: amount })[slot]!
  return {
    ...toAgent(row),
    usage: row.usage,
    devices: devices.rows.map(({ agentId: _, slot, capacity, used, shareStep, ...device }) => ({
      ...device,
      shareStep: shareStep === null ? null : shareStep / wholeDevice,
      slot,
      capacity: inUnits(slot, capacity),
      used: inUnits(slot, used),
    })),
    sessions: sessions.rows.map(({ amounts, ...session }) => ({
      ...session,
      resources: toSlots(amounts),
    })),
  }
}

/** An agent is lost after so many heartbeats without a word (AGT-06). */
const missedHeartbeats = 3

const isSilent = sql`agent.last_contact_at < now() - ${missedHeartbeats}::int * agent.heartbeat_ms * interval '1 millisecond'`

/**
 * Registers agents, or gives those that come back a new token. Answers for each whether it did: not while another one of
 * that id is heard of, for its containers must not be taken over by a machine that happens to have the same name.
 */
export async function joinAgents(
  db: Db,
  joining: readonly { readonly id: string; readonly tokenHash: Buffer }[],
): Promise<boolean[]> {
  const { rows } = await sql<{ id: string }>`
    insert into agent (id, token_hash, status, status_reason, lost_at)
    select id, token_hash, 'terminated', 'It joined and was not heard of since', now()
    from unnest(${joining.map(({ id }) => id)}::text[], ${joining.map(({ tokenHash }) => tokenHash)}::bytea[]) as joining (id, token_hash)
    order by id
    on conflict (id) do update set token_hash = excluded.token_hash where agent.status <> 'connected' or ${isSilent}
    returning id`.execute(db)
  const joined = new Set(rows.map(({ id }) => id))
  return joining.map(({ id }) => joined.has(id))
}

export async function leaveAgent(db: Db, id: string, reason: string): Promise<void> {
  await sql`
    with left_ as (
      update agent set status = 'terminated', status_reason = ${reason}, lost_at = now() where id = ${id} returning id
    ) select pg_notify('capstan_change', 'agent:' || id) from left_`.execute(db)
  await tellOfSessions(db, [id])
}

/** Marks agents lost that fell silent (AGT-06); answers which. */
export async function loseSilentAgents(db: Db): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    with silent as (
      -- One whose row is locked is being heard of at this moment.
      select id from agent where status = 'connected' and ${isSilent}
      for update skip locked
    ), lost as (
      update agent set status = 'lost', lost_at = now(),
        status_reason = 'Not heard of for ' || round(extract(epoch from now() - last_contact_at)) || ' s'
      where id in (select id from silent) returning id
    ) select id, pg_notify('capstan_change', 'agent:' || id) from lost`.execute(db)
  const ids = rows.map(row => row.id)
  await tellOfSessions(db, ids)
  return ids
}

/** Whoever looks at the live sessions of agents that went or came back is told: whether their node is lost is part of them. */
export async function tellOfSessions(db: Db, agentIds: readonly string[]): Promise<void> {
  if (agentIds.length === 0) return
  await sql`
    with concerned as (
      select string_agg(distinct session_id::text, ',') as ids from kernel
      where agent_id = any(${agentIds}) and status not in ('terminated', 'error')
    ) select pg_notify('capstan_change', 'session:' || case when length(ids) > 4000 then '' else ids end)
    from concerned where ids is not null`.execute(db)
}
