import {
  type EndedReplica,
  failureWindowMs,
  freeNumbers,
  type LiveReplica,
  type Standing,
} from '@capstan/core/replicas'
import { sql, type Selectable } from 'kysely'
import type { Reason } from '@capstan/contract/session'
import type { Db, Tx } from '../db/db.ts'
import type { ServiceTable } from '../db/types.gen.ts'
import { openToProject } from '../group/access.store.ts'
import { readClock } from '../scheduler/turn.store.ts'
import { isLive, isNodeLost } from './service.store.ts'

/** Most services that one turn brings closer to what they are to be; the next turn sees the rest. */
const mostAtOnce = 200

/**
 * Services that have more or fewer replicas than they are to have. First those of which it is not known why: services that are
 * kept from their replicas stay uneven, and however many they are, others have their turn.
 */
export async function listUneven(db: Db): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select v.id from service v
    where v.ended_at is null
      and v.replica_count <> (select count(*) from session r where r.service_id = v.id and ${isLive})
    order by v.reason is not null, random() limit ${mostAtOnce}`.execute(db)
  return rows.map(({ id }) => id)
}

export type ServiceRow = Selectable<ServiceTable>

/** A service that has not ended, locked; undefined where it has, or where somebody else is at it. */
export async function lockLive(tx: Db, id: string): Promise<ServiceRow | undefined> {
  return tx
    .selectFrom('service')
    .selectAll()
    .where('id', '=', id)
    .where('endedAt', 'is', null)
    .forNoKeyUpdate()
    .skipLocked()
    .executeTakeFirst()
}

const replica = sql`r.id, r.status, ${isNodeLost} as is_node_lost`

export async function listLiveReplicas(tx: Db, id: string): Promise<LiveReplica[]> {
  const { rows } = await sql<LiveReplica>`
    select ${replica} from session r where r.service_id = ${id} and ${isLive}`.execute(tx)
  return rows
}

/** The same, of which none moves on until the transaction ends. */
export async function lockLiveReplicas(tx: Tx, id: string): Promise<LiveReplica[]> {
  const { rows } = await sql<LiveReplica>`
    select ${replica} from session r where r.service_id = ${id} and ${isLive} order by r.id for update`.execute(
    tx,
  )
  return rows
}

export interface Ended extends EndedReplica {
  readonly name: string
  readonly message: string | null
}

/** The latest replicas that ended since the number of them was set, the last first, and the time by the same clock. */
export async function listEnded(
  tx: Db,
  { id, setAt, replicaCount }: ServiceRow,
): Promise<{ ended: Ended[]; now: number }> {
  interface Row {
    readonly name: string
    readonly endedAt: Date
    readonly code: string | null
    readonly message: string | null
  }
  // Six failures of each make the longest rest; among the latest there are those that live, or were to end.
  const { rows } = await sql<Row>`
    select name, ended_at, reason ->> 'code' as code, reason ->> 'message' as message from (
      select * from session where service_id = ${id} order by id desc limit ${Math.max(1, replicaCount) * 8}
    ) as latest
    where ended_at > greatest(${setAt}, clock_timestamp() - make_interval(secs => ${failureWindowMs / 1000}))
    order by ended_at desc`.execute(tx)
  return {
    ended: rows.map(row => ({ ...row, endedAt: row.endedAt.getTime() })),
    now: (await readClock(tx)).getTime(),
  }
}

/** Held until the transaction ends: whoever ends with the owner's activity what they run finds what is started now. */
export async function readStanding(
  tx: Db,
  { userId, accessKey, projectId, resourceGroup }: ServiceRow,
): Promise<Standing> {
  const { rows } = await sql<Standing>`
    select u.status = 'active' as is_user_active,
      exists (select 1 from keypair where access_key = ${accessKey} and is_active) as is_keypair_active,
      exists (select 1 from membership m join project p on p.id = m.project_id join domain d on d.id = p.domain_id
        where m.user_id = u.id and p.id = ${projectId} and p.is_active and d.is_active) as is_member,
      g.is_active as is_group_active, ${openToProject(accessKey, projectId)} as is_group_open,
      'inference' = any(g.allowed_session_types) as takes_inference
    from "user" u, resource_group g where u.id = ${userId} and g.name = ${resourceGroup}
    for share of u`.execute(tx)
  // Both are there: the service refers to them.
  return rows[0]!
}

export async function setReason(tx: Db, id: string, reason: Reason | null): Promise<void> {
  const text = reason === null ? null : JSON.stringify(reason)
  await sql`
    update service set reason = ${text}::jsonb where id = ${id} and reason is distinct from ${text}::jsonb`.execute(
    tx,
  )
}

/**
 * Names of so many new replicas. Their numbers are not used again, whatever comes of them, and those are left out by which
 * other sessions of the owner are called.
 */
export async function takeNames(
  tx: Tx,
  { id, name, userId, latestNumber }: ServiceRow,
  count: number,
): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select lower(name) as name from session
    where user_id = ${userId} and status not in ('terminated', 'cancelled', 'error') and starts_with(lower(name), lower(${`${name}-`}))`.execute(
    tx,
  )
  const taken = new Set(rows.map(row => row.name))
  const numbers = freeNumbers({
    after: latestNumber,
    count,
    isTaken: number => taken.has(`${name}-${number}`.toLowerCase()),
  })
  await sql`update service set latest_number = ${numbers.at(-1) ?? latestNumber} where id = ${id}`.execute(
    tx,
  )
  return numbers.map(number => `${name}-${number}`)
}
