import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request as httpRequest,
  type ClientRequest,
  type RequestOptions,
  type Server,
  type ServerResponse,
} from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import type { Route } from '@capstan/contract/proxy'
import { createLog } from '@capstan/runtime/log'
import { until } from '@capstan/testkit/system'
import { WebSocketServer } from 'ws'
import { runProxy } from '../src/main.ts'

/** What tests run the real proxy between: a manager and a relay that do as they are told, and an application of the test's own. */
export interface Stage {
  readonly manager: FakeManager
  readonly relay: FakeRelay
  /** The application's server; give it listeners for `request` and `upgrade`. */
  readonly app: Server
  readonly port: number
  readonly address: string
  readonly home: string
  /** Host header of the application. */
  readonly host: string
  /** Cookie header with the grant. */
  readonly cookie: string
  /** A request to the application's host with the cookie; `headers` come on top. */
  readonly request: (options?: Ask) => ClientRequest
  /** The same without a body, answered as a whole. */
  readonly fetch: (options?: Ask) => Promise<Answer>
  /** Asks the proxy to stop, and waits until it has. */
  readonly stop: () => Promise<void>
}

export interface Ask extends RequestOptions {
  readonly headers?: OutgoingHttpHeaders
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
  readonly trailers: NodeJS.Dict<string>
}

export interface FakeManager {
  readonly url: string
  /** Where each grant (or ticket of a terminal) leads; one that is not in it is refused. */
  readonly routes: Map<string, Route>
  /** Calls so far, by the last segment of their path. */
  readonly calls: { join: number; heartbeat: number; exchange: number; resolve: number }
  /** Breaks connections off instead of answering. */
  isAway: boolean
  /** The token that it takes. */
  token: string
  /** Held back until it resolves. */
  hold: Promise<unknown>
  /** What the last heartbeat said. */
  where: { address: string; appsHost: string; isTls: boolean } | undefined
}

export interface FakeRelay {
  readonly url: string
  /** Tunnels opened so far. */
  opened: number
  /** Tunnels not opened, since nobody listened. */
  refused: number
  readonly tunnels: Set<Duplex>
  /** Headers of the terminals shown so far. */
  readonly terminals: IncomingHttpHeaders[]
}

export const label = 'web-0123456789ab'
const appsDomain = 'apps.localhost'
const relayTicket = 'relay-ticket'

interface StageOptions {
  readonly address?: string
  /** A token that the proxy has from before. */
  readonly token?: string
}

export async function setStage({ address, token }: StageOptions = {}): Promise<Stage> {
  const stops: (() => void)[] = []
  const app = await serve(stops)
  const relay = await startRelay(stops, portOf(app))
  const manager = await startManager(stops)
  manager.routes.set('grant-1', readyRoute(relay.url, portOf(app)))
  const home = mkdtempSync(join(tmpdir(), 'capstan-proxy-'))
  if (token !== undefined) writeFileSync(join(home, 'token'), token)
  const stopping = new AbortController()
  const log = createLog('test')
  log.level = process.env['CAPSTAN_LOG_LEVEL'] ?? 'silent'
  const listening = Promise.withResolvers<number>()
  const stopped = runProxy({
    manager: manager.url,
    joinToken: 'join-token',
    id: 'local',
    home,
    host: '127.0.0.1',
    port: 0,
    address,
    appsDomain,
    onListening: listening.resolve,
    signal: stopping.signal,
    log,
  })
  const port = await listening.promise
  await until('the proxy has joined', () => manager.where !== undefined, {
    patienceMs: 10_000,
    everyMs: 10,
  })
  const host = `${label}.${appsDomain}:${port}`
  const cookie = 'capstan_app=grant-1'
  const request = ({ headers, ...options }: Ask = {}): ClientRequest =>
    httpRequest({ port, host: '127.0.0.1', headers: { host, cookie, ...headers }, ...options })
  return {
    manager,
    relay,
    app,
    port,
    address: `http://127.0.0.1:${port}`,
    home,
    host,
    cookie,
    request,
    fetch: async options => {
      const sent = request(options)
      sent.end()
      return answerOf(sent)
    },
    stop: async () => {
      stopping.abort()
      await stopped
      for (const stop of stops) stop()
      rmSync(home, { recursive: true, force: true })
    },
  }
}

export const readyRoute = (
  agentUrl: string,
  port: number,
): Extract<Route, { status: 'ready' }> => ({
  status: 'ready',
  hostLabel: label,
  kernelId: '018f0000-0000-7000-8000-0123456789ab',
  agentUrl,
  agentTicket: relayTicket,
  protocol: 'http',
  port,
  sessionName: 'my-session',
  app: 'web',
  cacheMs: 5000,
})

/** The whole answer to a request that was sent; rejects when it breaks off. */
export async function answerOf(sent: ClientRequest): Promise<Answer> {
  const answer = await responseTo(sent)
  const body = await bodyOf(answer)
  const { statusCode = 0, headers, trailers } = answer
  return { status: statusCode, headers, body, trailers }
}

export const responseTo = (sent: ClientRequest): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    sent.once('response', resolve)
    sent.once('error', reject)
  })

export async function bodyOf(message: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = []
  for await (const piece of message) pieces.push(piece as Buffer)
  return Buffer.concat(pieces).toString()
}

export const portOf = (server: Server): number => (server.address() as AddressInfo).port

async function serve(
  stops: (() => void)[],
  handler?: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Server> {
  const server = createServer(...(handler ? [handler] : []))
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.once('close', () => sockets.delete(socket))
  })
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve)
  })
  stops.push(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return server
}

async function startManager(stops: (() => void)[]): Promise<FakeManager> {
  const server = await serve(stops, (request, response) => {
    void answer(request, response)
  })
  const manager: FakeManager = {
    url: `http://127.0.0.1:${portOf(server)}`,
    routes: new Map(),
    calls: { join: 0, heartbeat: 0, exchange: 0, resolve: 0 },
    isAway: false,
    token: 'token-1',
    hold: Promise.resolve(),
    where: undefined,
  }
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const name = (request.url ?? '').split('/').at(-1) as keyof FakeManager['calls']
    const input = JSON.parse(await bodyOf(request)) as Record<string, string>
    manager.calls[name]++
    await manager.hold
    if (manager.isAway) return void request.socket.destroy()
    const refuse = (code: string): void => {
      response.writeHead(401, { 'content-type': 'application/problem+json' })
      response.end(JSON.stringify({ code }))
    }
    const send = (body: unknown): void => void response.end(JSON.stringify(body))
    if (name === 'join')
      return input['joinToken'] === 'join-token'
        ? send({ token: manager.token })
        : refuse('bad_join_token')
    if (request.headers.authorization !== `Bearer ${manager.token}`)
      return refuse('unauthenticated')
    if (name === 'heartbeat') {
      // What our own proxy sends, under test: wrong input would fail the test that reads it.
      manager.where = input as unknown as NonNullable<FakeManager['where']>
      return send({})
    }
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString()
    if (name === 'exchange')
      return input['ticket'] === 'ticket-1'
        ? send({ grant: 'grant-1', hostLabel: label, expiresAt })
        : refuse('bad_ticket')
    const route = manager.routes.get(input['grant'] ?? '')
    return route ? send(route) : refuse('bad_ticket')
  }
  return manager
}

async function startRelay(stops: (() => void)[], appPort: number): Promise<FakeRelay> {
  const server = await serve(stops)
  const relay: FakeRelay = {
    url: `http://127.0.0.1:${portOf(server)}`,
    opened: 0,
    refused: 0,
    tunnels: new Set(),
    terminals: [],
  }
  const terminals = new WebSocketServer({ noServer: true })
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy())
    if (request.headers.authorization !== `Bearer ${relayTicket}`)
      return socket.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n')
    if (request.url === '/terminal') {
      relay.terminals.push(request.headers)
      return terminals.handleUpgrade(request, socket, head, webSocket => {
        webSocket.on('message', (bytes, isBinary) => webSocket.send(bytes, { binary: isBinary }))
      })
    }
    const target = connect({ port: appPort, host: '127.0.0.1', allowHalfOpen: true })
    target.once('error', () => {
      relay.refused++
      socket.end('HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n')
    })
    return target.once('connect', () => {
      relay.opened++
      relay.tunnels.add(socket)
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n')
      target.write(head)
      socket.pipe(target)
      target.pipe(socket)
      socket.once('close', () => {
        relay.tunnels.delete(socket)
        target.destroy()
      })
      // A broken connection is no end in good order.
      target.once('close', isBroken => isBroken && socket.destroy())
    })
  })
  return relay
}
