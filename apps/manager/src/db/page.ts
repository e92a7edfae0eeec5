import { countLimit } from '@capstan/contract/paging'
import { AppError } from '@capstan/contract/errors'
import { type RawBuilder, sql } from 'kysely'
import * as z from 'zod'
import type { Db } from './db.ts'

/** A column that a list can be sorted by. Its SQL must never be null. */
export interface SortColumn {
  readonly sql: RawBuilder<unknown>
  /** Type of the column in SQL, for the value that comes back in a cursor. */
  readonly type: 'text' | 'bigint' | 'timestamptz' | 'uuid'
}

type IdType = 'uuid' | 'text' | 'integer'

export interface ListQuery<Row> {
  readonly select: RawBuilder<unknown>
  /** Tables and joins that select, filters and sort name. */
  readonly from: RawBuilder<unknown>
  readonly where: readonly RawBuilder<unknown>[]
  readonly sort: SortColumn
  readonly isDescending: boolean
  /** Unique column that decides between equals. */
  readonly id: RawBuilder<unknown>
  readonly idType: IdType
  readonly cursor: string | undefined
  readonly limit: number
  readonly map: (row: Row) => unknown
}

const Cursor = z.tuple([z.string(), z.string()])

const encode = (sortValue: string, id: string): string =>
  Buffer.from(JSON.stringify([sortValue, id])).toString('base64url')

function decode(cursor: string, { type }: SortColumn, idType: IdType): [string, string] {
  const fail = (): never => {
    throw new AppError('invalid_input', {
      issues: [{ path: 'cursor', message: 'not a cursor of this list' }],
      detail: 'cursor: not a cursor of this list',
    })
  }
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
  } catch {
    return fail()
  }
  const parsed = Cursor.safeParse(value)
  if (!parsed.success) return fail()
  const [sortValue, id] = parsed.data
  const isGood =
    !parsed.data.some(text => text.includes('\0')) &&
    (idType !== 'uuid' || z.guid().safeParse(id).success) &&
    (idType !== 'integer' || /^\d{1,9}$/.test(id)) &&
    (type !== 'uuid' || z.guid().safeParse(sortValue).success) &&
    (type !== 'bigint' || /^-?\d{1,18}$/.test(sortValue)) &&
    (type !== 'timestamptz' || /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?\+00$/.test(sortValue))
  return isGood ? [sortValue, id] : fail()
}

/** One page of a list by keyset: rows after the cursor in the order of the sort column and the id, and how many there are in all. */
export async function listPage<Row extends object, Item>(
  db: Db,
  query: ListQuery<Row> & { readonly map: (row: Row) => Item },
): Promise<{ items: Item[]; nextCursor: string | null; count: number; isCountExact: boolean }> {
  const { limit } = query
  const ids = await listMatching(db, query)
  const rows = await listRows(db, query, ids.length > countLimit ? undefined : ids)
  const last = rows.length > limit ? rows[limit - 1] : undefined
  return {
    items: rows.slice(0, limit).map(query.map),
    nextCursor: last ? encode(last.cursorValue, last.cursorId) : null,
    count: Math.min(ids.length, countLimit),
    isCountExact: ids.length <= countLimit,
  }
}

/** Ids of what the filters let through, and no more of them than decide whether the count is exact. */
async function listMatching(db: Db, { from, where, id }: ListQuery<never>): Promise<string[]> {
  const filters = where.length > 0 ? sql`where ${sql.join(where, sql` and `)}` : sql``
  const { rows } = await sql<{ id: string }>`
    select (${id})::text as id from ${from} ${filters} limit ${countLimit + 1}`.execute(db)
  return rows.map(row => row.id)
}

/**
 * The rows of the page. Where few match, they are read by their ids and sorted; else in the order of the sort column, where
 * the next match is never far: which of the two is right, the planner guesses wrong too often.
 */
async function listRows<Row extends object>(
  db: Db,
  query: ListQuery<Row>,
  ids: readonly string[] | undefined,
): Promise<(Row & { cursorValue: string; cursorId: string })[]> {
  const { sort, id, idType, isDescending, limit } = query
  const direction = isDescending ? sql`desc` : sql`asc`
  const matching = ids ? [sql`${id} = any(${ids}::${sql.raw(idType)}[])`] : []
  const conditions = [...matching, ...query.where, ...after(query)]
  const where = conditions.length > 0 ? sql`where ${sql.join(conditions, sql` and `)}` : sql``
  const { rows } = await sql<Row & { cursorValue: string; cursorId: string }>`
    select ${query.select}, (${sort.sql})::text as "cursorValue", (${id})::text as "cursorId"
    from ${query.from} ${where}
    order by ${sort.sql} ${direction}, ${id} ${direction}
    limit ${limit + 1}`.execute(db)
  return rows
}

function after(query: ListQuery<never>): RawBuilder<unknown>[] {
  const { cursor, sort, id, idType, isDescending } = query
  if (cursor === undefined) return []
  const [sortValue, idValue] = decode(cursor, sort, idType)
  const compare = isDescending ? sql`<` : sql`>`
  return [
    sql`(${sort.sql}, ${id}) ${compare} (${sortValue}::${sql.raw(sort.type)}, ${idValue}::${sql.raw(idType)})`,
  ]
}

/** `text` as a pattern that stands for itself. */
const literal = (text: string): string => text.replace(/[\\%_]/g, '\\$&')

/** `column` holds `text`, in any case. What the person typed is not a pattern. */
export const contains = (column: RawBuilder<unknown>, text: string): RawBuilder<unknown> =>
  sql`${column} ilike ${`%${literal(text)}%`}`

/** The same for a column of a large table that has an index of its letters and pairs too, for texts that are too short for trigrams. */
export const containsEvenShort = (column: RawBuilder<unknown>, text: string): RawBuilder<unknown> =>
  text.length > 2 || text === ''
    ? contains(column, text)
    : sql`(letters_and_pairs(${column}) @> array[lower(${text}::text)] and ${contains(column, text)})`

/** `column` begins with `text`, in any case. An index of trigrams finds it however short the text is. */
export const beginsWith = (column: RawBuilder<unknown>, text: string): RawBuilder<unknown> =>
  sql`${column} ilike ${`${literal(text)}%`}`

/** Column and direction of a `sort` input such as `-createdAt`. */
export const readSort = <S extends string>(
  given: string | undefined,
  fallback: { column: S; isDescending: boolean },
): { column: S; isDescending: boolean } => {
  if (given === undefined) return fallback
  const isDescending = given.startsWith('-')
  // The contract's schema has let only these through.
  return { column: (isDescending ? given.slice(1) : given) as S, isDescending }
}
