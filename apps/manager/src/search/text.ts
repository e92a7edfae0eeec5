import { type RawBuilder, sql } from 'kysely'
import { beginsWith, contains } from '../db/page.ts'

/** What somebody looks for. */
export interface Asked {
  readonly text: string
  /** Most hits of each kind. */
  readonly limit: number
}

type Column = RawBuilder<unknown>

const any = (conditions: readonly RawBuilder<unknown>[]): RawBuilder<unknown> =>
  sql`(${sql.join(conditions, sql` or `)})`

const lowered = ({ text }: Asked): RawBuilder<unknown> => sql`lower(${text}::text)`

/** One or two letters stand in nearly every name: they are looked for at its beginning only. */
export const isShort = ({ text }: Asked): boolean => Array.from(text).length < 3

/** `column` in the form that the indexes of beginnings have. */
export const folded = (column: Column): RawBuilder<unknown> => sql`lower(${column}) collate "C"`

/** What the person typed is not a pattern, here and below. */
export const begins = (column: Column, asked: Asked): RawBuilder<unknown> =>
  sql`${folded(column)} ^@ ${lowered(asked)}`

/** One of the columns holds the text, or begins with it where it is short. */
export const holds = (columns: readonly Column[], asked: Asked): RawBuilder<unknown> =>
  any(
    columns.map(column =>
      isShort(asked) ? beginsWith(column, asked.text) : contains(column, asked.text),
    ),
  )

/** Place in `searchMatches` of how well the best of the columns fits. */
export const rank = (columns: readonly Column[], asked: Asked): RawBuilder<unknown> =>
  sql`case when ${any(columns.map(column => sql`lower(${column}) = ${lowered(asked)}`))} then 0
    when ${any(columns.map(column => begins(column, asked)))} then 1 else 2 end`
