import * as z from 'zod'

/** Fields of every list request. `sort` is a column, with `-` in front for descending. */
export const pageInput = <const S extends readonly [string, ...string[]]>(sortable: S) => ({
  cursor: z.string().max(500).optional(),
  limit: z.coerce.number<number>().int().min(1).max(200).default(50),
  sort: z
    .enum(sortable.flatMap(column => [column, `-${column}`]) as [S[number] | `-${S[number]}`])
    .optional(),
})

/** Answer of every list request. `count` stops at `countLimit`, so that counting never scans a large table. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({
    items: z.array(item),
    nextCursor: z.string().nullable(),
    count: z.int(),
    isCountExact: z.boolean(),
  })

export const countLimit = 1000

/** A list in a query string: repeated or comma-separated. */
export const listOf = <T extends z.ZodType>(item: T, most = 50) =>
  z.preprocess(
    value => (typeof value === 'string' ? value.split(',').filter(Boolean) : value),
    z.array(item).max(most),
  )

/** Text filter: a case-insensitive substring. */
export const textFilter = z.string().max(200).optional()
