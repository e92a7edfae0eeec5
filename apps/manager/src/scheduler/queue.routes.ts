import { AppError } from '@capstan/contract/errors'
import { type Fate, type QueuedSession, schedulerApi } from '@capstan/contract/scheduler'
import type { HttpApp } from '@capstan/runtime/http'
import * as z from 'zod'
import type { App } from '../app.ts'
import { find as findGroup } from '../group/group.store.ts'
import { type Actor, person } from '../http/actor.ts'
import { mount } from '../http/mount.ts'
import { findWaiting, listIdsInScope, listQueued } from './queue.store.ts'
import { type QueueView, QueueViews } from './queue-view.ts'

type Input<V extends keyof typeof schedulerApi> = z.output<(typeof schedulerApi)[V]['input']>
type Output<V extends keyof typeof schedulerApi> = z.input<(typeof schedulerApi)[V]['output']>

export function queueRoutes(http: HttpApp, app: App): void {
  const views = new QueueViews(app)
  mount(http, app, schedulerApi.queue, (_, actor, input) => queue(app, views, actor, input))
  mount(http, app, schedulerApi.showOutlook, (_, actor, input) =>
    showOutlook(app, views, actor, input),
  )
}

const Cursor = z.tuple([z.uuid(), z.int().min(0)])

const encode = (view: QueueView, offset: number): string =>
  Buffer.from(JSON.stringify([view.token, offset])).toString('base64url')

function decode(cursor: string): z.output<typeof Cursor> {
  try {
    return Cursor.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')))
  } catch {
    throw new AppError('invalid_input', {
      issues: [{ path: 'cursor', message: 'not a cursor of this list' }],
      detail: 'cursor: not a cursor of this list',
    })
  }
}

/** SCH-01: a page of those who wait, in the order of the plan that the first page made. */
async function queue(
  app: App,
  views: QueueViews,
  actor: Actor,
  { name, cursor, limit }: Input<'queue'>,
): Promise<Output<'queue'>> {
  const caller = person(actor)
  const reach = caller.role === 'superadmin' ? 'all' : 'open'
  if (!(await findGroup(app.db, { sees: reach, caller }, name)))
    throw new AppError('group_not_found')
  const [token, offset] = cursor === undefined ? [undefined, 0] : decode(cursor)
  const kept = token === undefined ? undefined : views.find(token)
  const view = kept?.group === name ? kept : await views.now(name)
  if (!view) throw new AppError('group_not_found')
  const own = await listIdsInScope(app.db, caller.scope, name)
  const ids = [...view.fates.keys()].filter(id => !own || own.has(id))
  const page = ids.slice(offset, offset + limit)
  const rows = await listQueued(app.db, caller.scope, page)
  const byId = new Map(rows.map(row => [row.id, row]))
  return {
    items: page.flatMap((id): QueuedSession[] => {
      const row = byId.get(id)
      return row ? [{ ...row, ...outlookOf(view.fates.get(id)!) }] : []
    }),
    nextCursor: offset + limit < ids.length ? encode(view, offset + limit) : null,
    count: ids.length,
    isCountExact: true,
    asOf: view.asOf,
  }
}

const outlookOf = ({ outcome, position, reason, expectedAt }: Fate) => ({
  // Whoever waits has a position.
  position: position ?? 0,
  startsNext: outcome === 'starts',
  reason,
  expectedAt,
})

/** How old the plan may be from which somebody is told about their own session: many look, and few things change. */
const outlookStaleMs = 3000

async function showOutlook(
  app: App,
  views: QueueViews,
  actor: Actor,
  { id }: Input<'showOutlook'>,
): Promise<Output<'showOutlook'>> {
  const session = await findWaiting(app.db, person(actor).scope, id)
  if (!session) throw new AppError('session_not_found')
  if (!session.isPending) return { outlook: null }
  const recent = await views.now(session.resourceGroup, outlookStaleMs)
  const view = recent?.fates.has(id) ? recent : await views.now(session.resourceGroup)
  const fate = view?.fates.get(id)
  if (!view || !fate) return { outlook: null }
  return { outlook: { ...outlookOf(fate), waitingCount: view.fates.size, asOf: view.asOf } }
}
