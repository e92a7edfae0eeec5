import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import {
  createServer,
  type IncomingMessage,
  request as httpRequest,
  type ServerResponse,
} from 'node:http'
import type { Duplex } from 'node:stream'
import { join } from 'node:path'
import { pipeline } from 'node:stream'
import { getRequestListener } from '@hono/node-server'
import { api } from '@capstan/contract/api'
import { createClient } from '@capstan/contract/client'
import { AppError } from '@capstan/contract/errors'
import type { Route } from '@capstan/contract/proxy'
import { createHttpApp } from '@capstan/runtime/http'
import { readSecret } from '@capstan/runtime/home'
import type { Log } from '@capstan/runtime/log'
import { backoffMs, pause } from '@capstan/runtime/retry'
import { version } from '@capstan/runtime/version'
import { openTunnel, TunnelPool } from './tunnel.ts'
import { page } from './page.ts'

export interface ProxyOptions {
  readonly manager: string
  readonly joinToken?: string | undefined
  readonly id: string
  readonly home: string
  readonly host: string
  readonly port: number
  readonly tryNext?: number
  readonly address?: string | undefined
  readonly appsDomain: string
  readonly signal: AbortSignal
  readonly log: Log
}

const cookieName = 'capstan_app'

interface Pooled {
  readonly pool: TunnelPool
  route: Extract<Route, { status: 'ready' }>
  usedAt: number
}

export async function runProxy(options: ProxyOptions): Promise<void> {
  const { log, signal } = options
  mkdirSync(options.home, { recursive: true, mode: 0o700 })
  let token = readSecret(join(options.home, 'token'))
  let isReady = false
  const call = createClient({
    baseUrl: options.manager,
    headers: () => ({ authorization: `Bearer ${token ?? ''}` }),
  })
  const routes = new Map<string, { until: number; route: Promise<Route> }>()
  const pools = new Map<string, Pooled>()

  const resolve = (grant: string): Promise<Route> => {
    const known = routes.get(grant)
    if (known && known.until > performance.now()) return known.route
    const route = call(api.proxy.resolve, { grant })
    const entry = { until: performance.now() + 10_000, route }
    routes.set(grant, entry)
    route.then(
      found => {
        entry.until = performance.now() + found.cacheMs
      },
      () => routes.delete(grant),
    )
    return route
  }
  const poolOf = (route: Extract<Route, { status: 'ready' }>): TunnelPool => {
    const key = `${route.kernelId}:${route.port}`
    const known = pools.get(key)
    if (known) {
      known.route = route
      known.usedAt = Date.now()
      return known.pool
    }
    const entry: Pooled = { route, usedAt: Date.now(), pool: new TunnelPool(() => entry.route) }
    pools.set(key, entry)
    return entry.pool
  }

  const http = createHttpApp({
    log,
    ready: async () => (isReady ? undefined : 'has not reached the manager yet'),
  })
  const own = getRequestListener(http.fetch)
  const labelOf = (request: IncomingMessage): string | undefined => {
    const host = (request.headers.host ?? '').replace(/:\d+$/, '').toLowerCase()
    return host.endsWith(`.${options.appsDomain}`)
      ? host.slice(0, -options.appsDomain.length - 1)
      : undefined
  }

  const server = createServer(
    { requestTimeout: 0, headersTimeout: 30_000 },
    (request, response) => {
      const label = labelOf(request)
      if (label === undefined) {
        void own(request, response)
        return
      }
      serve(label, request, response).catch((error: unknown) => {
        log.warn({ err: error }, 'request_failed')
        if (!response.headersSent)
          page(
            response,
            502,
            'It cannot be reached',
            error instanceof AppError ? error.message : 'The application did not answer.',
          )
        else response.destroy()
      })
    },
  )

  async function serve(
    label: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://app')
    if (url.pathname === '/_capstan/open') return open(label, url, response)
    const grant = cookieOf(request)
    if (grant === undefined)
      return page(
        response,
        401,
        'Open this from the console',
        'This address works only in the browser that opened it there.',
      )
    if (!isSameOrigin(request))
      return page(response, 403, 'Refused', 'The request comes from another site.')
    const route = await resolve(grant).catch((error: unknown) => {
      if (error instanceof AppError && error.status === 401) return undefined
      throw error
    })
    if (!route || route.hostLabel !== label)
      return page(response, 401, 'Open this from the console', 'The permission has expired.')
    if (route.status !== 'ready') {
      const isWaiting = route.status === 'starting'
      return page(
        response,
        isWaiting ? 503 : 410,
        isWaiting ? `${route.app} is starting` : `${route.app} is not there`,
        route.message,
        isWaiting,
      )
    }
    return forward(request, response, route)
  }

  async function open(label: string, url: URL, response: ServerResponse): Promise<void> {
    const exchanged = await call(api.proxy.exchange, {
      ticket: url.searchParams.get('ticket') ?? '',
    }).catch((error: unknown) => {
      if (error instanceof AppError && error.status < 500) return undefined
      throw error
    })
    if (!exchanged || exchanged.hostLabel !== label)
      return page(
        response,
        401,
        'Open this from the console again',
        'This link was good for a minute.',
      )
    response.writeHead(302, {
      location: '/',
      'cache-control': 'no-store',
      'set-cookie': `${cookieName}=${exchanged.grant}; HttpOnly; SameSite=Lax; Path=/; Max-Age=43200`,
    })
    response.end()
  }

  function forward(
    request: IncomingMessage,
    response: ServerResponse,
    route: Extract<Route, { status: 'ready' }>,
  ): Promise<void> {
    return new Promise((resolveDone, reject) => {
      const headers = requestHeaders(request)
      const upstream = httpRequest({
        agent: poolOf(route),
        host: 'app',
        method: request.method ?? 'GET',
        path: request.url ?? '/',
        headers,
        setHost: false,
      })
      upstream.on('response', answer => {
        const names = hopByHop(answer.headers.connection)
        const passed: Record<string, string | string[]> = {}
        for (const [name, value] of Object.entries(answer.headers))
          if (value !== undefined && !names.has(name)) passed[name] = value
        response.writeHead(answer.statusCode ?? 502, answer.statusMessage, passed)
        pipeline(answer, response, () => resolveDone())
      })
      upstream.on('error', error => {
        if (response.headersSent || request.aborted) {
          response.destroy()
          resolveDone()
          return
        }
        if (request.method === 'GET' || request.method === 'HEAD') {
          page(response, 503, `${route.app} is starting`, 'It does not answer yet.', true)
          resolveDone()
        } else reject(error)
      })
      response.on('close', () => {
        if (!response.writableFinished) upstream.destroy()
      })
      request.on('aborted', () => upstream.destroy())
      pipeline(request, upstream, () => {})
    })
  }

  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy())
    upgrade(request, socket, head).catch((error: unknown) => {
      log.debug({ err: error }, 'upgrade_failed')
      refuse(socket, '502 Bad Gateway')
    })
  })

  async function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    if ('setNoDelay' in socket && typeof socket.setNoDelay === 'function') socket.setNoDelay(true)
    const label = labelOf(request)
    if (label === undefined) return terminal(request, socket, head)
    const grant = cookieOf(request)
    if (grant === undefined || !isSameOrigin(request)) return refuse(socket, '403 Forbidden')
    const route = await resolve(grant)
    if (route.hostLabel !== label) return refuse(socket, '403 Forbidden')
    if (route.status !== 'ready') return refuse(socket, '503 Service Unavailable')
    const target = await openTunnel(route)
    const lines = [`${request.method} ${request.url} HTTP/1.1`]
    for (const [name, value] of Object.entries(requestHeaders(request, true)))
      for (const one of [value].flat()) lines.push(`${name}: ${one}`)
    target.write(`${lines.join('\r\n')}\r\n\r\n`)
    join2(socket, target, head)
  }

  async function terminal(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://proxy')
    if (url.pathname !== '/terminal') return refuse(socket, '404 Not Found')
    const route = await call(api.proxy.resolve, { grant: url.searchParams.get('ticket') ?? '' })
    if (route.status !== 'ready') return refuse(socket, '410 Gone')
    const headers = {
      ...request.headers,
      host: 'relay',
      authorization: `Bearer ${route.agentTicket}`,
    }
    delete (headers as Record<string, unknown>)['cookie']
    const sent = httpRequest(new URL('/terminal', route.agentUrl), { headers })
    sent.on('upgrade', (answer, target, rest) => {
      const lines = ['HTTP/1.1 101 Switching Protocols']
      for (let at = 0; at < answer.rawHeaders.length; at += 2)
        lines.push(`${answer.rawHeaders[at]}: ${answer.rawHeaders[at + 1]}`)
      socket.write(`${lines.join('\r\n')}\r\n\r\n`)
      if (rest.length > 0) socket.write(rest)
      join2(socket, target, head)
    })
    sent.on('response', answer => {
      answer.resume()
      refuse(socket, `${answer.statusCode} Refused`)
    })
    sent.on('error', () => refuse(socket, '502 Bad Gateway'))
    sent.end()
  }

  for (let port = options.port, tries = 0; ; port++, tries++) {
    const error = await new Promise<NodeJS.ErrnoException | undefined>(done => {
      server.once('error', done)
      server.listen(port, options.host, () => {
        server.removeListener('error', done)
        done(undefined)
      })
    })
    if (!error) break
    if (error.code !== 'EADDRINUSE' || tries >= (options.tryNext ?? 0)) throw error
  }
  const bound = server.address()
  const port = typeof bound === 'object' && bound ? bound.port : options.port
  const address = options.address ?? `http://${options.host}:${port}`
  const appsHost = `${options.appsDomain}:${port}`
  log.info({ address, appsHost }, 'listening')

  for (let attempt = 1; !signal.aborted; attempt++) {
    try {
      if (token === undefined) {
        if (options.joinToken === undefined) throw new Error('no join token was given')
        token = (
          await createClient({ baseUrl: options.manager })(api.proxy.join, {
            joinToken: options.joinToken,
            id: options.id,
            address,
            appsHost,
          })
        ).token
        writeFileSync(join(options.home, 'token'), token, { mode: 0o600 })
      }
      await call(api.proxy.heartbeat, { address, appsHost, version })
      isReady = true
      attempt = 0
      await pause(5000, signal)
    } catch (error) {
      if (error instanceof AppError && error.status === 401) {
        token = undefined
        rmSync(join(options.home, 'token'), { force: true })
      }
      log.warn({ err: error }, 'heartbeat_failed')
      await pause(backoffMs(attempt, 200, 5000), signal)
    }
    for (const [key, entry] of pools)
      if (Date.now() - entry.usedAt > 600_000) {
        entry.pool.destroy()
        pools.delete(key)
      }
    for (const [key, entry] of routes) if (entry.until < performance.now()) routes.delete(key)
  }
  server.close()
  server.closeAllConnections()
  for (const { pool } of pools.values()) pool.destroy()
}

function join2(socket: Duplex, target: Duplex, head: Buffer): void {
  target.on('error', () => socket.destroy())
  socket.on('error', () => target.destroy())
  target.on('close', () => socket.destroy())
  socket.on('close', () => target.destroy())
  if (head.length > 0) target.write(head)
  socket.pipe(target)
  target.pipe(socket)
}

const refuse = (socket: Duplex, status: string): void => {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

function cookieOf(request: IncomingMessage): string | undefined {
  return /(?:^|;\s*)capstan_app=([^;]+)/.exec(request.headers.cookie ?? '')?.[1]
}

const safe = new Set(['GET', 'HEAD', 'OPTIONS'])
function isSameOrigin(request: IncomingMessage): boolean {
  const { origin } = request.headers
  if (
    origin === undefined ||
    (safe.has(request.method ?? '') && request.headers.upgrade === undefined)
  )
    return true
  return URL.canParse(origin) && new URL(origin).host === request.headers.host
}

const hop = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'upgrade',
  'proxy-connection',
]
const hopByHop = (connection: string | undefined): Set<string> =>
  new Set([
    ...hop,
    ...(connection ?? '')
      .toLowerCase()
      .split(/\s*,\s*/)
      .filter(Boolean),
  ])

function requestHeaders(
  request: IncomingMessage,
  isUpgrade = false,
): Record<string, string | string[]> {
  const dropped = isUpgrade ? new Set(['proxy-connection']) : hopByHop(request.headers.connection)
  const headers: Record<string, string | string[]> = {}
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined && !dropped.has(name)) headers[name] = value
  const cookies = (request.headers.cookie ?? '')
    .split(/;\s*/)
    .filter(one => one !== '' && !one.startsWith(`${cookieName}=`))
  delete headers['cookie']
  if (cookies.length > 0) headers['cookie'] = cookies.join('; ')
  headers['x-forwarded-for'] = request.socket.remoteAddress ?? ''
  headers['x-forwarded-host'] = request.headers.host ?? ''
  headers['x-forwarded-proto'] = 'http'
  return headers
}
