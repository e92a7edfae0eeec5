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

const open = new Set<Socket>()
const closed = { received: 0, sent: 0 }

/** Counts a tunnel as open, and its bytes, from now until it closes. */
export function measureTunnel(socket: Socket): void {
  open.add(socket)
  socket.once('close', () => {
    open.delete(socket)
    closed.received += socket.bytesRead
    closed.sent += socket.bytesWritten
  })
}

export const openTunnels = new Gauge({
  name: 'capstan_proxy_tunnels_open',
  help: 'Connections to agents’ relays that are open',
  collect() {
    this.set(open.size)
  },
})

export const bytes = new Counter({
  name: 'capstan_proxy_bytes_total',
  help: 'Bytes through tunnels: received from applications, sent to them',
  labelNames: ['direction'],
  // Long-lived tunnels count while they live, so the sum is made anew each time.
  collect() {
    this.reset()
    let { received, sent } = closed
    for (const socket of open) {
      received += socket.bytesRead
      sent += socket.bytesWritten
    }
    this.inc({ direction: 'received' }, received)
    this.inc({ direction: 'sent' }, sent)
  },
})
