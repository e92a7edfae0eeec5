import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type HttpBindings, getRequestListener } from '@hono/node-server'
import { AppError, toProblem } from '@capstan/contract/errors'
import { type Context, Hono } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { isDatabaseAway } from './database-away.ts'
import type { Log } from './log.ts'
import { requestSeconds, scrape } from './metrics.ts'

export interface HttpEnv {
  Bindings: HttpBindings
  Variables: { requestId: string }
}

export type HttpApp = Hono<HttpEnv>

export interface HttpAppOptions {
  readonly log: Log
  /** Throws, or answers what is wrong, when this process cannot do its work. */
  readonly ready: () => Promise<string | undefined>
}

const requestIdPattern = /^[\w.-]{8,64}$/

/** What every program of ours answers: request ids, one log line a request, problems, `/healthz`, `/readyz`, `/metrics`. */
export function createHttpApp({ log, ready }: HttpAppOptions): HttpApp {
  const http: HttpApp = new Hono<HttpEnv>()
  http.use(async (context, next) => {
    const given = context.req.header('x-request-id')
    const requestId = given !== undefined && requestIdPattern.test(given) ? given : randomUUID()
    context.set('requestId', requestId)
    context.header('x-request-id', requestId)
    const begin = performance.now()
    await next()
    const seconds = (performance.now() - begin) / 1000
    const route = context.req.routePath
    requestSeconds.observe(
      { method: context.req.method, route, status: String(context.res.status) },
      seconds,
    )
    log.debug(
      {
        requestId,
        method: context.req.method,
        path: context.req.path,
        status: context.res.status,
        seconds,
      },
      'request',
    )
  })
  http.get('/healthz', context => context.json({ status: 'ok' }))
  http.get('/readyz', async context => {
    const problem = await ready().catch(String)
    return problem === undefined
      ? context.json({ status: 'ready' })
      : context.json({ status: 'not ready', problem }, 503)
  })
  http.get('/metrics', async context => {
    const { type, text } = await scrape()
    return context.body(text, 200, { 'content-type': type })
  })
  http.notFound(context => problemResponse(context, new AppError('not_found'), log))
  http.onError((error, context) => problemResponse(context, error, log))
  return http
}

function asAppError(error: unknown): AppError {
  if (error instanceof AppError) return error
  const isAway = isDatabaseAway(error)
  return new AppError(isAway ? 'unavailable' : 'internal', {
    cause: error,
    ...(isAway && { retryAfterS: 2 }),
  })
}

/** The answer for anything thrown. What is unknown becomes `internal`: logged with its cause, never sent. */
export function problemResponse(context: Context, thrown: unknown, log: Log): Response {
  const error = asAppError(thrown)
  const requestId = String(context.get('requestId') ?? '')
  if (error.status >= 500)
    log.error(
      { requestId, path: context.req.path, err: error.options.cause ?? error },
      'request_failed',
    )
  const { retryAfterS } = error.options
  // By the context, so that headers which were set on the way, as of the rate limit, go out with it.
  return context.body(
    JSON.stringify(toProblem(error, requestId)),
    error.status as ContentfulStatusCode,
    {
      'content-type': 'application/problem+json',
      'x-request-id': requestId,
      ...(retryAfterS !== undefined && { 'retry-after': String(Math.ceil(retryAfterS)) }),
    },
  )
}

export interface Listening {
  readonly server: Server
  readonly port: number
  readonly url: string
  /** Stops taking connections, lets requests end for two seconds, then cuts what is left. */
  readonly close: () => Promise<void>
}

export interface ListenOptions extends Address {
  readonly fetch: (request: Request, env: HttpBindings) => Response | Promise<Response>
}

export interface Address {
  readonly host: string
  readonly port: number
  /** With a number: when the port is taken, as many following ones are tried. */
  readonly tryNext?: number
}

/** Serves a fetch handler on a port. A port that somebody else holds is named in the error. */
export function listen({ fetch, ...address }: ListenOptions): Promise<Listening> {
  const listener = getRequestListener((request, env) => fetch(request, env as HttpBindings))
  return listenWith((request, response) => void listener(request, response), address)
}

/** The same for a plain handler of Node's, which sees the bytes as they come. */
export async function listenWith(
  handler: (request: IncomingMessage, response: ServerResponse) => void,
  { host, port, tryNext = 0 }: Address,
): Promise<Listening> {
  const server = createServer(handler)
  server.requestTimeout = 120_000
  // Longer than agents rest between two reports: each keeps its connections.
  server.keepAliveTimeout = 65_000
  const bound = await bind(server, host, port, tryNext)
  const shown = host.includes(':') ? `[${host}]` : host
  return {
    server,
    port: bound,
    url: `http://${shown === '0.0.0.0' ? '127.0.0.1' : shown}:${bound}`,
    close: () => close(server),
  }
}

async function bind(server: Server, host: string, port: number, tryNext: number): Promise<number> {
  for (let candidate = port; ; candidate++) {
    const error = await new Promise<NodeJS.ErrnoException | undefined>(resolve => {
      server.once('error', resolve)
      server.listen(candidate, host, () => {
        server.removeListener('error', resolve)
        resolve(undefined)
      })
    })
    // The address of a listening TCP server is an AddressInfo, never a string.
    if (error === undefined) return (server.address() as AddressInfo).port
    if (error.code === 'EADDRINUSE' && candidate < port + tryNext) continue
    if (error.code === 'EADDRINUSE')
      throw new Error(
        `port ${candidate} on ${host} is held by another program: stop it, or choose another port`,
        {
          cause: error,
        },
      )
    throw error
  }
}

async function close(server: Server): Promise<void> {
  const closed = new Promise<void>(resolve => {
    server.close(() => resolve())
  })
  server.closeIdleConnections()
  const cut = setTimeout(() => server.closeAllConnections(), 2000)
  await closed
  clearTimeout(cut)
}
