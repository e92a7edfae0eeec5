import type { Member, Project } from '@capstan/contract/project'
import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../db/db.ts'
import { contains, listPage, readSort, type SortColumn } from '../db/page.ts'
import type { Scope } from '../db/scope.ts'
import { allowedGroups, setAllowedGroups } from '../group/access.store.ts'

interface Row extends Omit<Project, 'createdAt'> {
  readonly createdAt: Date
}

const from = sql`project p join domain d on d.id = p.domain_id`
const select = sql`p.id, p.name, d.name as domain_name, p.type, p.description, p.is_active, p.policy,
  ${allowedGroups('project', sql`p.id`)} as allowed_groups, p.allowed_volumes, p.created_at,
  (select count(*)::int from membership where project_id = p.id) as member_count`

const toProject = (row: Row): Project => ({ ...row, createdAt: row.createdAt.toISOString() })

/** Which projects somebody sees: all, those of their domain, those they are in. */
export function within(scope: Scope): RawBuilder<unknown>[] {
  if (scope.reach === 'all') return []
  if (scope.reach === 'domain') return [sql`p.domain_id = ${scope.domainId}`]
  return [
    sql`exists (select 1 from membership where project_id = p.id and user_id = ${scope.userId})`,
  ]
}

/** An active project of an active domain that this user is a member of. */
export async function findMemberProject(
  db: Db,
  userId: string,
  id: string,
): Promise<{ id: string } | undefined> {
  const { rows } = await sql<{ id: string }>`
    select p.id from ${from} join membership m on m.project_id = p.id
    where p.id = ${id} and p.is_active and d.is_active and m.user_id = ${userId}`.execute(db)
  return rows[0]
}

type Sort = 'name' | 'createdAt'

const sortColumns: Readonly<Record<Sort, SortColumn>> = {
  name: { sql: sql`p.name`, type: 'text' },
  // Ids are in the order of creation (UUIDv7).
  createdAt: { sql: sql`p.id`, type: 'uuid' },
}

export interface ProjectFilter {
  readonly ids?: readonly string[] | undefined
  readonly name?: string | undefined
  readonly description?: string | undefined
  readonly domainName?: string | undefined
  readonly policy?: string | undefined
  readonly type?: readonly string[] | undefined
  readonly isActive?: boolean | undefined
  readonly sort?: string | undefined
  readonly cursor?: string | undefined
  readonly limit: number
}

interface Page<T> {
  readonly items: T[]
  readonly nextCursor: string | null
  readonly count: number
  readonly isCountExact: boolean
}

/** One page of the projects in scope, by name unless asked otherwise. */
export async function list(db: Db, scope: Scope, filter: ProjectFilter): Promise<Page<Project>> {
  const { column, isDescending } = readSort<Sort>(filter.sort, {
    column: 'name',
    isDescending: false,
  })
  const { ids, name, description, domainName, policy, type, isActive } = filter
  const where = [
    ...within(scope),
    ids && sql`p.id = any(${ids}::uuid[])`,
    name !== undefined && contains(sql`p.name`, name),
    description !== undefined && contains(sql`p.description`, description),
    domainName !== undefined && contains(sql`d.name`, domainName),
    policy !== undefined && sql`p.policy = ${policy}`,
    type && sql`p.type = any(${type}::text[])`,
    isActive !== undefined && sql`p.is_active = ${isActive}`,
  ].filter(condition => typeof condition === 'object')
  return listPage<Row, Project>(db, {
    select,
    from,
    where,
    sort: sortColumns[column],
    isDescending,
    id: sql`p.id`,
    idType: 'uuid',
    cursor: filter.cursor,
    limit: filter.limit,
    map: toProject,
  })
}

/** A project in scope; otherwise undefined, as if there were none. */
export async function find(db: Db, scope: Scope, id: string): Promise<Project | undefined> {
  const where = sql.join([sql`p.id = ${id}`, ...within(scope)], sql` and `)
  const { rows } = await sql<Row>`select ${select} from ${from} where ${where}`.execute(db)
  return rows[0] && toProject(rows[0])
}

/** Nobody else changes this project or its members until the transaction ends. */
export async function lock(tx: Db, id: string): Promise<void> {
  await sql`select 1 from project where id = ${id} for no key update`.execute(tx)
}

export interface NewProject {
  readonly domainId: string
  readonly name: string
  readonly type: Project['type']
  readonly description: string
  readonly policy: string
  readonly allowedGroups: readonly string[]
  readonly allowedVolumes: Project['allowedVolumes']
}

/** A taken name violates `project_name`, a policy that is not there `project_policy_fkey`. */
export async function insert(tx: Db, project: NewProject): Promise<string> {
  const { allowedGroups: groups, allowedVolumes, ...columns } = project
  const { id } = await tx
    .insertInto('project')
    .values({ ...columns, allowedVolumes: JSON.stringify(allowedVolumes) })
    .returning('id')
    .executeTakeFirstOrThrow()
  await setAllowedGroups(tx, 'project', id, groups)
  return id
}

type Changeable = Omit<NewProject, 'domainId' | 'type'> & { readonly isActive: boolean }
export type ProjectChanges = { readonly [K in keyof Changeable]?: Changeable[K] | undefined }

/** Changes what is given, and leaves the rest. */
export async function update(
  tx: Db,
  id: string,
  { allowedGroups: groups, allowedVolumes, ...columns }: ProjectChanges,
): Promise<void> {
  const changes = {
    ...columns,
    ...(allowedVolumes && { allowedVolumes: JSON.stringify(allowedVolumes) }),
  }
  if (Object.values(changes).some(value => value !== undefined))
    await tx.updateTable('project').set(changes).where('id', '=', id).execute()
  if (groups) await setAllowedGroups(tx, 'project', id, groups)
}

interface MemberRow extends Omit<Member, 'joinedAt'> {
  readonly joinedAt: Date
}

/** One page of the members of a project, by e-mail. */
export async function listMembers(
  db: Db,
  id: string,
  filter: { email?: string | undefined; sort?: string | undefined } & {
    cursor?: string | undefined
    limit: number
  },
): Promise<Page<Member>> {
  const { isDescending } = readSort<'email'>(filter.sort, { column: 'email', isDescending: false })
  return listPage<MemberRow, Member>(db, {
    select: sql`u.id as user_id, u.email, u.name, u.full_name, m.created_at as joined_at`,
    from: sql`membership m join "user" u on u.id = m.user_id`,
    where: [
      sql`m.project_id = ${id}`,
      ...(filter.email === undefined ? [] : [contains(sql`u.email`, filter.email)]),
    ],
    sort: { sql: sql`u.email`, type: 'text' },
    isDescending,
    id: sql`u.id`,
    idType: 'uuid',
    cursor: filter.cursor,
    limit: filter.limit,
    map: row => ({ ...row, joinedAt: row.joinedAt.toISOString() }),
  })
}

/** Of these projects those in scope. */
export async function findMany(
  db: Db,
  scope: Scope,
  ids: readonly string[],
): Promise<{ id: string; name: string; type: Project['type']; domainId: string }[]> {
  const where = sql.join([sql`p.id = any(${ids}::uuid[])`, ...within(scope)], sql` and `)
  const { rows } = await sql<{
    id: string
    name: string
    type: Project['type']
    domainId: string
  }>`select p.id, p.name, p.type, p.domain_id from project p where ${where}`.execute(db)
  return rows
}

/** The active projects of domains. */
export async function listActiveOf(
  db: Db,
  domainIds: readonly string[],
): Promise<{ id: string; name: string; domainId: string }[]> {
  const { rows } = await sql<{ id: string; name: string; domainId: string }>`
    select id, name, domain_id from project where is_active and domain_id = any(${domainIds}::uuid[])`.execute(
    db,
  )
  return rows
}

/** Makes users members of projects of their domain. */
export async function join(
  tx: Db,
  userIds: readonly string[],
  projectIds: readonly string[],
): Promise<void> {
  if (projectIds.length === 0) return
  await sql`
    insert into membership (user_id, project_id, domain_id)
    select u.id, p.id, p.domain_id from "user" u join project p on p.domain_id = u.domain_id
    where u.id = any(${userIds}::uuid[]) and p.id = any(${projectIds}::uuid[])
    on conflict do nothing`.execute(tx)
}

/** Ends what users have to do with projects. */
export async function leave(
  tx: Db,
  userIds: readonly string[],
  projectIds: readonly string[],
): Promise<void> {
  if (projectIds.length === 0) return
  await sql`
    delete from membership where user_id = any(${userIds}::uuid[]) and project_id = any(${projectIds}::uuid[])`.execute(
    tx,
  )
}

/** Those of these e-mails that nobody in the project's domain has. */
export async function listUnknown(
  tx: Db,
  id: string,
  emails: readonly string[],
): Promise<string[]> {
  const { rows } = await sql<{ email: string }>`
    select given.email from unnest(${emails}::text[]) as given (email)
    where not exists (select 1 from "user" u join project p on p.domain_id = u.domain_id
      where p.id = ${id} and lower(u.email) = lower(given.email))
    limit 20`.execute(tx)
  return rows.map(({ email }) => email)
}

/** Makes people members. Answers the e-mails of those who were not yet. */
export async function addMembers(tx: Db, id: string, emails: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ email: string }>`
    with added as (
      insert into membership (user_id, project_id, domain_id)
      select u.id, p.id, p.domain_id from "user" u join project p on p.domain_id = u.domain_id
      where p.id = ${id} and lower(u.email) in (select lower(email) from unnest(${emails}::text[]) as given (email))
      on conflict do nothing returning user_id
    )
    select u.email from added join "user" u on u.id = added.user_id order by u.email`.execute(tx)
  return rows.map(({ email }) => email)
}

/** Ends memberships. Answers the e-mails of those who had one. */
export async function removeMembers(
  tx: Db,
  id: string,
  emails: readonly string[],
): Promise<string[]> {
  const { rows } = await sql<{ email: string }>`
    delete from membership m using "user" u
    where m.project_id = ${id} and u.id = m.user_id
      and lower(u.email) in (select lower(email) from unnest(${emails}::text[]) as given (email))
    returning u.email`.execute(tx)
  return rows.map(({ email }) => email)
}
