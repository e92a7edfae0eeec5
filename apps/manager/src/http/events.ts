import { apiPrefix } from '@capstan/contract/endpoint'
import { AppError } from '@capstan/contract/errors'
import { type ChangeEvent, eventsPath } from '@capstan/contract/event'
import type { Permission } from '@capstan/contract/permission'
import { may } from '@capstan/core/access'
import type { HttpApp } from '@capstan/runtime/http'
import type { Context } from 'hono'
import { streamSSE } from 'hono/streaming'
import type { App } from '../app.ts'
import type { Db } from '../db/db.ts'
import type { Scope } from '../db/scope.ts'
import * as jobs from '../job/job.store.ts'
import * as services from '../service/service.store.ts'
import * as sessions from '../session/session.store.ts'
import { type Person, person } from './actor.ts'
import { authenticate, isStillSignedIn } from './authenticate.ts'

/** Changes within so long go out together, so that a busy cluster does not flood a browser. Milliseconds. */
const gatherMs = 100

/** A comment now and then keeps middle boxes from closing a silent stream, and finds clients that are gone. Milliseconds. */
const keepAliveMs = 15_000

/** Beyond so many ids a client is told "many" and reads its lists again. */
const mostIds = 50

/** Server-sent events: what changed that this person may see. Never what it changed to: clients read that as usual. */
export function eventRoutes(http: HttpApp, app: App, signal: AbortSignal): void {
  http.get(apiPrefix + eventsPath, async context => {
    // Before it is known who asks: what takes their rights away in between is heard too.
    const gathered = createGatherer()
    const stopListening = app.changes.on(event => gathered.add(event))
    const viewer = await viewerOf(app, context).catch((error: unknown) => {
      stopListening()
      throw error
    })
    context.header('x-accel-buffering', 'no')
    return streamSSE(context, async stream => {
      stream.onAbort(gathered.end)
      signal.addEventListener('abort', gathered.end, { once: true })
      try {
        await stream.writeSSE({ event: 'ready', data: '{}' })
        for (;;) {
          const events = await gathered.next(keepAliveMs)
          if (events === 'ended') return
          const shown = await visible(app, viewer, events)
          for (const event of shown)
            await stream.writeSSE({ event: 'change', data: JSON.stringify(event) })
          // ACC-04: whoever may not go on hears nothing more.
          const isTheirs = shown.some(({ topic }) => topic === 'account')
          if (isTheirs && !(await isStillSignedIn(app, context, viewer))) return
          if (events.length === 0) await stream.write(': still here\n\n')
        }
      } finally {
        stopListening()
        signal.removeEventListener('abort', gathered.end)
      }
    })
  })
}

async function viewerOf(app: App, context: Context): Promise<Person> {
  const actor = await authenticate(app, context)
  if (!may(actor.role, 'self')) throw new AppError('unauthenticated')
  return person(actor)
}

/** Topics whose ids are of rows that not everybody sees, and which of these are in scope. */
const findVisible: Readonly<
  Partial<
    Record<
      ChangeEvent['topic'],
      (db: Db, scope: Scope, ids: readonly string[]) => Promise<readonly string[]>
    >
  >
> = {
  session: sessions.findVisible,
  log: sessions.findVisible,
  service: services.findVisible,
  job: jobs.findVisible,
}

/** Topics that are for those alone who may read of them. */
const permissionOf: Readonly<Partial<Record<ChangeEvent['topic'], Permission>>> = {
  agent: 'agent.read',
  job: 'job.read',
}

/** Of what changed, what this person may know of. */
async function visible(
  app: App,
  { role, userId, scope }: Person,
  events: readonly ChangeEvent[],
): Promise<ChangeEvent[]> {
  const shown: ChangeEvent[] = []
  for (const event of events) {
    const { topic, ids } = event
    if (!may(role, permissionOf[topic] ?? 'self')) continue
    if (topic === 'account') {
      if (ids.length === 0 || ids.includes(userId)) shown.push({ topic, ids: [userId] })
      continue
    }
    const find = findVisible[topic]
    if (!find || scope.reach === 'all' || ids.length === 0) {
      shown.push(event)
      continue
    }
    const theirs = await find(app.db, scope, ids)
    if (theirs.length > 0) shown.push({ topic, ids: [...theirs] })
  }
  return shown
}

interface Gatherer {
  readonly add: (event: ChangeEvent) => void
  /** What came since the last call, a short while after the first of it; empty when nothing came in time. */
  readonly next: (patienceMs: number) => Promise<ChangeEvent[] | 'ended'>
  readonly end: () => void
}

function createGatherer(): Gatherer {
  let pending = new Map<ChangeEvent['topic'], Set<string> | 'many'>()
  let arrived = Promise.withResolvers<void>()
  let hasEnded = false
  const take = (): ChangeEvent[] => {
    const taken = [...pending].map(([topic, ids]) => ({
      topic,
      ids: ids === 'many' ? [] : [...ids],
    }))
    pending = new Map()
    arrived = Promise.withResolvers<void>()
    return taken
  }
  return {
    add: ({ topic, ids }) => {
      const known = pending.get(topic) ?? new Set<string>()
      if (known !== 'many') for (const id of ids) known.add(id)
      const isMany = known === 'many' || ids.length === 0 || known.size > mostIds
      pending.set(topic, isMany ? 'many' : known)
      arrived.resolve()
    },
    next: async patienceMs => {
      await within(arrived.promise, patienceMs)
      if (pending.size > 0 && !hasEnded) await new Promise(resolve => setTimeout(resolve, gatherMs))
      return hasEnded ? 'ended' : take()
    },
    end: () => {
      hasEnded = true
      arrived.resolve()
    },
  }
}

async function within(promise: Promise<void>, ms: number): Promise<void> {
  const patience = Promise.withResolvers<void>()
  const timer = setTimeout(patience.resolve, ms)
  await Promise.race([promise, patience.promise])
  clearTimeout(timer)
}
