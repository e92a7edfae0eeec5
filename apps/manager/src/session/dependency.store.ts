import type { SessionDetails } from '@capstan/contract/session'
import { type Edge, resolve, stateOf } from '@capstan/core/dependency'
import { sql } from 'kysely'
import * as z from 'zod'
import type { App } from '../app.ts'
import type { Db, Tx } from '../db/db.ts'
import type { Scope } from '../db/scope.ts'
import { end, within } from './session.store.ts'

const ended = sql`s.status in ('terminated', 'cancelled', 'error')`

/** What the rules of core/dependency.ts look at. */
const awaited = sql`jsonb_build_object('sessionId', s.id, 'name', s.name, 'type', s.type, 'status', s.status,
  'result', s.result, 'exitCode', s.exit_code, 'hasStarted', s.started_at is not null)`

type Found = Edge['awaited']

const isId = (text: string): boolean => z.uuid().safeParse(text).success

/**
 * The sessions meant by ids and names, in the order asked for; undefined where there is none. An id finds what is in scope; a
 * name finds the user's own: the live one, else the newest.
 */
export async function findAwaited(
  db: Db,
  { scope, userId }: { scope: Scope; userId: string },
  wanted: readonly string[],
): Promise<(Found | undefined)[]> {
  const ids = wanted.filter(isId)
  const names = wanted.filter(text => !isId(text)).map(name => name.toLowerCase())
  const visible = sql.join([sql`s.id = any(${ids}::uuid[])`, ...within(scope)], sql` and `)
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

/** What those wait for, each with all of it, that have not been released; of one resource group or of all. */
export async function listEdges(db: Db, group: string | null): Promise<Edge[]> {
  const { rows } = await sql<Edge>`
    select d.session_id as waiter_id, ${awaited} as awaited
    from session waiter join session_dependency d on d.session_id = waiter.id join session s on s.id = d.depends_on
    where waiter.status = 'pending' and waiter.released_at = 'infinity'
      and (${group}::text is null or waiter.resource_group = ${group})
    order by d.session_id, d.depends_on`.execute(db)
  return rows
}

/** What a session was to wait for, in the order in which that was asked for. */
export async function listAwaited(db: Db, sessionId: string): Promise<SessionDetails['after']> {
  const { rows } = await sql<{ awaited: Found }>`
    select ${awaited} as awaited from session_dependency d join session s on s.id = d.depends_on
    where d.session_id = ${sessionId} order by d.depends_on`.execute(db)
  return rows.map(({ awaited: { sessionId: id, name, status, ...rest } }) => ({
    id,
    name,
    status,
    state: stateOf({ status, ...rest }),
  }))
}

/** Releases those whose wait for others is over, and cancels those for whom it can never be. */
export async function resolveDependencies(app: App): Promise<void> {
  const edges = await listEdges(app.db, null)
  if (edges.length === 0) return
  const { released, hopeless } = resolve(edges)
  if (released.length + hopeless.length === 0) return
  const moves = hopeless.map(({ waiterId, message }) => ({
    id: waiterId,
    from: 'pending' as const,
    to: 'cancelled' as const,
    reason: { code: 'dependency_failed', message },
  }))
  await app.db.transaction().execute(async tx => {
    await sql`
      with over as (
        select id from session where id = any(${released}::uuid[]) and status = 'pending' order by id for update
      )
      update session set released_at = now() from over where session.id = over.id and released_at = 'infinity'`.execute(
      tx,
    )
    if (moves.length > 0) await end(tx, moves, moves[0]!.reason)
  })
}
