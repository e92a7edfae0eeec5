import {
  type SearchHit,
  type SearchKind,
  searchKinds,
  searchMatches,
} from '@capstan/contract/search'
import { may } from '@capstan/core/access'
import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../db/db.ts'
import type { Person } from '../http/actor.ts'
import { kinds, type Source } from './sources.ts'
import { type Asked, rank } from './text.ts'

type Row = Omit<SearchHit, 'match'> & { readonly rank: number }

/** What the caller sees and has the text in its name: the best of each kind, in the order of the kinds. One statement. */
export async function find(
  db: Db,
  caller: Person,
  { kinds: wanted = searchKinds, ...asked }: Asked & { kinds?: readonly SearchKind[] | undefined },
): Promise<SearchHit[]> {
  const branches = searchKinds
    .filter(kind => wanted.includes(kind) && may(caller.role, kinds[kind].permission))
    .map(kind => best(kind, kinds[kind].source(asked, caller), asked))
  if (branches.length === 0) return []
  const { rows } = await sql<Row>`
    select kind, id, name, detail, is_active, rank from (${sql.join(branches, sql` union all `)}) as hit
    order by place, number`.execute(db)
  return rows.map(({ kind, id, name, detail, isActive, rank }) => ({
    kind,
    id,
    name,
    detail,
    isActive,
    // Of the three that the statement knows.
    match: searchMatches[rank]!,
  }))
}

/** The first hits of a kind: the better match first, of equal ones what is active. */
function best(kind: SearchKind, source: Source, asked: Asked): RawBuilder<unknown> {
  const { id, name, detail, isActive, columns, from, where, order } = source
  return sql`(
    select ${sql.lit(kind)} as kind, ${sql.lit(searchKinds.indexOf(kind))} as place, (${id})::text as id, ${name} as name,
      ${detail} as detail, ${isActive} as is_active, fit.rank,
      row_number() over (order by fit.rank, ${isActive} desc, ${order}) as number
    from ${from} cross join lateral (select ${rank(columns, asked)} as rank) as fit
    where ${sql.join(where, sql` and `)}
    order by number limit ${asked.limit})`
}
