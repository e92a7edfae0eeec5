import { AppError } from '@capstan/contract/errors'
import { schedulerApi } from '@capstan/contract/scheduler'
import { fatesOf } from '@capstan/core/fate'
import { plan, type Snapshot } from '@capstan/core/placement'
import type { HttpApp } from '@capstan/runtime/http'
import type * as z from 'zod'
import type { App } from '../app.ts'
import { find as findGroup } from '../group/group.store.ts'
import { type Actor, person } from '../http/actor.ts'
import { mount } from '../http/mount.ts'
import { listQueued } from './queue.store.ts'
import { readSnapshot } from './snapshot.ts'
import { findTurn } from './turn.store.ts'

type Input = z.output<typeof schedulerApi.previewPriority.input>
type Output = z.input<typeof schedulerApi.previewPriority.output>

export function previewPriorityRoutes(http: HttpApp, app: App): void {
  mount(http, app, schedulerApi.previewPriority, previewPriority)
}

/** PLS-01 SCH-01: plans the present queue twice, with the priorities that sessions have and with another one. Writes nothing. */
async function previewPriority(
  app: App,
  actor: Actor,
  { name, ids, priority }: Input,
): Promise<Output> {
  const caller = person(actor)
  const sees = caller.role === 'superadmin' ? 'all' : 'open'
  if (!(await findGroup(app.db, { sees, caller }, name))) throw new AppError('group_not_found')
  const snapshot = await readNow(app, name)
  const rows = await listQueued(app.db, caller.scope, ids)
  const own = new Set(rows.map(({ id }) => id))
  const now = fatesOf(plan(snapshot))
  const changed =
    priority === undefined ? now : fatesOf(plan(withPriority(snapshot, own, priority)))
  const items = rows.flatMap(({ id, name: called, userEmail, priority: present }) => {
    const [from, to] = [now.get(id), changed.get(id)]
    if (!from || !to) return []
    return [{ id, name: called, userEmail, priority: present, now: from, changed: to }]
  })
  return {
    items: items.sort((a, b) => (a.now.position ?? 0) - (b.now.position ?? 0)),
    others: rangeOf(snapshot.queue.filter(({ sessionId }) => !own.has(sessionId))),
  }
}

function readNow(app: App, name: string): Promise<Snapshot> {
  return app.db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async tx => {
      const turn = await findTurn(tx, name)
      if (!turn) throw new AppError('group_not_found')
      return readSnapshot(tx, turn)
    })
}

const withPriority = (
  snapshot: Snapshot,
  ids: ReadonlySet<string>,
  priority: number,
): Snapshot => ({
  ...snapshot,
  queue: snapshot.queue.map(demand =>
    ids.has(demand.sessionId) ? { ...demand, priority } : demand,
  ),
})

function rangeOf(queue: Snapshot['queue']): Output['others'] {
  const [first, ...rest] = queue
  if (!first) return null
  return rest.reduce(
    ({ highest, lowest }, { priority }) => ({
      highest: Math.max(highest, priority),
      lowest: Math.min(lowest, priority),
    }),
    { highest: first.priority, lowest: first.priority },
  )
}
