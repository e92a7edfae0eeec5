import { type Selectable, sql } from 'kysely'
import type { Db } from '../db/db.ts'
import type { ResourceGroupTable } from '../db/types.gen.ts'
import { openTo } from './access.store.ts'

/** A group with what its connected, schedulable agents have. Amounts in smallest units. */
export type GroupRow = Selectable<ResourceGroupTable> & {
  readonly agentCount: number
  readonly capacity: Record<string, number>
  readonly used: Record<string, number>
  readonly largestAgent: Record<string, number>
  readonly pendingCount: number
}

const withAmounts = sql`
  with taking as (
    select id, resource_group from agent where status = 'connected' and is_schedulable
  ), per_agent as (
    select taking.resource_group, taking.id, device.slot, sum(device.capacity) as capacity
    from taking join device on device.agent_id = taking.id group by 1, 2, 3
  ), per_slot as (
    select resource_group, slot, sum(capacity)::bigint as capacity, max(capacity)::bigint as largest
    from per_agent group by 1, 2
  ), used as (
    select taking.resource_group, allocation.slot, sum(allocation.amount)::bigint as amount
    from taking join allocation on allocation.agent_id = taking.id group by 1, 2
  )
  select g.*,
    (select count(*)::int from taking where taking.resource_group = g.name) as agent_count,
    (select coalesce(jsonb_object_agg(slot, capacity), '{}') from per_slot where resource_group = g.name) as capacity,
    (select coalesce(jsonb_object_agg(slot, largest), '{}') from per_slot where resource_group = g.name) as largest_agent,
    (select coalesce(jsonb_object_agg(slot, amount), '{}') from used where resource_group = g.name) as used,
    (select count(*)::int from session where session.resource_group = g.name and status = 'pending') as pending_count
  from resource_group g`

export async function find(db: Db, name: string): Promise<GroupRow | undefined> {
  const { rows } = await sql<GroupRow>`${withAmounts} where g.name = ${name}`.execute(db)
  return rows[0]
}

/** Active groups that this user may use, by name. */
export async function listGroups(db: Db, userId: string): Promise<GroupRow[]> {
  const { rows } = await sql<GroupRow>`
    ${withAmounts} where g.is_active and ${openTo(userId)} order by g.name limit 1000`.execute(db)
  return rows
}
