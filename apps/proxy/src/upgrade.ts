import { type IncomingMessage, request as httpRequest } from 'node:http'
import type { Duplex } from 'node:stream'
import { api } from '@capstan/contract/api'
import type { Call } from '@capstan/contract/client'
import { admit, isReady } from './gate.ts'
import { forwardedRequest, headOf } from './headers.ts'
import { joinStreams, refuse, withoutDelay } from './join-streams.ts'
import type { Routes } from './routes.ts'
import { openTunnel } from './tunnel.ts'

/** A WebSocket, or anything else that takes a connection over, to an application: raw bytes both ways. */
export async function upgradeApp(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  { label, routes }: { label: string; routes: Routes },
): Promise<void> {
  const found = await admit(request, label, routes)
  if (!isReady(found)) return refuse(socket, `${found.status} Refused`)
  const target = await openTunnel(found)
  withoutDelay(socket)
  target.write(headOf(`${request.method} ${request.url} HTTP/1.1`, forwardedRequest(request, true)))
  joinStreams(socket, target, head)
}

/** A terminal: the ticket of its address leads to the WebSocket of an agent's relay. */
export async function upgradeTerminal(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  call: Call,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://proxy')
  if (url.pathname !== '/terminal') return refuse(socket, '404 Not Found')
  const route = await call(api.proxy.resolve, { grant: url.searchParams.get('ticket') ?? '' })
  if (route.status !== 'ready' || route.protocol !== 'terminal') return refuse(socket, '410 Gone')
  const { cookie: _, host: _host, ...headers } = request.headers
  const sent = httpRequest(new URL('/terminal', route.agentUrl), {
    headers: { ...headers, authorization: `Bearer ${route.agentTicket}` },
    timeout: 15_000,
  })
  sent.once('upgrade', (answer, target, rest) => {
    withoutDelay(socket)
    withoutDelay(target)
    target.setTimeout(0)
    const lines = Array.from({ length: answer.rawHeaders.length / 2 }, (_line, i) =>
      answer.rawHeaders.slice(2 * i, 2 * i + 2).join(': '),
    )
    socket.write(`${['HTTP/1.1 101 Switching Protocols', ...lines].join('\r\n')}\r\n\r\n`)
    if (rest.length > 0) socket.write(rest)
    joinStreams(socket, target, head)
  })
  sent.once('response', answer => {
    answer.resume()
    refuse(socket, `${answer.statusCode} Refused`)
  })
  sent.once('timeout', () => sent.destroy())
  sent.once('error', () => refuse(socket, '502 Bad Gateway'))
  sent.end()
}
