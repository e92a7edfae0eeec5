import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { RelayClaims, tunnelProtocol } from '@capstan/contract/ticket'
import { createHttpApp, listen, type Listening } from '@capstan/runtime/http'
import type { Log } from '@capstan/runtime/log'
import { verifyTicket } from '@capstan/runtime/ticket'
import type { JWK } from 'jose'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Driver } from './driver.ts'
import { TerminalKeeper } from './terminal-keeper.ts'

export interface Place {
  readonly driver: Driver
  readonly containerId: string
}

export interface RelayOptions {
  readonly host: string
  readonly port: number
  readonly agentId: string
  readonly log: Log
  /** The manager's public key; undefined before the first sync. */
  readonly ticketKey: () => JWK | undefined
  /** Where a kernel runs; undefined when it does not. */
  readonly placeOf: (kernelId: string) => Place | undefined
  /** What keeps this agent from its work, if anything does. */
  readonly ready: () => Promise<string | undefined>
}

/** The agent's door for proxies: raw tunnels to ports, and terminals, for whoever brings a ticket of the manager's. */
export async function startRelay(options: RelayOptions): Promise<Listening> {
  const { log, host, port, ready } = options
  const http = createHttpApp({ log, ready })
  const listening = await listen({ fetch: http.fetch, host, port, tryNext: 20 })
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: 1024 * 1024,
    perMessageDeflate: false,
  })
  const terminals = new TerminalKeeper()
  const showTerminal = async (
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
  ): Promise<void> => {
    const claims = await claimsOf(options, request)
    const place = options.placeOf(claims.kernelId)
    if (claims.use !== 'terminal' || !place) return refuse(socket, '404 Not Found')
    sockets.handleUpgrade(request, socket, head, webSocket => {
      webSocket.on('error', () => webSocket.terminate())
      terminals.show(webSocket, { ...claims, ...place }).catch((error: unknown) => {
        log.warn({ kernelId: claims.kernelId, err: error }, 'terminal_failed')
        tellFailure(webSocket, error)
      })
    })
  }
  const openTunnel = async (
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
  ): Promise<void> => {
    const claims = await claimsOf(options, request)
    const place = options.placeOf(claims.kernelId)
    if (claims.use !== 'app' || !place) return refuse(socket, '404 Not Found')
    const target = await place.driver.connect(place.containerId, claims.port).catch(() => undefined)
    if (!target) return refuse(socket, '502 Bad Gateway')
    join(socket, target, head)
  }
  listening.server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy())
    const path = (request.url ?? '').split('?')[0]
    const serve = path === '/terminal' ? showTerminal : path === '/tunnel' ? openTunnel : undefined
    if (!serve) return refuse(socket, '404 Not Found')
    serve(request, socket, head).catch(() => refuse(socket, '401 Unauthorized'))
  })
  return listening
}

function claimsOf(
  { ticketKey, agentId }: RelayOptions,
  request: IncomingMessage,
): Promise<RelayClaims> {
  const key = ticketKey()
  const ticket = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1]
  if (!key || ticket === undefined) throw new Error('no ticket')
  return verifyTicket(key, ticket, { audience: `agent:${agentId}`, claims: RelayClaims })
}

function tellFailure(socket: WebSocket, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error)
  socket.send(JSON.stringify({ type: 'error', message }))
  socket.close(1011)
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

/** From here on both sides see each other's bytes, and each other's end. */
function join(socket: Duplex, target: Duplex, head: Buffer): void {
  if ('setNoDelay' in socket && typeof socket.setNoDelay === 'function') socket.setNoDelay(true)
  target.on('error', () => socket.destroy())
  socket.on('error', () => target.destroy())
  target.on('close', () => socket.destroy())
  socket.on('close', () => target.destroy())
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${tunnelProtocol}\r\n\r\n`,
  )
  if (head.length > 0) target.write(head)
  socket.pipe(target)
  target.pipe(socket)
}
