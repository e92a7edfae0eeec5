import { AppError } from '@capstan/contract/errors'
import { type Session, sessionApi, type SessionDetails } from '@capstan/contract/session'
import { endStatus, isEnded } from '@capstan/core/session'
import type { HttpApp } from '@capstan/runtime/http'
import type * as z from 'zod'
import type { App } from '../app.ts'
import { violates } from '../db/violation.ts'
import { type Actor, person } from '../http/actor.ts'
import { mount } from '../http/mount.ts'
import { insertDependencies, listAwaited } from './dependency.store.ts'
import * as kernels from './kernel.store.ts'
import { createMany } from './many.ts'
import { checkPolicy, nameTaken, newSession } from './new-session.ts'
import { priorityRoutes } from './priority.routes.ts'
import * as store from './session.store.ts'

type Input<V extends keyof typeof sessionApi> = z.output<(typeof sessionApi)[V]['input']>

export function sessionRoutes(http: HttpApp, app: App): void {
  mount(http, app, sessionApi.create, create)
  mount(http, app, sessionApi.createMany, createMany)
  mount(http, app, sessionApi.list, (_, actor, input) =>
    store.list(app.db, person(actor).scope, input),
  )
  mount(http, app, sessionApi.show, show)
  mount(http, app, sessionApi.rename, rename)
  priorityRoutes(http, app)
  mount(http, app, sessionApi.terminate, terminate)
}

async function create(app: App, actor: Actor, input: Input<'create'>): Promise<SessionDetails> {
  const session = await newSession(app, actor, input)
  const id = await app.db.transaction().execute(async tx => {
    await checkPolicy(tx, session, 1)
    const made = await store.insert(tx, session)
    if (made !== undefined) await insertDependencies(tx, [made], session.dependsOn)
    return made
  })
  if (id === undefined) throw nameTaken(input.name, input.owner)
  app.wake(['scheduler'])
  return details(app, actor, id)
}

const show = (app: App, actor: Actor, { id }: { id: string }): Promise<SessionDetails> =>
  details(app, actor, id)

async function details(app: App, actor: Actor, id: string): Promise<SessionDetails> {
  const { scope } = person(actor)
  const [session, after, rows, history] = await Promise.all([
    store.find(app.db, scope, id),
    listAwaited(app.db, scope, id),
    kernels.listKernels(app.db, id),
    kernels.listHistory(app.db, id),
  ])
  if (!session) throw new AppError('session_not_found')
  return {
    ...store.toSession(session),
    kernels: rows.map(kernels.toKernel),
    history: history.map(entry => ({ ...entry, at: entry.at.toISOString() })),
    environNames: session.environNames,
    notices: session.notices,
    designatedAgentIds: session.designatedAgents,
    after,
  }
}

async function rename(app: App, actor: Actor, { id, name }: Input<'rename'>): Promise<Session> {
  const { scope } = person(actor)
  const session = await store.find(app.db, scope, id)
  if (!session) throw new AppError('session_not_found')
  if (isEnded(session.status))
    throw new AppError('session_changed', { detail: 'The session has ended' })
  const isRenamed = await store.rename(app.db, id, name).catch((error: unknown) => {
    throw violates(error, 'session_name') ? nameTaken(name) : error
  })
  if (!isRenamed) throw new AppError('session_changed')
  return store.toSession({ ...session, name })
}

type Outcome = z.output<typeof sessionApi.terminate.output>['items'][number]

/** Reads, decides by the rule, writes what is still so; those that moved meanwhile are looked at once more. */
async function terminate(
  app: App,
  actor: Actor,
  { ids, force }: Input<'terminate'>,
): Promise<{ items: Outcome[] }> {
  const { scope, email } = person(actor)
  const outcomes = new Map<string, Outcome['outcome']>()
  const mode = force ? 'force' : 'polite'
  const reason = force
    ? { code: 'force_terminated', message: `Ended by force by ${email}` }
    : { code: 'user_requested', message: `Ended by ${email}` }
  for (let round = 0; round < 5 && outcomes.size < new Set(ids).size; round++) {
    const seen = await store.findStatuses(
      app.db,
      scope,
      ids.filter(id => !outcomes.has(id)),
    )
    for (const id of ids)
      if (!outcomes.has(id) && !seen.some(row => row.id === id)) outcomes.set(id, 'not_found')
    const moves = seen.flatMap(({ id, status }) => {
      const to = endStatus(status, mode)
      if (to === null) outcomes.set(id, isEnded(status) ? 'already_ended' : 'terminating')
      return to === null ? [] : [{ id, from: status, to }]
    })
    const { moved, agentIds } = await app.db
      .transaction()
      .execute(tx => store.end(tx, moves, reason))
    for (const move of moves)
      if (moved.includes(move.id)) outcomes.set(move.id, move.to as Outcome['outcome'])
    app.wake([...agentIds.map(id => `agent:${id}` as const), 'scheduler'])
  }
  return { items: ids.map(id => ({ id, outcome: outcomes.get(id) ?? 'terminating' })) }
}
