import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import type { IncomingMessage } from 'node:http'
import { RelayClaims, tunnelProtocol } from '@capstan/contract/ticket'
import { createHttpApp, listen, type Listening } from '@capstan/runtime/http'
import type { Log } from '@capstan/runtime/log'
import { verifyTicket } from '@capstan/runtime/ticket'
import type { JWK } from 'jose'
import { WebSocketServer } from 'ws'
import { addressOf } from './apps.ts'
import type Docker from 'dockerode'
import { Terminals } from './terminals.ts'

export interface RelayOptions {
  readonly host: string
  readonly port: number
  readonly agentId: string
  readonly log: Log
  readonly docker: Docker
  readonly ticketKey: () => JWK | undefined
  readonly containerOf: (kernelId: string) => string | undefined
  readonly ready: () => Promise<string | undefined>
}

/** The agent's door for proxies: raw tunnels to ports, and terminals, for whoever brings a ticket of the manager's. */
export async function startRelay(options: RelayOptions): Promise<Listening> {
  const { log, agentId } = options
  const http = createHttpApp({ log, ready: options.ready })
  const listening = await listen({
    fetch: http.fetch,
    host: options.host,
    port: options.port,
    tryNext: 20,
  })
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: 1024 * 1024,
    perMessageDeflate: false,
  })
  const terminals = new Terminals(options.docker)
  const addresses = new Map<string, string>()

  const claimsOf = async (request: IncomingMessage): Promise<RelayClaims> => {
    const key = options.ticketKey()
    const ticket = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1]
    if (!key || ticket === undefined) throw new Error('no ticket')
    return verifyTicket(key, ticket, { audience: `agent:${agentId}`, claims: RelayClaims })
  }
  const upgrade = async (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    const claims = await claimsOf(request)
    const containerId = options.containerOf(claims.kernelId)
    if (containerId === undefined) return refuse(socket, '404 Not Found')
    const path = new URL(request.url ?? '/', 'http://relay').pathname
    if (path === '/terminal' && claims.use === 'terminal') {
      const { terminalId, kernelId, command, tty } = claims
      sockets.handleUpgrade(request, socket, head, ws => {
        ws.on('error', () => ws.terminate())
        terminals
          .attach(ws, { terminalId, kernelId, containerId, command, tty })
          .catch((error: unknown) => {
            log.warn({ kernelId, err: error }, 'terminal_failed')
            ws.send(
              JSON.stringify({
                type: 'error',
                message: error instanceof Error ? error.message : String(error),
              }),
            )
            ws.close(1011)
          })
      })
    } else if (path === '/tunnel' && claims.use === 'app') {
      const host = addresses.get(containerId) ?? (await addressOf(options.docker, containerId))
      addresses.set(containerId, host)
      tunnel(socket, head, host, claims.port)
    } else refuse(socket, '404 Not Found')
  }
  listening.server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy())
    upgrade(request, socket, head).catch(() => refuse(socket, '401 Unauthorized'))
  })
  return listening
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

function tunnel(socket: Duplex, head: Buffer, host: string, port: number): void {
  const target = connect({ host, port, noDelay: true, allowHalfOpen: true })
  target.once('error', () => {
    if (!socket.writableEnded) refuse(socket, '502 Bad Gateway')
  })
  target.once('connect', () => {
    if ('setNoDelay' in socket && typeof socket.setNoDelay === 'function') socket.setNoDelay(true)
    target.removeAllListeners('error')
    target.on('error', () => socket.destroy())
    socket.on('error', () => target.destroy())
    socket.on('close', () => target.destroy())
    target.on('close', () => socket.destroy())
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${tunnelProtocol}\r\n\r\n`,
    )
    if (head.length > 0) target.write(head)
    socket.pipe(target)
    target.pipe(socket)
  })
}
