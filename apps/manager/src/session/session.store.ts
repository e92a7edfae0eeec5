import type { ClusterMode, Session, SessionStatus } from '@capstan/contract/session'
import { readLabels } from '@capstan/core/image'
import { endedStatuses } from '@capstan/core/session'
import { toSlots } from '@capstan/core/slots'
import { type RawBuilder, type Selectable, sql } from 'kysely'
import type { Db, Tx } from '../db/db.ts'
import { contains, listPage, readSort, type SortColumn } from '../db/page.ts'
import type { Scope } from '../db/scope.ts'
import type { SessionTable } from '../db/types.gen.ts'

/** A session with the names around it, as every read of it needs. */
export type SessionRow = Selectable<SessionTable> & {
  readonly projectName: string
  readonly userEmail: string
  readonly reference: string
  readonly architecture: string
  readonly runtime: 'docker' | 'process'
  readonly labels: Record<string, string>
  readonly agentIds: string[]
  readonly isNodeLost: boolean
}

const from = sql`session s
  join project p on p.id = s.project_id
  join "user" u on u.id = s.user_id
  join image i on i.id = s.image_id`

/** Last start's kernels only: those of failed starts are history. */
const select = sql`s.*, p.name as project_name, u.email as user_email, i.reference, i.architecture, i.runtime, i.labels,
  array(select distinct k.agent_id from kernel k where k.session_id = s.id and k.attempt = s.failures order by 1) as agent_ids,
  exists (select 1 from kernel k join agent a on a.id = k.agent_id
    where k.session_id = s.id and k.status not in ('terminated', 'error') and a.status <> 'connected') as is_node_lost`

/** Which sessions a person sees: their own; their domain's; all. */
export function within(scope: Scope): RawBuilder<unknown>[] {
  if (scope.reach === 'all') return []
  if (scope.reach === 'domain') return [sql`s.domain_id = ${scope.domainId}`]
  return [sql`s.user_id = ${scope.userId}`]
}

const iso = (date: Date | null): string | null => date?.toISOString() ?? null

export function toSession(row: SessionRow): Session {
  return {
    id: row.id,
    name: row.name,
    type: row.type,
    status: row.status,
    reason: row.reason,
    result: row.result,
    exitCode: row.exitCode,
    projectId: row.projectId,
    projectName: row.projectName,
    userId: row.userId,
    userEmail: row.userEmail,
    accessKey: row.accessKey,
    image: {
      id: row.imageId,
      reference: row.reference,
      architecture: row.architecture,
      runtime: row.runtime,
    },
    apps: [...readLabels(row.labels).apps],
    resourceGroup: row.resourceGroup,
    resources: toSlots(row.amounts),
    shmemBytes: row.shmemBytes,
    clusterSize: row.clusterSize,
    clusterMode: row.clusterMode,
    startupCommand: row.startupCommand,
    priority: row.priority,
    isPreemptible: row.isPreemptible,
    startsAt: iso(row.startsAt),
    agentIds: row.agentIds,
    serviceId: row.serviceId,
    isNodeLost: row.isNodeLost,
    createdAt: row.createdAt.toISOString(),
    scheduledAt: iso(row.scheduledAt),
    startedAt: iso(row.startedAt),
    endedAt: iso(row.endedAt),
  }
}

/** The session if `scope` covers it; otherwise undefined, as if it did not exist. */
export async function find(db: Db, scope: Scope, id: string): Promise<SessionRow | undefined> {
  const where = sql.join([sql`s.id = ${id}`, ...within(scope)], sql` and `)
  const { rows } = await sql<SessionRow>`select ${select} from ${from} where ${where}`.execute(db)
  return rows[0]
}

export type SessionSort = 'createdAt' | 'name' | 'status' | 'type' | 'userEmail'

const sortColumns: Readonly<Record<SessionSort, SortColumn>> = {
  // Ids are in the order of creation (UUIDv7), and indexed with what sessions are filtered by.
  createdAt: { sql: sql`s.id`, type: 'uuid' },
  name: { sql: sql`s.name`, type: 'text' },
  status: { sql: sql`s.status`, type: 'text' },
  type: { sql: sql`s.type`, type: 'text' },
  userEmail: { sql: sql`u.email`, type: 'text' },
}

export interface SessionFilter {
  readonly ids?: readonly string[] | undefined
  readonly state: 'live' | 'ended' | 'any'
  readonly status?: readonly SessionStatus[] | undefined
  readonly type?: readonly string[] | undefined
  readonly name?: string | undefined
  readonly userEmail?: string | undefined
  readonly image?: string | undefined
  readonly agentId?: string | undefined
  readonly projectId?: string | undefined
  readonly resourceGroup?: string | undefined
  readonly serviceId?: string | undefined
  readonly sort?: string | undefined
  readonly cursor?: string | undefined
  readonly limit: number
}

const ended = sql.raw(endedStatuses.map(status => `'${status}'`).join(', '))

function conditions(filter: SessionFilter): RawBuilder<unknown>[] {
  const {
    ids,
    state,
    status,
    type,
    name,
    userEmail,
    image,
    agentId,
    projectId,
    resourceGroup,
    serviceId,
  } = filter
  return [
    ids && sql`s.id = any(${ids}::uuid[])`,
    state === 'live' && sql`s.status not in (${ended})`,
    state === 'ended' && sql`s.status in (${ended})`,
    status && sql`s.status = any(${status}::text[])`,
    type && sql`s.type = any(${type}::text[])`,
    name !== undefined && contains(sql`s.name`, name),
    userEmail !== undefined && contains(sql`u.email`, userEmail),
    image !== undefined && contains(sql`i.reference`, image),
    agentId !== undefined &&
      sql`exists (select 1 from kernel k where k.session_id = s.id and k.agent_id = ${agentId})`,
    projectId !== undefined && sql`s.project_id = ${projectId}`,
    resourceGroup !== undefined && sql`s.resource_group = ${resourceGroup}`,
    serviceId !== undefined && sql`s.service_id = ${serviceId}`,
  ].filter(condition => typeof condition === 'object')
}

/** One page of the sessions in scope. Newest first unless asked otherwise. */
export async function list(
  db: Db,
  scope: Scope,
  filter: SessionFilter,
): Promise<{ items: Session[]; nextCursor: string | null; count: number; isCountExact: boolean }> {
  const { column, isDescending } = readSort<SessionSort>(filter.sort, {
    column: 'createdAt',
    isDescending: true,
  })
  return listPage<SessionRow, Session>(db, {
    select,
    from,
    where: [...within(scope), ...conditions(filter)],
    sort: sortColumns[column],
    isDescending,
    id: sql`s.id`,
    idType: 'uuid',
    cursor: filter.cursor,
    limit: filter.limit,
    map: toSession,
  })
}

export interface NewSession {
  readonly name: string
  readonly type: 'interactive' | 'batch' | 'inference'
  readonly domainId: string
  readonly projectId: string
  readonly userId: string
  readonly accessKey: string
  readonly imageId: string
  readonly resourceGroup: string
  /** Of each container. */
  readonly amounts: Readonly<Record<string, number>>
  readonly clusterSize: number
  readonly clusterMode: ClusterMode
  /** Ids of the only agents on which it may be; empty: any. */
  readonly designatedAgents: string[]
  readonly shmemBytes: number
  readonly environSealed: Buffer
  readonly environNames: string[]
  readonly startupCommand: string | null
  readonly isSudoEnabled: boolean
  readonly notices: string[]
  readonly priority: number
  readonly isPreemptible: boolean
  readonly startsAt: Date | null
  /** Ids of sessions that have to end well before it starts. */
  readonly dependsOn: readonly string[]
  /** The model service of which it is a replica. */
  readonly serviceId: string | null
}

/** A session that waits for others is released when these have ended well (`dependency.store.ts`). */
const releasedAt = (dependsOn: readonly string[]): RawBuilder<Date | null> =>
  dependsOn.length > 0 ? sql`'infinity'::timestamptz` : sql`null`

/** Undefined when the owner has a live session of this name. */
export async function insert(
  db: Db,
  { dependsOn, ...session }: NewSession,
): Promise<string | undefined> {
  const row = await db
    .insertInto('session')
    .values({
      ...session,
      amounts: JSON.stringify(session.amounts),
      releasedAt: releasedAt(dependsOn),
    })
    .onConflict(conflict => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  return row?.id
}

/** What is each one's own of sessions that are otherwise alike. */
export interface Numbered {
  readonly name: string
  readonly environSealed: Buffer
}

/** Adds sessions that are alike, in one statement; answers them in the order given. A name in use violates `session_name`. */
export async function insertMany(
  db: Db,
  session: NewSession,
  numbered: readonly Numbered[],
): Promise<{ id: string; name: string }[]> {
  const { rows } = await sql<{ id: string; name: string }>`
    insert into session (name, environ_sealed, type, domain_id, project_id, user_id, access_key, image_id, resource_group,
      amounts, shmem_bytes, environ_names, startup_command, is_sudo_enabled, notices, priority,
      is_preemptible, starts_at, released_at, cluster_size, cluster_mode, designated_agents, service_id)
    select own.name, own.environ_sealed, ${session.type}, ${session.domainId}::uuid, ${session.projectId}::uuid,
      ${session.userId}::uuid, ${session.accessKey}, ${session.imageId}::uuid, ${session.resourceGroup},
      ${JSON.stringify(session.amounts)}::jsonb, ${session.shmemBytes}::bigint, ${session.environNames}::text[],
      ${session.startupCommand}, ${session.isSudoEnabled}::boolean, ${session.notices}::text[], ${session.priority}::int,
      ${session.isPreemptible}::boolean, ${session.startsAt}::timestamptz, ${releasedAt(session.dependsOn)}::timestamptz,
      ${session.clusterSize}::int, ${session.clusterMode}, ${session.designatedAgents}::text[],
      ${session.serviceId}::uuid
    from unnest(${numbered.map(({ name }) => name)}::text[],
      ${numbered.map(({ environSealed }) => environSealed)}::bytea[]) with ordinality as own (name, environ_sealed, number)
    order by own.number returning id, name`.execute(db)
  return rows
}

/** False when the session has ended meanwhile. A name in use violates `session_name`. */
export async function rename(db: Db, id: string, name: string): Promise<boolean> {
  const result = await db
    .updateTable('session')
    .set({ name })
    .where('id', '=', id)
    .where('status', 'not in', [...endedStatuses])
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

export interface EndMove {
  readonly id: string
  readonly from: SessionStatus
  readonly to: SessionStatus
  /** Its own, where it is not that of all. */
  readonly reason?: { readonly code: string; readonly message: string; readonly data?: unknown }
}

/**
 * Moves sessions towards their end, each only if it still has the status that the caller saw, and their kernels with
 * them. Answers the ids that moved and the agents to wake. Locks the sessions in the order of their ids.
 */
export async function end(
  db: Db,
  moves: readonly EndMove[],
  reason: { code: string; message: string; data?: unknown },
): Promise<{ moved: string[]; agentIds: string[] }> {
  const { rows } = await sql<{ id: string; status: SessionStatus }>`
    with wanted as (
      select * from unnest(${moves.map(move => move.id)}::uuid[], ${moves.map(move => move.from)}::text[],
        ${moves.map(move => move.to)}::text[], ${moves.map(move => JSON.stringify(move.reason ?? reason))}::text[])
        as wanted (id, from_status, to_status, reason)
    ), locked as (
      select s.id, wanted.to_status, wanted.reason::jsonb as reason from session s join wanted on wanted.id = s.id and wanted.from_status = s.status
      order by s.id for update of s
    )
    update session s set status = locked.to_status, reason = locked.reason,
      ended_at = case when locked.to_status in (${ended}) then now() end
    from locked where s.id = locked.id returning s.id, s.status`.execute(db)
  const moved = rows.map(row => row.id)
  const polite = rows.filter(row => row.status === 'terminating').map(row => row.id)
  const kernels = await sql<{ agentId: string }>`
    update kernel set
      status = case when session_id = any(${polite}::uuid[]) then 'terminating' else 'terminated' end,
      ended_at = case when session_id = any(${polite}::uuid[]) then null else now() end,
      reason = coalesce(reason, ${JSON.stringify(reason)}::jsonb)
    where session_id = any(${moved}::uuid[]) and status not in ('terminated', 'error')
    returning agent_id`.execute(db)
  return { moved, agentIds: [...new Set(kernels.rows.map(row => row.agentId))] }
}

/** Live sessions of these users, none of which moves on until the transaction ends. */
export async function lockLive(
  tx: Tx,
  userIds: readonly string[],
): Promise<{ id: string; status: SessionStatus }[]> {
  const { rows } = await sql<{ id: string; status: SessionStatus }>`
    select id, status from session where user_id = any(${userIds}::uuid[]) and status not in (${ended})
    order by id for update`.execute(tx)
  return rows
}

/** Status, and whether a person may touch them, of several sessions. */
export async function findStatuses(
  db: Db,
  scope: Scope,
  ids: readonly string[],
): Promise<{ id: string; status: SessionStatus }[]> {
  const where = sql.join([sql`s.id = any(${ids}::uuid[])`, ...within(scope)], sql` and `)
  const { rows } = await sql<{
    id: string
    status: SessionStatus
  }>`select s.id, s.status from session s where ${where}`.execute(db)
  return rows
}

/** Which of these are in scope. */
export const findVisible = async (
  db: Db,
  scope: Scope,
  ids: readonly string[],
): Promise<string[]> => (await findStatuses(db, scope, ids)).map(({ id }) => id)
