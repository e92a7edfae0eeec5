import { sql } from 'kysely'
import type { Db } from '../db/db.ts'
import { contains, listPage, readSort, type SortColumn } from '../db/page.ts'
import type { PolicyKind } from './policy.kinds.ts'

type Sort = 'name' | 'createdAt'

const sortColumns: Readonly<Record<Sort, SortColumn>> = {
  name: { sql: sql`p.name`, type: 'text' },
  createdAt: { sql: sql`p.created_at`, type: 'timestamptz' },
}

interface Base {
  name: string
  createdAt: Date
}

const select = <R extends Base, W>({ followers }: PolicyKind<R, W>) =>
  sql`p.*, (select count(*)::int from ${followers} where policy = p.name) as follower_count`

export interface PolicyFilter {
  /** Names. */
  readonly ids?: readonly string[] | undefined
  readonly name?: string | undefined
  readonly sort?: string | undefined
  readonly cursor?: string | undefined
  readonly limit: number
}

/** One page of a kind of policy, by name unless asked otherwise. */
export async function list<R extends Base, W>(
  db: Db,
  kind: PolicyKind<R, W>,
  filter: PolicyFilter,
): Promise<{ items: W[]; nextCursor: string | null; count: number; isCountExact: boolean }> {
  const { column, isDescending } = readSort<Sort>(filter.sort, {
    column: 'name',
    isDescending: false,
  })
  const where = [
    filter.ids && sql`p.name = any(${filter.ids}::text[])`,
    filter.name !== undefined && contains(sql`p.name`, filter.name),
  ].filter(condition => typeof condition === 'object')
  return listPage<R, W>(db, {
    select: select(kind),
    from: sql`${kind.table} p`,
    where,
    sort: sortColumns[column],
    isDescending,
    id: sql`p.name`,
    idType: 'text',
    cursor: filter.cursor,
    limit: filter.limit,
    map: kind.fromRow,
  })
}

export async function find<R extends Base, W>(
  db: Db,
  kind: PolicyKind<R, W>,
  name: string,
): Promise<W | undefined> {
  const { rows } = await sql<R>`
    select ${select(kind)} from ${kind.table} p where p.name = ${name}`.execute(db)
  return rows[0] && kind.fromRow(rows[0])
}

/**
 * Nobody else changes or deletes these policies, or begins to follow them, until the transaction ends. Locked in the order of
 * their names, so that two who lock the same ones wait for each other, and not in a ring.
 */
export async function lock<R extends Base, W>(
  db: Db,
  { table }: PolicyKind<R, W>,
  names: readonly string[],
): Promise<void> {
  await sql`select 1 from ${table} where name = any(${names}::text[]) order by name for update`.execute(
    db,
  )
}

/** Whether there is such a policy; nobody deletes it until the transaction ends. */
export async function holdFor<R extends Base, W>(
  db: Db,
  { table }: PolicyKind<R, W>,
  name: string,
): Promise<boolean> {
  const { rows } = await sql`select 1 from ${table} where name = ${name} for key share`.execute(db)
  return rows.length > 0
}

/** False when the name is taken. */
export async function insert<R extends Base, W>(
  db: Db,
  kind: PolicyKind<R, W>,
  name: string,
  limits: Readonly<Record<string, unknown>>,
): Promise<boolean> {
  const columns = Object.entries({ name, ...kind.toColumns(limits) })
  const { rows } = await sql`
    insert into ${kind.table} (${sql.join(columns.map(([column]) => sql.ref(column)))})
    values (${sql.join(columns.map(([, value]) => value))})
    on conflict do nothing returning 1`.execute(db)
  return rows.length > 0
}

/** The policies of these names that there are, by name. */
export async function findAll<R extends Base, W>(
  db: Db,
  kind: PolicyKind<R, W>,
  names: readonly string[],
): Promise<Map<string, W>> {
  const { rows } = await sql<R>`
    select ${select(kind)} from ${kind.table} p where p.name = any(${names}::text[])`.execute(db)
  return new Map(rows.map(row => [row.name, kind.fromRow(row)]))
}

/** Creates or changes many, which all name the same limits. Answers the names that were taken: of those nothing is written. */
export async function writeAll<R extends Base, W>(
  db: Db,
  kind: PolicyKind<R, W>,
  policies: readonly ({ readonly name: string } & Readonly<Record<string, unknown>>)[],
  how: 'insert' | 'update',
): Promise<string[]> {
  if (policies.length === 0) return []
  const rows = policies.map(({ name, ...limits }) => ({ name, ...kind.toColumns(limits) }))
  const columns = Object.keys(rows[0]!)
  const limits = columns.filter(column => column !== 'name')
  const set = limits.map(column => sql`${sql.ref(column)} = excluded.${sql.ref(column)}`)
  const conflict =
    how === 'insert' || set.length === 0
      ? sql`on conflict do nothing`
      : sql`on conflict (name) do update set ${sql.join(set)}`
  const values = rows.map(row => {
    const given = new Map<string, unknown>(Object.entries(row))
    return sql`(${sql.join(columns.map(column => given.get(column)))})`
  })
  const { rows: written } = await sql<{ name: string }>`
    insert into ${kind.table} (${sql.join(columns.map(column => sql.ref(column)))})
    values ${sql.join(values)} ${conflict} returning name`.execute(db)
  const names = new Set(written.map(({ name }) => name))
  return policies.map(({ name }) => name).filter(name => !names.has(name))
}

/** Changes what is given, and leaves the rest. */
export async function update<R extends Base, W>(
  db: Db,
  kind: PolicyKind<R, W>,
  name: string,
  limits: Readonly<Record<string, unknown>>,
): Promise<void> {
  const columns = Object.entries(kind.toColumns(limits))
  if (columns.length === 0) return
  const assignments = columns.map(([column, value]) => sql`${sql.ref(column)} = ${value}`)
  await sql`update ${kind.table} set ${sql.join(assignments)} where name = ${name}`.execute(db)
}

/** Gives the followers of a policy another one. Answers how many they were. */
export async function reassign<R extends Base, W>(
  db: Db,
  { followers }: PolicyKind<R, W>,
  from: string,
  to: string,
): Promise<number> {
  const result = await sql`update ${followers} set policy = ${to} where policy = ${from}`.execute(
    db,
  )
  return Number(result.numAffectedRows ?? 0)
}

export async function remove<R extends Base, W>(
  db: Db,
  { table }: PolicyKind<R, W>,
  name: string,
): Promise<void> {
  await sql`delete from ${table} where name = ${name}`.execute(db)
}
