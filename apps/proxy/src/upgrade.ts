import { type ClientRequest, type IncomingMessage, request as httpRequest } from 'node:http'
import { Socket } from 'node:net'
import { type Duplex, pipeline } from 'node:stream'
import { api } from '@capstan/contract/api'
import type { Call } from '@capstan/contract/client'
import { admit, isReady } from './gate.ts'
import { forwardedAnswer, forwardedRequest, hasBody, headOf } from './headers.ts'
import { joinStreams, prepareSocket, refuse } from './join-streams.ts'
import { measureTunnel, upgrades } from './metrics.ts'
import { isRefusal, type Routes } from './routes.ts'
import { openTunnel } from './tunnel.ts'

/** How long the other side may take to agree, in milliseconds. */
const patienceMs = 60_000

/** Whether a request asks to take its connection over. `h2c` may be passed over (RFC 9113 dropped it), and then is served as usual. */
export const isUpgrade = (request: IncomingMessage): boolean =>
  request.method === 'GET' &&
  !hasBody(request) &&
  !/^\s*(h2c|tls\b)/i.test(request.headers.upgrade ?? '')

export interface Arrival {
  readonly request: IncomingMessage
  readonly socket: Duplex
  /** What came right behind the request. */
  readonly head: Buffer
}

/** A WebSocket, or anything else that takes a connection over, to an application: raw bytes both ways once it has agreed. */
export async function upgradeApp(
  arrival: Arrival,
  { label, routes, isTls }: { label: string; routes: Routes; isTls: boolean },
): Promise<void> {
  const { request, socket } = arrival
  const found = await admit(request, label, routes)
  if (!isReady(found)) return refuse(socket, `${found.status} Refused`)
  if (socket.destroyed) return undefined
  const tunnel = await openTunnel(found)
  const sent = httpRequest({
    createConnection: () => tunnel,
    path: request.url ?? '/',
    headers: forwardedRequest(request, { isUpgrade: true, isTls }),
    setHost: false,
  })
  return settle(arrival, sent, 'app')
}

/** A terminal: the ticket of its address leads to the WebSocket of an agent's relay. */
export async function upgradeTerminal(arrival: Arrival, call: Call): Promise<void> {
  const { request, socket } = arrival
  const url = URL.parse(request.url ?? '/', 'http://proxy')
  if (url?.pathname !== '/terminal') return refuse(socket, '404 Not Found')
  const ticket = url.searchParams.get('ticket') ?? ''
  const route = await call(
    api.proxy.resolve,
    { grant: ticket },
    { signal: AbortSignal.timeout(patienceMs) },
  ).catch((error: unknown) => {
    if (isRefusal(error)) return undefined
    throw error
  })
  if (route === undefined) return refuse(socket, '401 Unauthorized')
  if (route.status !== 'ready' || route.protocol !== 'terminal') return refuse(socket, '410 Gone')
  const { cookie: _, host: _host, ...headers } = request.headers
  const sent = httpRequest(new URL('/terminal', route.agentUrl), {
    headers: { ...headers, authorization: `Bearer ${route.agentTicket}` },
  })
  sent.once('upgrade', (_answer, target) => {
    if (target instanceof Socket) measureTunnel(target)
  })
  return settle(arrival, sent, 'terminal')
}

/** Joins both sides when the other one agrees; when it does not, its answer is passed on, and ends the connection. */
function settle({ socket, head }: Arrival, sent: ClientRequest, kind: string): void {
  socket.once('close', () => sent.destroy())
  // It may have gone before anybody listened for that.
  if (socket.destroyed) sent.destroy()
  sent.setTimeout(patienceMs, () => sent.destroy(new Error('no answer')))
  sent.once('upgrade', (answer, target, rest) => {
    prepareSocket(socket)
    prepareSocket(target)
    upgrades.inc({ kind })
    const lines = Array.from({ length: answer.rawHeaders.length / 2 }, (_, at) =>
      answer.rawHeaders.slice(2 * at, 2 * at + 2).join(': '),
    )
    const first = `HTTP/1.1 101 ${answer.statusMessage}`
    socket.write(`${[first, ...lines].join('\r\n')}\r\n\r\n`, 'latin1')
    if (rest.length > 0) socket.write(rest)
    joinStreams(socket, target, head)
  })
  let isAnswered = false
  sent.once('response', answer => {
    isAnswered = true
    if (socket.destroyed) return
    // Its length is what the closed connection says: chunks have been taken apart on the way here.
    const { 'transfer-encoding': _, ...headers } = forwardedAnswer(answer.headers)
    socket.write(
      headOf(`HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}`, {
        ...headers,
        connection: 'close',
      }),
    )
    pipeline(answer, socket, () => socket.destroy())
  })
  sent.once('error', () => {
    if (!socket.writableEnded && !isAnswered) refuse(socket, '502 Bad Gateway')
  })
  sent.end()
}
