import type { SessionDetails } from '@capstan/contract/session'
import { type Edge, resolve, stateOf } from '@capstan/core/dependency'
import { type RawBuilder, sql } from 'kysely'
import * as z from 'zod'
import type { App } from '../app.ts'
import type { Db, Tx } from '../db/db.ts'
import { prepared } from '../db/prepared.ts'
import type { Scope } from '../db/scope.ts'
import { end, within } from './session.store.ts'
import { lockSessions } from './settle.store.ts'

const ended = sql`s.status in ('terminated', 'cancelled', 'error')`

/** That session `waiter` waits for others. By the partial index `session_unreleased`. */
const isWaiting = sql`waiter.status = 'pending' and waiter.released_at = 'infinity'`

/** What the rules of core/dependency.ts look at. */
const awaited = sql`jsonb_build_object('sessionId', s.id, 'name', s.name, 'type', s.type, 'status', s.status,
  'result', s.result, 'exitCode', s.exit_code, 'hasStarted', s.started_at is not null)`

type Found = Edge['awaited']

const isId = (text: string): boolean => z.uuid().safeParse(text).success

/** For whom a session is to wait for others. */
interface Waiter {
  readonly scope: Scope
  readonly userId: string
  readonly domainId: string
}

/**
 * The sessions meant by ids and names, in the order asked for; undefined where there is none. An id finds what is in scope and
 * of the user's domain: whoever sees the one that waits is told for which. A name finds the user's own: the live one, else the
 * newest.
 */
export async function findAwaited(
  db: Db,
  { scope, userId, domainId }: Waiter,
  wanted: readonly string[],
): Promise<(Found | undefined)[]> {
  const ids = wanted.filter(isId)
  const names = wanted.filter(text => !isId(text)).map(name => name.toLowerCase())
  const visible = sql.join(
    [sql`s.id = any(${ids}::uuid[])`, sql`s.domain_id = ${domainId}`, ...within(scope)],
    sql` and `,
  )
  const { rows } = await sql<{ key: string; awaited: Found }>`
    select s.id::text as key, ${awaited} as awaited from session s where ${visible}
    union all (
      select distinct on (lower(s.name)) lower(s.name) as key, ${awaited} as awaited
      from session s where lower(s.name) = any(${names}::text[]) and s.user_id = ${userId}
      order by lower(s.name), ${ended}, s.id desc
    )`.execute(db)
  const byKey = new Map(rows.map(row => [row.key, row.awaited]))
  return wanted.map(text => byKey.get(text.toLowerCase()))
}

/** Notes that each of these new sessions waits for all of those. Locks those in the order of their ids, as everybody does. */
export async function insertDependencies(
  tx: Tx,
  waiterIds: readonly string[],
  dependsOn: readonly string[],
): Promise<void> {
  if (dependsOn.length === 0) return
  await sql`
    insert into session_dependency (session_id, depends_on)
    select waiter, awaited from unnest(${waiterIds}::uuid[]) as waiter, unnest(${dependsOn}::uuid[]) as awaited
    order by awaited, waiter`.execute(tx)
}

/** What those wait for, each with all of it, who have not been released, of a resource group. */
export async function listEdges(db: Db, group: string): Promise<Edge[]> {
  const { rows } = await sql<Edge>`${prepared}
    select d.session_id as waiter_id, ${awaited} as awaited
    from session waiter join session_dependency d on d.session_id = waiter.id join session s on s.id = d.depends_on
    where ${isWaiting} and waiter.resource_group = ${group}
    order by d.session_id, d.depends_on`.execute(db)
  return rows
}

/**
 * The same of those only, of all groups, whose wait may be over: all that they wait for has ended, or some of it not well, or
 * is to be cancelled with them. Others are most of them, in most turns.
 */
async function listSettled(db: Db): Promise<Edge[]> {
  const anyOf = (condition: RawBuilder<unknown>): RawBuilder<unknown> =>
    sql`exists (select 1 from session_dependency own join session s on s.id = own.depends_on
      where own.session_id = waiter.id and ${condition})`
  const { rows } = await sql<Edge>`${prepared}
    with recursive concerned (id) as (
      select waiter.id from session waiter
      where ${isWaiting} and (not ${anyOf(sql`not (${ended})`)} or ${anyOf(sql`${ended} and s.result <> 'success'`)})
      union
      select d.session_id from concerned join session_dependency d on d.depends_on = concerned.id
        join session waiter on waiter.id = d.session_id where ${isWaiting}
    )
    select d.session_id as waiter_id, ${awaited} as awaited
    from concerned join session_dependency d on d.session_id = concerned.id join session s on s.id = d.depends_on
    order by d.session_id, d.depends_on`.execute(db)
  return rows
}

/** What a session was to wait for, as far as that is in scope; the oldest first. */
export async function listAwaited(
  db: Db,
  scope: Scope,
  sessionId: string,
): Promise<SessionDetails['after']> {
  const where = sql.join([sql`d.session_id = ${sessionId}`, ...within(scope)], sql` and `)
  const { rows } = await sql<{ awaited: Found }>`
    select ${awaited} as awaited from session_dependency d join session s on s.id = d.depends_on
    where ${where} order by d.depends_on`.execute(db)
  return rows.map(({ awaited: { sessionId: id, name, status, ...rest } }) => ({
    id,
    name,
    status,
    state: stateOf({ status, ...rest }),
  }))
}

/** Releases those whose wait for others is over, and cancels those for whom it can never be. */
export async function resolveDependencies(app: App): Promise<void> {
  const { released, hopeless } = resolve(await listSettled(app.db))
  if (released.length + hopeless.length === 0) return
  const moves = hopeless.map(({ waiterId, message }) => ({
    id: waiterId,
    from: 'pending' as const,
    to: 'cancelled' as const,
    reason: { code: 'dependency_failed', message },
  }))
  await app.db.transaction().execute(async tx => {
    await lockSessions(tx, [...released, ...moves.map(({ id }) => id)])
    await sql`
      update session set released_at = now()
      where id = any(${released}::uuid[]) and status = 'pending' and released_at = 'infinity'`.execute(
      tx,
    )
    if (moves.length > 0) await end(tx, moves, moves[0]!.reason)
  })
}
