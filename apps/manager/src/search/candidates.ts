import { endedStatuses } from '@capstan/core/session'
import { type RawBuilder, sql } from 'kysely'
import { contains } from '../db/page.ts'
import type { Scope } from '../db/scope.ts'
import { within as sessionsWithin } from '../session/session.store.ts'
import { within as usersWithin } from '../user/user.store.ts'
import { type Asked, begins, folded, holds, isShort } from './text.ts'

/** Of what holds a text in the middle so many are compared: nobody looks through more of them, they type another letter. */
const mostCompared = 100

const all = (conditions: readonly RawBuilder<unknown>[]): RawBuilder<unknown> =>
  sql.join(conditions, sql` and `)

const union = (parts: readonly RawBuilder<unknown>[]): RawBuilder<unknown> =>
  sql.join(
    parts.map(part => sql`(${part})`),
    sql` union `,
  )

export const userColumns = [sql`u.email`, sql`u.name`, sql`u.full_name`] as const

/**
 * Users that may be hits. Those that begin with the text come in the order of an index, an exact one first; only where they
 * are too few it is looked for inside of names, which would find most of 100,000 people with a text like "student".
 */
export function userCandidates(asked: Asked, scope: Scope): RawBuilder<unknown> {
  const beginning = userColumns.map(
    column => sql`select u.id from "user" u where ${all([begins(column, asked), ...usersWithin(scope)])}
      order by ${folded(column)} limit ${asked.limit}`,
  )
  if (isShort(asked)) return sql`u.id in (${union(beginning)})`
  const isNeeded = sql`(select count(*) from beginning) < ${asked.limit}`
  const inside = userColumns.map(
    column => sql`select u.id from "user" u
      where ${all([contains(column, asked.text), isNeeded, ...usersWithin(scope)])} limit ${mostCompared}`,
  )
  return sql`u.id in (with beginning as materialized (${union(beginning)})
    select id from beginning union ${union(inside)})`
}

const ended = sql.raw(endedStatuses.map(status => `'${status}'`).join(', '))

/**
 * Sessions that may be hits: those of exactly this name, however many others hold the text, then the live ones, however many
 * have ended, and then the newest. The order of the first is that of the index session_exact_name.
 */
export function sessionCandidates(asked: Asked, scope: Scope): RawBuilder<unknown> {
  const matching = all([holds([sql`s.name`], asked), ...sessionsWithin(scope)])
  const isLive = sql`s.status not in (${ended})`
  const exact = all([sql`lower(s.name) = lower(${asked.text}::text)`, ...sessionsWithin(scope)])
  return sql`s.id in (${union([
    sql`select s.id from session s where ${exact} order by (${isLive}) desc, s.id desc limit ${asked.limit}`,
    sql`select s.id from session s where ${matching} and ${isLive} limit ${mostCompared}`,
    sql`select s.id from session s where ${matching} order by s.id desc limit ${mostCompared}`,
  ])})`
}
