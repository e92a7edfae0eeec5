import * as z from 'zod'

/** What of a list stands in the URL. Filters lie beside these under the names of their columns. */
export interface TableSearch {
  sort?: string | undefined
  cursor?: string | undefined
  page?: number | undefined
  size?: number | undefined
  [filter: string]: string | number | undefined
}

export const pageSizes = [20, 50, 100, 200] as const
const usualSize = 50

/** The router reads `?name=42` as a number: it is text all the same. A value of any other kind is left out. */
const text = z
  .union([z.string(), z.number().transform(String), z.boolean().transform(String)])
  .optional()
  .catch(undefined)

const directed = <const S extends readonly [string, ...string[]]>(sortable: S) =>
  z.enum(sortable.flatMap(column => [column, `-${column}`]) as [S[number] | `-${S[number]}`])

/** Search parameters of a list page. Links that were mangled on their way open the list without what is not understood. */
export const tableSearch = <const S extends readonly [string, ...string[]], const F extends string>(
  sortable: S,
  filters: readonly F[],
) =>
  z.object({
    sort: directed(sortable).optional().catch(undefined),
    cursor: text,
    page: z.int().min(1).optional().catch(undefined),
    size: z.literal(pageSizes).optional().catch(undefined),
    // One schema per filter: `fromEntries` forgets the names, which F has.
    ...(Object.fromEntries(filters.map(name => [name, text])) as Record<F, typeof text>),
  })

/** What the list endpoint is asked for: sort, place and filters of the URL. */
export function listInput<S extends TableSearch, F extends string & keyof S>(
  search: S,
  filters: readonly F[],
): Pick<S, F | 'sort' | 'cursor'> & { limit: number } {
  const given = Object.fromEntries(
    ['sort', 'cursor', ...filters]
      .map(name => [name, search[name]] as const)
      .filter(([, value]) => value !== undefined),
  )
  // Holds only keys that were picked from S.
  return { ...(given as Pick<S, F | 'sort' | 'cursor'>), limit: search.size ?? usualSize }
}

export const sizeOf = (search: TableSearch): number => search.size ?? usualSize

/** Whatever changes which rows there are begins at the first page again. */
const fromFirst = { cursor: undefined, page: undefined } as const

export type Direction = 'ascending' | 'descending' | 'none'

export function directionOf(search: TableSearch, column: string): Direction {
  if (search.sort === column) return 'ascending'
  return search.sort === `-${column}` ? 'descending' : 'none'
}

const following: Readonly<Record<Direction, (column: string) => string | undefined>> = {
  none: column => column,
  ascending: column => `-${column}`,
  descending: () => undefined,
}

/** A click on a header: up, down, as the server sees fit. */
export const toggleSort = (search: TableSearch, column: string): TableSearch => ({
  ...fromFirst,
  sort: following[directionOf(search, column)](column),
})

/** An empty value takes the filter away. */
export const setFilter = (column: string, value: string): TableSearch => ({
  ...fromFirst,
  [column]: value.trim() || undefined,
})

export const clearFilters = (columns: readonly string[]): TableSearch => ({
  ...fromFirst,
  ...Object.fromEntries(columns.map(column => [column, undefined])),
})

/** Choices of a choice filter, from its comma-separated form. */
export const choicesOf = (value: string | number | undefined): string[] =>
  String(value ?? '')
    .split(',')
    .filter(Boolean)

export const toNextPage = (search: TableSearch, nextCursor: string): TableSearch => ({
  cursor: nextCursor,
  page: (search.page ?? 1) + 1,
})

/** `previousCursor`: of the page before, where it is known; without it the way back leads to the first page. */
export const toPreviousPage = (
  search: TableSearch,
  previousCursor: string | undefined,
): TableSearch => {
  const page = (search.page ?? 1) - 1
  return previousCursor === undefined || page <= 1
    ? { cursor: undefined, page: undefined }
    : { cursor: previousCursor, page }
}

/** A time filter as it stands in the URL: `begin/end` in ISO 8601, either of them may be left out. */
export function spanOf(value: string | undefined): { since?: string; until?: string } {
  const [since = '', until = ''] = (value ?? '').split('/')
  return {
    ...(isTime(since) && { since: new Date(since).toISOString() }),
    ...(isTime(until) && { until: new Date(until).toISOString() }),
  }
}

const isTime = (text: string): boolean => !Number.isNaN(Date.parse(text))
