import { AppError } from '@capstan/contract/errors'
import { type Session, sessionApi } from '@capstan/contract/session'
import type { HttpApp } from '@capstan/runtime/http'
import type * as z from 'zod'
import type { App } from '../app.ts'
import { audit, auditAll, type Change } from '../audit/audit.store.ts'
import { type Actor, person } from '../http/actor.ts'
import { mount, type Request } from '../http/mount.ts'
import { findPriorities, type Prioritized, updatePriorities } from './priority.store.ts'
import { find, toSession } from './session.store.ts'
import { lockSessions } from './settle.store.ts'

type Many = typeof sessionApi.changePriorities

export function priorityRoutes(http: HttpApp, app: App): void {
  mount(http, app, sessionApi.changePriority, changePriority)
  mount(http, app, sessionApi.changePriorities, changePriorities)
}

/** Whoever waits goes before or behind others from the next turn on. */
async function changePriority(
  app: App,
  actor: Actor,
  { id, priority }: z.output<(typeof sessionApi)['changePriority']['input']>,
  request: Request,
): Promise<Session> {
  const { scope } = person(actor)
  const session = await app.db.transaction().execute(async tx => {
    await lockSessions(tx, [id])
    const before = await find(tx, scope, id)
    if (!before) throw new AppError('session_not_found')
    if (before.status !== 'pending') throw new AppError('session_not_pending')
    await updatePriorities(tx, [{ id, priority }])
    await audit(tx, actor, request, {
      operation: 'session.changePriority',
      target: before.name,
      targetId: id,
      of: { userId: before.userId },
      before: { priority: before.priority },
      after: { priority },
    })
    return { ...before, priority }
  })
  app.wake(['scheduler'])
  return toSession(session)
}

/** The same for several; the log has one entry for those of each domain. */
async function changePriorities(
  app: App,
  actor: Actor,
  { items }: z.output<Many['input']>,
  request: Request,
): Promise<z.input<Many['output']>> {
  const by = person(actor)
  const ids = items.map(({ id }) => id)
  const found = await app.db.transaction().execute(async tx => {
    await lockSessions(tx, ids)
    const rows = new Map((await findPriorities(tx, by.scope, ids)).map(row => [row.id, row]))
    const changes = items.flatMap(({ id, priority }) => {
      const before = rows.get(id)
      return before?.isPending ? [{ before, priority }] : []
    })
    // An undo brings back all of it or none.
    if (request.undoes && changes.length < items.length) throw new AppError('session_not_pending')
    await updatePriorities(
      tx,
      changes.map(({ before: { id }, priority }) => ({ id, priority })),
    )
    const domains = Map.groupBy(changes, ({ before }) => before.domainId)
    await auditAll(tx, by, request, [...domains.values()].map(changeOf))
    return rows
  })
  app.wake(['scheduler'])
  return {
    items: ids.map(id => {
      const row = found.get(id)
      if (!row) return { id, outcome: 'not_found' }
      return { id, outcome: row.isPending ? 'changed' : 'not_pending' }
    }),
  }
}

interface Given {
  readonly before: Prioritized
  readonly priority: number
}

/** What the log says of sessions of one domain. At least one. */
function changeOf(given: readonly Given[]): Change {
  const sorted = given.toSorted((a, b) => (a.before.id < b.before.id ? -1 : 1))
  const list = (priorityOf: (each: Given) => number) => ({
    priorities: sorted.map(each => {
      const { id, name } = each.before
      return { id, name, priority: priorityOf(each) }
    }),
  })
  return {
    operation: 'session.changePriorities',
    target: sorted
      .map(({ before }) => before.name)
      .join(', ')
      .slice(0, 200),
    of: { userId: sorted[0]!.before.userId },
    before: list(({ before }) => before.priority),
    after: list(({ priority }) => priority),
  }
}
