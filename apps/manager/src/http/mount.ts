import { apiPrefix, type Endpoint } from '@capstan/contract/endpoint'
import { AppError } from '@capstan/contract/errors'
import { may } from '@capstan/core/access'
import type { HttpApp, HttpEnv } from '@capstan/runtime/http'
import type { Context } from 'hono'
import type * as z from 'zod'
import type { App } from '../app.ts'
import type { Actor } from './actor.ts'
import { authenticate } from './authenticate.ts'
import { readInput } from './input.ts'

/** What a handler may want of the request beside its input. */
export interface Request {
  readonly requestId: string
  /** Network address that the request came from; empty where there is no network. */
  readonly source: string
  readonly context: Context<HttpEnv>
  readonly signal: AbortSignal
}

const anonymous: Actor = { kind: 'anonymous', role: 'anonymous' }

export type Handler<I extends z.ZodType, O extends z.ZodType> = (
  app: App,
  actor: Actor,
  input: z.output<I>,
  request: Request,
) => Promise<z.input<O>>

/** The only place that authenticates, asks for the permission, reads the input and answers. */
export function mount<I extends z.ZodType, O extends z.ZodType>(
  http: HttpApp,
  app: App,
  endpoint: Endpoint<I, O>,
  handler: Handler<I, O>,
): void {
  http.on(endpoint.method, apiPrefix + endpoint.path, async context => {
    const { actor, input, request } = await admit(app, endpoint, context)
    return context.json(await handler(app, actor, input, request))
  })
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
    const { actor, input, request } = await admit(app, endpoint, context)
    const { name, type, body } = await handler(app, actor, input, request)
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

async function admit<I extends z.ZodType>(
  app: App,
  endpoint: Endpoint<I>,
  context: Context<HttpEnv>,
): Promise<{ actor: Actor; input: z.output<I>; request: Request }> {
  // Whoever may make no more requests can still sign out.
  const actor = endpoint.permission === 'public' ? anonymous : await authenticate(app, context)
  allow(actor, endpoint)
  const input = await readInput(endpoint, context)
  context.header('cache-control', 'no-store')
  const request = {
    requestId: context.get('requestId'),
    // Without a socket there are no bindings either, whatever the types say.
    source: context.env?.incoming?.socket.remoteAddress ?? '',
    context,
    signal: context.req.raw.signal,
  }
  return { actor, input, request }
}

function allow(actor: Actor, { permission }: Endpoint): void {
  if (may(actor.role, permission)) return
  throw new AppError(actor.kind === 'anonymous' ? 'unauthenticated' : 'forbidden')
}
