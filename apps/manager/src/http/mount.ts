import { apiPrefix, type Endpoint } from '@capstan/contract/endpoint'
import { AppError } from '@capstan/contract/errors'
import { may } from '@capstan/core/access'
import type { HttpApp, HttpEnv } from '@capstan/runtime/http'
import type { Context } from 'hono'
import type * as z from 'zod'
import type { App } from '../app.ts'
import type { Actor } from './actor.ts'
import { authenticate } from './authenticate.ts'
import { parseInput, readInput } from './input.ts'
import { isTold, nameOf, recordDone, recordFailed } from './record.ts'

/** What a handler may want of the request beside its input. */
export interface Request {
  readonly requestId: string
  /** Network address that the request came from; empty where there is no network. */
  readonly source: string
  readonly context: Context<HttpEnv>
  readonly signal: AbortSignal
  /** Entry of the log that it undoes, and what must still be as that left it. */
  readonly undoes?: { readonly id: string; readonly expects: Readonly<Record<string, unknown>> }
}

const anonymous: Actor = { kind: 'anonymous', role: 'anonymous' }

export type Handler<I extends z.ZodType, O extends z.ZodType> = (
  app: App,
  actor: Actor,
  input: z.output<I>,
  request: Request,
) => Promise<z.input<O>>

interface Mounted {
  readonly endpoint: Endpoint
  readonly handler: (app: App, actor: Actor, input: never, request: Request) => Promise<unknown>
}

/** What each server answers, by name: to be asked for by other operations too. */
const mounted = new WeakMap<HttpApp, Map<string, Mounted>>()

/** The only place that authenticates, asks for the permission, reads the input, keeps the log and answers. */
export function mount<I extends z.ZodType, O extends z.ZodType>(
  http: HttpApp,
  app: App,
  endpoint: Endpoint<I, O>,
  handler: Handler<I, O>,
): void {
  const all = mounted.get(http) ?? new Map<string, Mounted>()
  mounted.set(http, all.set(nameOf(endpoint), { endpoint, handler }))
  http.on(endpoint.method, apiPrefix + endpoint.path, async context =>
    context.json(
      await served(app, endpoint, context, ({ actor, input, request }) =>
        handler(app, actor, input, request),
      ),
    ),
  )
}

/** An operation that another one asks for, under the same rules: its permission, its input, its handler. */
export async function perform(
  http: HttpApp,
  app: App,
  { actor, name, input, request }: { actor: Actor; name: string; input: unknown; request: Request },
): Promise<unknown> {
  const found = mounted.get(http)?.get(name)
  if (!found) throw new AppError('not_found')
  const { endpoint, handler } = found
  allow(actor, endpoint)
  // The schema is that of this handler: they were mounted together.
  const parsed = parseInput(endpoint, input) as never
  return noted(app, { endpoint, actor, request, read: () => parsed }, () =>
    handler(app, actor, parsed, request),
  )
}

/** What a handler of a file answers: its bytes as they are asked for, and how the browser is to save them. */
export interface FileAnswer {
  readonly name: string
  readonly type: string
  readonly body: ReadableStream<Uint8Array>
}

/** The same for endpoints that answer a file. */
export function mountFile<I extends z.ZodType>(
  http: HttpApp,
  app: App,
  endpoint: Endpoint<I>,
  handler: (app: App, actor: Actor, input: z.output<I>, request: Request) => Promise<FileAnswer>,
): void {
  http.on(endpoint.method, apiPrefix + endpoint.path, async context => {
    const { name, type, body } = await served(app, endpoint, context, ({ actor, input, request }) =>
      handler(app, actor, input, request),
    )
    return context.body(body, 200, {
      'content-type': type,
      'content-disposition': asAttachment(name),
      'x-content-type-options': 'nosniff',
    })
  })
}

/** RFC 6266: the name in UTF-8, and before it one that old clients can read. */
const asAttachment = (name: string): string =>
  `attachment; filename="${name.replace(/[^\x20-\x7e]|["\\%]/g, '_')}"; filename*=UTF-8''${encodeURIComponent(name).replace(/['()*]/g, letter => `%${letter.charCodeAt(0).toString(16)}`)}`

interface Admitted<I extends z.ZodType> {
  readonly actor: Actor
  readonly input: z.output<I>
  readonly request: Request
}

/** Lets a request in, and has it done. */
async function served<I extends z.ZodType, T>(
  app: App,
  endpoint: Endpoint<I>,
  context: Context<HttpEnv>,
  work: (admitted: Admitted<I>) => Promise<T>,
): Promise<T> {
  // Whoever may make no more requests can still sign out.
  const actor = endpoint.permission === 'public' ? anonymous : await authenticate(app, context)
  const request = requestOf(context)
  let input: z.output<I> | undefined
  return noted(app, { endpoint, actor, request, read: () => input }, async () => {
    allow(actor, endpoint)
    const read = await readInput(endpoint, context)
    input = read
    context.header('cache-control', 'no-store')
    return work({ actor, input: read, request })
  })
}

interface Noted {
  readonly endpoint: Endpoint
  readonly actor: Actor
  readonly request: Request
  /** The input, as far as it was read. */
  readonly read: () => unknown
}

/** Does some work and notes how it ended: whatever people do, and whatever is refused to them. */
async function noted<T>(
  app: App,
  { endpoint, actor, request, read }: Noted,
  work: () => Promise<T>,
): Promise<T> {
  if (!isTold(endpoint, actor)) return work()
  try {
    const output = await work()
    await recordDone(app, actor, { endpoint, input: read(), request })
    return output
  } catch (error) {
    await recordFailed(app, actor, { endpoint, input: read(), request, error })
    throw error
  }
}

const requestOf = (context: Context<HttpEnv>): Request => ({
  requestId: context.get('requestId'),
  // Without a socket there are no bindings either, whatever the types say.
  source: context.env?.incoming?.socket.remoteAddress ?? '',
  context,
  signal: context.req.raw.signal,
})

function allow(actor: Actor, { permission }: Endpoint): void {
  if (may(actor.role, permission)) return
  throw new AppError(actor.kind === 'anonymous' ? 'unauthenticated' : 'forbidden')
}
