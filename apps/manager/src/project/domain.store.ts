import type { Domain } from '@capstan/contract/domain'
import { AppError } from '@capstan/contract/errors'
import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../db/db.ts'
import { contains, listPage, readSort, type SortColumn } from '../db/page.ts'
import type { Scope } from '../db/scope.ts'
import { allowedGroups, setAllowedGroups } from '../group/access.store.ts'

interface Row extends Omit<Domain, 'createdAt'> {
  readonly createdAt: Date
}

const select = sql`d.name, d.description, d.is_active, d.allowed_volumes, d.created_at,
  ${allowedGroups('domain', sql`d.id`)} as allowed_groups,
  (select count(*)::int from "user" where domain_id = d.id) as user_count,
  (select count(*)::int from project where domain_id = d.id) as project_count`

const toDomain = (row: Row): Domain => ({ ...row, createdAt: row.createdAt.toISOString() })

/** Which domains somebody administers: all, or their own. */
export const within = (scope: Scope): RawBuilder<unknown>[] =>
  scope.reach === 'all' ? [] : [sql`d.id = ${scope.domainId}`]

type Sort = 'name' | 'createdAt'

const sortColumns: Readonly<Record<Sort, SortColumn>> = {
  name: { sql: sql`d.name`, type: 'text' },
  // Ids are in the order of creation (UUIDv7).
  createdAt: { sql: sql`d.id`, type: 'uuid' },
}

export interface DomainFilter {
  /** Names. */
  readonly ids?: readonly string[] | undefined
  readonly name?: string | undefined
  readonly description?: string | undefined
  readonly isActive?: boolean | undefined
  readonly sort?: string | undefined
  readonly cursor?: string | undefined
  readonly limit: number
}

/** One page of the domains in scope, by name unless asked otherwise. */
export async function list(
  db: Db,
  scope: Scope,
  filter: DomainFilter,
): Promise<{ items: Domain[]; nextCursor: string | null; count: number; isCountExact: boolean }> {
  const { column, isDescending } = readSort<Sort>(filter.sort, {
    column: 'name',
    isDescending: false,
  })
  const { ids, name, description, isActive } = filter
  const where = [
    ...within(scope),
    ids && sql`d.name = any(${ids}::text[])`,
    name !== undefined && contains(sql`d.name`, name),
    description !== undefined && contains(sql`d.description`, description),
    isActive !== undefined && sql`d.is_active = ${isActive}`,
  ].filter(condition => typeof condition === 'object')
  return listPage<Row, Domain>(db, {
    select,
    from: sql`domain d`,
    where,
    sort: sortColumns[column],
    isDescending,
    id: sql`d.id`,
    idType: 'uuid',
    cursor: filter.cursor,
    limit: filter.limit,
    map: toDomain,
  })
}

/** A domain in scope; otherwise undefined, as if there were none. */
export async function find(db: Db, scope: Scope, name: string): Promise<Domain | undefined> {
  const where = sql.join([sql`d.name = ${name}`, ...within(scope)], sql` and `)
  const { rows } = await sql<Row>`select ${select} from domain d where ${where}`.execute(db)
  return rows[0] && toDomain(rows[0])
}

/** Nobody else changes this domain until the transaction ends. */
export async function lock(tx: Db, name: string): Promise<void> {
  await sql`select 1 from domain where name = ${name} for no key update`.execute(tx)
}

/** Id of the active domain that is named, where it is in reach; else of the administrator's own. */
export async function findDomainFor(
  db: Db,
  { scope, domainId }: { readonly scope: Scope; readonly domainId: string },
  name: string | undefined,
): Promise<string> {
  const where = name === undefined ? sql`d.id = ${domainId}` : sql`d.name = ${name}`
  const { rows } = await sql<{ id: string }>`
    select d.id from domain d where ${sql.join([where, sql`d.is_active`, ...within(scope)], sql` and `)}`.execute(
    db,
  )
  if (!rows[0])
    throw new AppError('domain_not_found', {
      issues: [{ path: 'domainName', message: 'no such domain, or it is not active' }],
    })
  return rows[0].id
}

/** Ids of the active domains that are named, where they are in reach; `undefined` among the names, and '' in the answer: one's own. */
export async function findActiveDomains(
  db: Db,
  { scope, domainId }: { readonly scope: Scope; readonly domainId: string },
  names: readonly (string | undefined)[],
): Promise<Map<string, string>> {
  const given = [...new Set(names.filter(name => name !== undefined))]
  const where = sql.join([sql`d.is_active`, ...within(scope)], sql` and `)
  const { rows } = await sql<{ id: string; name: string }>`
    select d.id, d.name from domain d where (d.name = any(${given}::text[]) or d.id = ${domainId}) and ${where}`.execute(
    db,
  )
  const own = rows.filter(({ id }) => id === domainId).map(({ id }) => ['', id] as const)
  return new Map([...own, ...rows.map(({ id, name }) => [name, id] as const)])
}

export interface NewDomain {
  readonly name: string
  readonly description: string
  readonly allowedGroups: readonly string[]
  readonly allowedVolumes: Domain['allowedVolumes']
}

/** A taken name violates `domain_name_key`. */
export async function insert(tx: Db, domain: NewDomain): Promise<string> {
  const { allowedGroups: groups, allowedVolumes, ...columns } = domain
  const { id } = await tx
    .insertInto('domain')
    .values({ ...columns, allowedVolumes: JSON.stringify(allowedVolumes) })
    .returning('id')
    .executeTakeFirstOrThrow()
  await setAllowedGroups(tx, 'domain', id, groups)
  return id
}

type Changeable = Omit<NewDomain, 'name'> & { readonly isActive: boolean }
export type DomainChanges = { readonly [K in keyof Changeable]?: Changeable[K] | undefined }

/** Changes what is given, and leaves the rest. */
export async function update(
  tx: Db,
  name: string,
  { allowedGroups: groups, allowedVolumes, ...columns }: DomainChanges,
): Promise<void> {
  const changes = {
    ...columns,
    ...(allowedVolumes && { allowedVolumes: JSON.stringify(allowedVolumes) }),
  }
  if (Object.values(changes).some(value => value !== undefined))
    await tx.updateTable('domain').set(changes).where('name', '=', name).execute()
  if (!groups) return
  const { id } = await tx
    .selectFrom('domain')
    .select('id')
    .where('name', '=', name)
    .executeTakeFirstOrThrow()
  await setAllowedGroups(tx, 'domain', id, groups)
}
