import { isDeepStrictEqual } from 'node:util'
import { AppError } from '@capstan/contract/errors'
import { type Operation, operationApi } from '@capstan/contract/operation'
import { type Inverse, isOwnOnly, undoOf } from '@capstan/core/undo'
import type { HttpApp } from '@capstan/runtime/http'
import type { App } from '../app.ts'
import { violates } from '../db/violation.ts'
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
async function undo(call: Call, id: string): Promise<Operation> {
  const { app, actor, request } = call
  const { operation } = await found(app, actor, id)
  const inverse = undoOf(operation, person(actor).userId)
  if (!inverse) throw new AppError('not_reversible')
  await refuseChanged(call, operation, inverse)
  const undoing = { ...request, undoes: id }
  try {
    await perform(call.http, app, {
      actor,
      name: inverse.operation,
      input: inverse.input,
      request: undoing,
    })
  } catch (error) {
    if (violates(error, 'audit_entry_undoes')) throw new AppError('not_reversible')
    throw error
  }
  const undoingId = await store.findUndoing(app.db, id)
  if (undoingId === undefined) throw new AppError('operation_not_found')
  return (await found(app, actor, undoingId)).operation
}

/** What somebody changed again since is theirs: undoing this would undo that too. */
async function refuseChanged(
  { http, app, actor, request }: Call,
  { operation, after }: Operation,
  { input }: Inverse,
): Promise<void> {
  const [noun = '', verb] = operation.split('.')
  if (verb !== 'update' || !after) return
  const { id, name, accessKey } = input
  const key = id === undefined ? (accessKey === undefined ? { name } : { accessKey }) : { id }
  const now = await perform(http, app, {
    actor,
    name: `${noun}.show`,
    input: noun === 'account' ? {} : key,
    request,
  })
  const fields = Object.entries(after).filter(([field]) => field in input || field === 'projects')
  // Every `show` answers an object.
  const current = now as Readonly<Record<string, unknown>>
  const changed = fields.filter(([field, value]) => !isDeepStrictEqual(current[field], value))
  if (changed.length > 0)
    throw new AppError('changed_since', {
      detail: `Of what it changed, this is different now: ${changed.map(([field]) => field).join(', ')}`,
    })
}

async function retry(call: Call, id: string): Promise<Record<string, never>> {
  const { http, app, actor, request } = call
  const { operation, input } = await found(app, actor, id)
  const isTheirs = operation.actorId === person(actor).userId
  const mayBe = !isOwnOnly(operation.operation) || isTheirs
  if (!operation.isRetryable || !mayBe) throw new AppError('not_retryable')
  await perform(http, app, { actor, name: operation.operation, input, request })
  return {}
}
