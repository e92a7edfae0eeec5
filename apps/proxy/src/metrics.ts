import type { Socket } from 'node:net'
import { Counter, Gauge } from 'prom-client'

export const requests = new Counter({
  name: 'capstan_proxy_requests_total',
  help: 'Requests to applications, by the status that the browser was given',
  labelNames: ['status'],
})

export const upgrades = new Counter({
  name: 'capstan_proxy_upgrades_total',
  help: 'Connections taken over: WebSockets of applications, and terminals',
  labelNames: ['kind'],
})

const openTunnels = new Gauge({
  name: 'capstan_proxy_tunnels_open',
  help: 'Connections to agents’ relays that are open',
})

const bytes = new Counter({
  name: 'capstan_proxy_bytes_total',
  help: 'Bytes through tunnels: received from applications, sent to them',
  labelNames: ['direction'],
  // Some tunnels live for days: what went through them is added when somebody asks.
  collect: () => {
    for (const [socket, counted] of open) count(socket, counted)
  },
})

interface Counted {
  received: number
  sent: number
}

const open = new Map<Socket, Counted>()

/** Counts a tunnel as open, and its bytes, from now until it closes. */
export function measureTunnel(socket: Socket): void {
  const counted = { received: 0, sent: 0 }
  open.set(socket, counted)
  openTunnels.inc()
  socket.once('close', () => {
    open.delete(socket)
    openTunnels.dec()
    count(socket, counted)
  })
}

function count(socket: Socket, counted: Counted): void {
  bytes.inc({ direction: 'received' }, socket.bytesRead - counted.received)
  bytes.inc({ direction: 'sent' }, socket.bytesWritten - counted.sent)
  counted.received = socket.bytesRead
  counted.sent = socket.bytesWritten
}
