import { AppError } from '@capstan/contract/errors'
import { type Operation, operationApi } from '@capstan/contract/operation'
import { undoOf, whyNotRetry } from '@capstan/core/undo'
import type { HttpApp } from '@capstan/runtime/http'
import type { App } from '../app.ts'
import { type Actor, person } from '../http/actor.ts'
import { mount, perform, type Request } from '../http/mount.ts'
import * as store from './operation.store.ts'

/** The log of what was done, and what can still be done about it (PLS-05). */
export function operationRoutes(http: HttpApp, app: App): void {
  mount(http, app, operationApi.list, (_, actor, filter) =>
    store.list(app.db, person(actor), filter),
  )
  mount(
    http,
    app,
    operationApi.show,
    async (_, actor, { id }) => (await found(app, actor, id)).operation,
  )
  mount(http, app, operationApi.retention, async () => ({
    days: app.logDays,
    oldestAt: (await store.findOldest(app.db))?.toISOString() ?? null,
  }))
  mount(http, app, operationApi.undo, (_, actor, { id }, request) =>
    undo({ http, app, actor, request }, id),
  )
  mount(http, app, operationApi.retry, (_, actor, { id }, request) =>
    retry({ http, app, actor, request }, id),
  )
}

interface Call {
  readonly http: HttpApp
  readonly app: App
  readonly actor: Actor
  readonly request: Request
}

async function found(app: App, actor: Actor, id: string) {
  const entry = await store.find(app.db, person(actor), id)
  if (!entry) throw new AppError('operation_not_found')
  return entry
}

/** Asks for the opposite under the rules that anybody's request comes under; it is undone once, however many ask at once. */
async function undo({ http, app, actor, request }: Call, id: string): Promise<Operation> {
  const { operation } = await found(app, actor, id)
  const inverse = undoOf(operation, person(actor).userId)
  if (!inverse) throw new AppError('not_reversible')
  const { operation: name, input, expects } = inverse
  try {
    await perform(http, app, {
      actor,
      name,
      input,
      request: { ...request, undoes: { id, expects } },
    })
  } catch (error) {
    // Whoever came second finds nothing to undo any more, or finds it changed: by the one who came first.
    if ((await store.findUndoing(app.db, id)) === undefined) throw error
    throw new AppError('not_reversible', { detail: 'Somebody undid it already' })
  }
  const undoingId = await store.findUndoing(app.db, id)
  if (undoingId === undefined) throw new AppError('operation_not_found')
  return (await found(app, actor, undoingId)).operation
}

async function retry(call: Call, id: string): Promise<Record<string, never>> {
  const { http, app, actor, request } = call
  const { operation, input } = await found(app, actor, id)
  if (whyNotRetry(operation, person(actor).userId) !== null) throw new AppError('not_retryable')
  await perform(http, app, { actor, name: operation.operation, input, request })
  return {}
}
