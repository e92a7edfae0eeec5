import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../db/db.ts'
import { taking } from './group.store.ts'

type Amounts = Readonly<Record<string, number>>

/** Agents of a group that take sessions now; of some ids, where there are any, whether they do so now or not. */
export interface Place {
  readonly group: string
  readonly agentIds: readonly string[]
}

/** Agents of a place, as rows of `a`. */
const agentsOf = ({ group, agentIds }: Place): RawBuilder<unknown> =>
  agentIds.length === 0
    ? sql`(select a.id from resource_group g join agent a on ${taking} where g.name = ${group}) as a`
    : sql`(select id from agent where resource_group = ${group} and id = any(${agentIds}::text[])) as a`

/** Each slot that is asked for, as rows of `need`. */
const needs = (needed: Amounts): RawBuilder<unknown> =>
  sql`(select key as slot, value::bigint as amount from jsonb_each_text(${JSON.stringify(needed)}::jsonb)) as need`

/**
 * How many containers agent `a` could hold if nothing ran there, as far as slot `need` goes: a part of a device comes from one
 * device, and from 1 on shares are whole devices.
 */
const roomFor = sql`(
  select case
    when need.slot not like '%.shares' then coalesce(div(sum(d.capacity), need.amount), 0)
    when need.amount < 1000 then coalesce(sum(div(d.capacity, need.amount)), 0)
    when need.amount % 1000 = 0 then div(count(*) filter (where d.capacity >= 1000), need.amount / 1000)
    else 0 end
  from device d where d.agent_id = a.id and d.slot = need.slot)`

/** The most of slot `need` that one container could have of agent `a`. */
const mostOf = sql`(
  select case
    when need.slot not like '%.shares' then coalesce(sum(d.capacity), 0)
    when need.amount < 1000 then coalesce(max(d.capacity), 0)
    else count(*) filter (where d.capacity >= 1000) * 1000 end
  from device d where d.agent_id = a.id and d.slot = need.slot)`

/**
 * The most that one agent of a place has of each slot that is needed, in smallest units; undefined when one of them has all of
 * it, or when no agent has ever said what it has. That is so of nearly every request, and is found at the first agents.
 */
export async function findTooSmall(
  db: Db,
  place: Place,
  needed: Amounts,
): Promise<Amounts | undefined> {
  const fits = sql`not exists (select 1 from ${needs(needed)} where ${roomFor} < 1)`
  const { rows } = await sql<{ isFit: boolean; isEmpty: boolean }>`
    select exists (select 1 from ${agentsOf(place)} where ${fits}) as is_fit,
      not exists (select 1 from ${agentsOf(place)}) as is_empty`.execute(db)
  if (rows[0]?.isFit || rows[0]?.isEmpty) return undefined
  const largest = await sql<{ slot: string; most: number }>`
    select need.slot, max(${mostOf})::bigint as most
    from ${agentsOf(place)} cross join ${needs(needed)} group by 1`.execute(db)
  return Object.fromEntries(largest.rows.map(({ slot, most }) => [slot, most]))
}

/**
 * How many containers that need so much each the emptied agents of a place could hold, the roomiest one and all together.
 * Undefined where no agent has ever said what it has.
 */
export async function countRoom(
  db: Db,
  place: Place,
  needed: Amounts,
): Promise<{ onOne: number; together: number } | undefined> {
  const { rows } = await sql<{ onOne: number | null; together: number | null }>`
    select max(room)::float8 as on_one, sum(room)::float8 as together from (
      select min(${roomFor}) as room
      from ${agentsOf(place)} cross join ${needs(needed)} group by a.id
    ) as agents`.execute(db)
  const { onOne = null, together = null } = rows[0] ?? {}
  return onOne === null || together === null ? undefined : { onOne, together }
}
