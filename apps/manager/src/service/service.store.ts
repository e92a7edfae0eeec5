import type { Service, ServiceDetails } from '@capstan/contract/service'
import { toSlots } from '@capstan/core/slots'
import { type RawBuilder, type Selectable, sql } from 'kysely'
import type { Db } from '../db/db.ts'
import { contains, listPage, readSort, type SortColumn } from '../db/page.ts'
import type { Scope } from '../db/scope.ts'
import type { ServiceTable } from '../db/types.gen.ts'
import type { NewSession } from '../session/session.store.ts'

/** A service with the names around it, and how many of its replicas there are. */
type Row = Selectable<ServiceTable> & {
  readonly projectName: string
  readonly userEmail: string
  readonly reference: string
  readonly architecture: string
  readonly runtime: 'docker' | 'process'
  readonly liveCount: number
  readonly runningCount: number
}

const from = sql`service v
  join project p on p.id = v.project_id
  join "user" u on u.id = v.user_id
  join image i on i.id = v.image_id`

/** Of session r: it stands for a replica that is to be; one that is ending does not any more. */
export const isLive = sql`r.status not in ('terminating', 'terminated', 'cancelled', 'error')`

/** Of session r: the machine of one of its containers does not answer. */
export const isNodeLost = sql`exists (select 1 from kernel k join agent a on a.id = k.agent_id
  where k.session_id = r.id and k.status not in ('terminated', 'error') and a.status <> 'connected')`

const select = sql`v.*, p.name as project_name, u.email as user_email, i.reference, i.architecture, i.runtime,
  (select count(*)::int from session r where r.service_id = v.id and ${isLive}) as live_count,
  (select count(*)::int from session r where r.service_id = v.id and ${isLive} and r.status = 'running'
    and not ${isNodeLost}) as running_count`

/** Of service v. */
export function within(scope: Scope): RawBuilder<unknown>[] {
  if (scope.reach === 'all') return []
  if (scope.reach === 'domain') return [sql`v.domain_id = ${scope.domainId}`]
  return [sql`v.user_id = ${scope.userId}`]
}

const toService = (row: Row): Service => ({
  id: row.id,
  name: row.name,
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
  resourceGroup: row.resourceGroup,
  resources: toSlots(row.amounts),
  shmemBytes: row.shmemBytes,
  startupCommand: row.startupCommand,
  priority: row.priority,
  isPreemptible: row.isPreemptible,
  replicaCount: row.replicaCount,
  liveCount: row.liveCount,
  runningCount: row.runningCount,
  reason: row.reason,
  createdAt: row.createdAt.toISOString(),
  endedAt: row.endedAt?.toISOString() ?? null,
})

/** A service in scope; otherwise undefined, as if there were none. */
export async function find(db: Db, scope: Scope, id: string): Promise<ServiceDetails | undefined> {
  const where = sql.join([sql`v.id = ${id}`, ...within(scope)], sql` and `)
  const { rows } = await sql<Row>`select ${select} from ${from} where ${where}`.execute(db)
  const row = rows[0]
  return row && { ...toService(row), environNames: row.environNames, notices: row.notices }
}

type Sort = 'createdAt' | 'name' | 'userEmail'

const sortColumns: Readonly<Record<Sort, SortColumn>> = {
  // Ids are in the order of creation (UUIDv7).
  createdAt: { sql: sql`v.id`, type: 'uuid' },
  name: { sql: sql`v.name`, type: 'text' },
  userEmail: { sql: sql`u.email`, type: 'text' },
}

export interface ServiceFilter {
  readonly state: 'live' | 'ended' | 'any'
  readonly name?: string | undefined
  readonly userEmail?: string | undefined
  readonly image?: string | undefined
  readonly projectId?: string | undefined
  readonly resourceGroup?: readonly string[] | undefined
  readonly sort?: string | undefined
  readonly cursor?: string | undefined
  readonly limit: number
}

/** One page of the services in scope. Newest first unless asked otherwise. */
export async function list(
  db: Db,
  scope: Scope,
  filter: ServiceFilter,
): Promise<{ items: Service[]; nextCursor: string | null; count: number; isCountExact: boolean }> {
  const { column, isDescending } = readSort<Sort>(filter.sort, {
    column: 'createdAt',
    isDescending: true,
  })
  const { state, name, userEmail, image, projectId, resourceGroup } = filter
  const where = [
    ...within(scope),
    state !== 'any' && sql`(v.ended_at is null) = ${state === 'live'}`,
    name !== undefined && contains(sql`v.name`, name),
    userEmail !== undefined && contains(sql`u.email`, userEmail),
    image !== undefined && contains(sql`i.reference`, image),
    projectId !== undefined && sql`v.project_id = ${projectId}`,
    resourceGroup && sql`v.resource_group = any(${resourceGroup}::text[])`,
  ].filter(condition => typeof condition === 'object')
  return listPage<Row, Service>(db, {
    select,
    from,
    where,
    sort: sortColumns[column],
    isDescending,
    id: sql`v.id`,
    idType: 'uuid',
    cursor: filter.cursor,
    limit: filter.limit,
    map: toService,
  })
}

/** What a replica is to be, and how many of them. A name in use violates `service_name`. */
export async function insert(
  tx: Db,
  { name, replicaCount, replica }: { name: string; replicaCount: number; replica: NewSession },
): Promise<string> {
  if (replica.startupCommand === null) throw new Error('a replica needs a command')
  const row = await tx
    .insertInto('service')
    .values({
      name,
      domainId: replica.domainId,
      projectId: replica.projectId,
      userId: replica.userId,
      accessKey: replica.accessKey,
      imageId: replica.imageId,
      resourceGroup: replica.resourceGroup,
      amounts: JSON.stringify(replica.amounts),
      shmemBytes: replica.shmemBytes,
      environSealed: replica.environSealed,
      environNames: replica.environNames,
      startupCommand: replica.startupCommand,
      isSudoEnabled: replica.isSudoEnabled,
      notices: replica.notices,
      priority: replica.priority,
      isPreemptible: replica.isPreemptible,
      replicaCount,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return row.id
}

/** Nobody else changes this service until the transaction ends. */
export async function lock(tx: Db, scope: Scope, id: string): Promise<ServiceDetails | undefined> {
  const where = sql.join([sql`v.id = ${id}`, ...within(scope)], sql` and `)
  await sql`select 1 from service v where ${where} for no key update`.execute(tx)
  return find(tx, scope, id)
}

export async function setReplicaCount(tx: Db, id: string, replicaCount: number): Promise<void> {
  await sql`
    update service set replica_count = ${replicaCount}, set_at = now(), reason = null where id = ${id}`.execute(
    tx,
  )
}

export async function markEnded(tx: Db, id: string): Promise<void> {
  await sql`
    update service set ended_at = now(), reason = null where id = ${id} and ended_at is null`.execute(
    tx,
  )
}

/** The policy of a user, with the most replicas that a service of theirs may have; null is no limit. */
export async function findReplicaLimit(
  db: Db,
  userId: string,
): Promise<{ policy: string; most: number | null }> {
  const { rows } = await sql<{ policy: string; most: number | null }>`
    select p.name as policy, p.max_service_session_count as most
    from "user" u join user_policy p on p.name = u.policy where u.id = ${userId}`.execute(db)
  // A user follows exactly one.
  return rows[0]!
}

/** Which of these are in scope. */
export async function findVisible(db: Db, scope: Scope, ids: readonly string[]): Promise<string[]> {
  const where = sql.join([sql`v.id = any(${ids}::uuid[])`, ...within(scope)], sql` and `)
  const { rows } = await sql<{ id: string }>`select v.id from service v where ${where}`.execute(db)
  return rows.map(({ id }) => id)
}
