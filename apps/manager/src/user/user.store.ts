import type { User, UserDetails } from '@capstan/contract/user'
import { type RawBuilder, type Selectable, sql } from 'kysely'
import type { Db } from '../db/db.ts'
import { containsEvenShort, listPage, readSort, type SortColumn } from '../db/page.ts'
import type { Scope } from '../db/scope.ts'
import type { UserTable } from '../db/types.gen.ts'

type Row = Selectable<UserTable> & { readonly domainName: string }

export const from = sql`"user" u join domain d on d.id = u.domain_id`
const select = sql`u.*, d.name as domain_name`

const toUser = (row: Row): User => ({
  id: row.id,
  email: row.email,
  name: row.name,
  fullName: row.fullName,
  description: row.description,
  role: row.role,
  status: row.status,
  domainName: row.domainName,
  policy: row.policy,
  isPasswordChangeRequired: row.isPasswordChangeRequired,
  isSudoEnabled: row.isSudoEnabled,
  isTotpEnabled: row.isTotpEnabled,
  mainAccessKey: row.mainAccessKey ?? '',
  createdAt: row.createdAt.toISOString(),
  modifiedAt: row.modifiedAt.toISOString(),
})

/** Which users somebody administers, or is. */
export function within(scope: Scope): RawBuilder<unknown>[] {
  if (scope.reach === 'all') return []
  if (scope.reach === 'domain') return [sql`u.domain_id = ${scope.domainId}`]
  return [sql`u.id = ${scope.userId}`]
}

type Sort = 'email' | 'name' | 'role' | 'createdAt'

const sortColumns: Readonly<Record<Sort, SortColumn>> = {
  email: { sql: sql`u.email`, type: 'text' },
  name: { sql: sql`u.name`, type: 'text' },
  role: { sql: sql`u.role`, type: 'text' },
  // Ids are in the order of creation (UUIDv7).
  createdAt: { sql: sql`u.id`, type: 'uuid' },
}

export interface UserFilter {
  readonly ids?: readonly string[] | undefined
  readonly email?: string | undefined
  readonly name?: string | undefined
  readonly fullName?: string | undefined
  readonly description?: string | undefined
  readonly role?: readonly string[] | undefined
  readonly status?: readonly string[] | undefined
  readonly domainName?: string | undefined
  readonly policy?: string | undefined
  readonly sort?: string | undefined
  readonly cursor?: string | undefined
  readonly limit: number
}

export function conditions(filter: Omit<UserFilter, 'limit'>): RawBuilder<unknown>[] {
  const { ids, email, name, fullName, description, role, status, domainName, policy } = filter
  return [
    ids && sql`u.id = any(${ids}::uuid[])`,
    email !== undefined && containsEvenShort(sql`u.email`, email),
    name !== undefined && containsEvenShort(sql`u.name`, name),
    fullName !== undefined && containsEvenShort(sql`u.full_name`, fullName),
    description !== undefined && containsEvenShort(sql`u.description`, description),
    role && sql`u.role = any(${role}::text[])`,
    status && sql`u.status = any(${status}::text[])`,
    domainName !== undefined && sql`d.name = ${domainName}`,
    policy !== undefined && sql`u.policy = ${policy}`,
  ].filter(condition => typeof condition === 'object')
}

/** One page of the users in scope, by e-mail unless asked otherwise. */
export async function list(
  db: Db,
  scope: Scope,
  filter: UserFilter,
): Promise<{ items: User[]; nextCursor: string | null; count: number; isCountExact: boolean }> {
  const { column, isDescending } = readSort<Sort>(filter.sort, {
    column: 'email',
    isDescending: false,
  })
  return listPage<Row, User>(db, {
    select,
    from,
    where: [...within(scope), ...conditions(filter)],
    sort: sortColumns[column],
    isDescending,
    id: sql`u.id`,
    idType: 'uuid',
    cursor: filter.cursor,
    limit: filter.limit,
    map: toUser,
  })
}

/** A user in scope with their projects; otherwise undefined, as if there were none. */
export async function find(db: Db, scope: Scope, id: string): Promise<UserDetails | undefined> {
  const where = sql.join([sql`u.id = ${id}`, ...within(scope)], sql` and `)
  const { rows } = await sql<
    Row & Pick<UserDetails, 'projects' | 'keypairCount' | 'liveSessionCount'>
  >`
    select ${select},
      (select coalesce(jsonb_agg(jsonb_build_object('id', p.id, 'name', p.name, 'type', p.type) order by p.name), '[]')
        from membership m join project p on p.id = m.project_id where m.user_id = u.id) as projects,
      (select count(*)::int from keypair where user_id = u.id) as keypair_count,
      (select count(*)::int from session where user_id = u.id
        and status not in ('terminated', 'cancelled', 'error')) as live_session_count
    from ${from} where ${where}`.execute(db)
  const row = rows[0]
  if (!row) return undefined
  const { projects, keypairCount, liveSessionCount } = row
  return { ...toUser(row), projects, keypairCount, liveSessionCount }
}

/** Nobody else changes this user until the transaction ends. */
export async function lock(tx: Db, id: string): Promise<void> {
  await sql`select 1 from "user" where id = ${id} for update`.execute(tx)
}

/** Nobody else takes this user out of a project until the transaction ends. */
export async function lockProjects(tx: Db, id: string): Promise<void> {
  await sql`select 1 from membership where user_id = ${id} order by project_id for update`.execute(
    tx,
  )
}

export async function findDomainOf(tx: Db, id: string): Promise<string> {
  const { domainId } = await tx
    .selectFrom('user')
    .select('domainId')
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  return domainId
}

export interface NewUser {
  readonly domainId: string
  readonly email: string
  readonly name: string
  readonly fullName: string
  readonly description: string
  readonly passwordHash: string
  readonly role: User['role']
  readonly status: User['status']
  readonly policy: string
  readonly isPasswordChangeRequired: boolean
  readonly isSudoEnabled: boolean
}

type Changeable = Omit<NewUser, 'email'> & { mainAccessKey: string; isTotpEnabled: false }
export type UserChanges = { readonly [K in keyof Changeable]?: Changeable[K] | undefined }

export async function update(tx: Db, id: string, changes: UserChanges): Promise<void> {
  await tx
    .updateTable('user')
    .set({ ...changes, modifiedAt: sql`now()` })
    // Without the seed nobody could switch it on again with the old codes.
    .$if(changes.isTotpEnabled === false, query => query.set({ totpSeedSealed: null }))
    .where('id', '=', id)
    .execute()
  if (changes.isTotpEnabled === false)
    await tx.deleteFrom('recoveryCode').where('userId', '=', id).execute()
}

/** Makes a user a member of just these projects of a domain, and of its model stores. Answers how many of them there are. */
export async function setProjects(
  tx: Db,
  id: string,
  domainId: string,
  projectIds: readonly string[],
): Promise<number> {
  await sql`
    delete from membership m using project p
    where m.user_id = ${id} and p.id = m.project_id and p.type <> 'model-store' and p.id <> all(${projectIds}::uuid[])`.execute(
    tx,
  )
  const { rows } = await sql<{ count: number }>`
    with found as (
      select id from project where domain_id = ${domainId} and id = any(${projectIds}::uuid[])
    ), added as (
      insert into membership (user_id, project_id, domain_id) select ${id}, id, ${domainId} from found on conflict do nothing
    )
    select count(*)::int as count from found`.execute(tx)
  return rows[0]!.count
}

/** Ends all memberships of a user, those of model stores too: for who moves to another domain. */
export async function leaveProjects(tx: Db, id: string): Promise<void> {
  await tx.deleteFrom('membership').where('userId', '=', id).execute()
}

/** Projects that a new user of a domain is put into: the active general ones, and the one for models. */
export async function defaultProjects(db: Db, domainId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('project')
    .select('id')
    .where('domainId', '=', domainId)
    .where('isActive', '=', true)
    .execute()
  return rows.map(({ id }) => id)
}

/** Signs users out of every browser. */
export async function endBrowserSessions(tx: Db, userIds: readonly string[]): Promise<void> {
  await sql`delete from browser_session where user_id = any(${userIds}::uuid[])`.execute(tx)
}
