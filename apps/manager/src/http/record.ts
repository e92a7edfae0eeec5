import { endpoints } from '@capstan/contract/api'
import { type Endpoint, pathParams } from '@capstan/contract/endpoint'
import { withoutSecrets } from '@capstan/contract/secret'
import type { App } from '../app.ts'
import { audit, auditFailure, wasAudited } from '../audit/audit.store.ts'
import type { Actor, Person } from './actor.ts'
import type { Request } from './mount.ts'

const names = new Map(endpoints.map(({ name, endpoint }) => [endpoint, name]))

export const nameOf = (endpoint: Endpoint): string => names.get(endpoint) ?? endpoint.path

/** Beyond so many characters an input is not kept: then it cannot be repeated from the log. */
const largestInput = 20_000

/** What people do is told in the log, not what they look at, nor what machines report. */
export const isTold = (endpoint: Endpoint, actor: Actor): actor is Person =>
  actor.kind === 'person' && endpoint.method !== 'GET' && endpoint.changesNothing !== true

/** Notes what was done, where the handler did not say more of it itself. */
export async function recordDone(
  app: App,
  actor: Person,
  { endpoint, input, request }: { endpoint: Endpoint; input: unknown; request: Request },
): Promise<void> {
  if (wasAudited(request)) return
  const { value } = withoutSecrets(endpoint.input, input)
  const after = rest(endpoint, fieldsOf(value))
  await audit(app.db, actor, request, {
    operation: nameOf(endpoint),
    ...about(endpoint, input, request),
    before: null,
    after: Object.keys(after).length > 0 ? after : null,
  })
}

/** Notes what was refused or failed; `input` is undefined where it could not be read. */
export async function recordFailed(
  app: App,
  actor: Person,
  failed: { endpoint: Endpoint; input: unknown; request: Request; error: unknown },
): Promise<void> {
  const { endpoint, input, request, error } = failed
  const { value, isWhole } = withoutSecrets(endpoint.input, input)
  // What undoes something holds only for what it undoes: asked for later by itself, it would overwrite what came since.
  const isKept =
    isWhole &&
    input !== undefined &&
    request.undoes === undefined &&
    JSON.stringify(value).length <= largestInput
  const { target, targetId = null } = about(endpoint, input, request)
  await auditFailure(app.db, actor, request, {
    operation: nameOf(endpoint),
    target,
    targetId,
    error,
    input: isKept ? fieldsOf(value) : null,
  }).catch((cause: unknown) => {
    // The answer is about what failed first.
    app.log.error({ err: cause, requestId: request.requestId }, 'failure_not_recorded')
  })
}

/** What an operation is about: what its path names, else the name that is given. */
function about(
  endpoint: Endpoint,
  input: unknown,
  { context }: Request,
): { target: string; targetId?: string } {
  const fields = fieldsOf(input)
  // Whoever was refused before their input was read asked for something all the same.
  const named = pathParams(endpoint.path).map(
    name => textOf(fields[name]) ?? context.req.param(name) ?? '',
  )
  const given = textOf(fields['email']) ?? textOf(fields['name']) ?? ''
  const target = named.length > 0 ? named.join('/') : given
  const { id } = fields
  return { target: target.slice(0, 200), ...(typeof id === 'string' && { targetId: id }) }
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined

const rest = (endpoint: Endpoint, fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(fields).filter(([name]) => !pathParams(endpoint.path).includes(name)),
  )

/** Inputs are objects: every endpoint takes one. */
const fieldsOf = (input: unknown): Record<string, unknown> =>
  typeof input === 'object' && input !== null ? { ...input } : {}
