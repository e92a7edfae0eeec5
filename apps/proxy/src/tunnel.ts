import { Agent, request as httpRequest } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { tunnelProtocol } from '@capstan/contract/ticket'
import { prepareSocket } from './join-streams.ts'
import { measureTunnel } from './metrics.ts'
import type { ReadyRoute } from './routes.ts'

/** How long a relay may take to open a tunnel, in milliseconds. */
const patienceMs = 15_000

/** Waits before trying again when nobody listens yet, in milliseconds: applications say that they are ready a little early. */
const retryAfterMs = [100, 250]

/** Most tunnels to one port of one container at a time: further requests wait for one. */
const mostTunnels = 256

/** Tunnels that nobody has used for this long are closed, in milliseconds. */
const idleMs = 60_000

export class NobodyListens extends Error {}

type Target = Pick<ReadyRoute, 'agentUrl' | 'agentTicket'>

/** Opens a raw connection to a port of a container, through its agent's relay. Rejects when nobody listens there. */
export async function openTunnel(target: Target): Promise<Socket> {
  for (const waitMs of retryAfterMs) {
    const opened = await tryTunnel(target)
    if (opened !== 'nobody listens') return opened
    await sleep(waitMs)
  }
  const opened = await tryTunnel(target)
  if (opened === 'nobody listens')
    throw new NobodyListens('nobody listens at the application’s port')
  return opened
}

function tryTunnel({ agentUrl, agentTicket }: Target): Promise<Socket | 'nobody listens'> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(new URL('/tunnel', agentUrl), {
      headers: {
        connection: 'Upgrade',
        upgrade: tunnelProtocol,
        authorization: `Bearer ${agentTicket}`,
      },
      timeout: patienceMs,
    })
    sent.once('upgrade', (_, socket: Socket, head: Buffer) => {
      prepareSocket(socket)
      measureTunnel(socket)
      if (head.length > 0) socket.unshift(head)
      resolve(socket)
    })
    sent.once('response', response => {
      response.resume()
      if (response.statusCode === 502) resolve('nobody listens')
      else reject(new Error(`the relay answered ${response.statusCode}`))
    })
    sent.once('timeout', () => sent.destroy(new Error('the relay does not answer')))
    sent.once('error', reject)
    sent.end()
  })
}

/** Kept-alive tunnels to one port of one container, for requests one after the other. */
class TunnelPool extends Agent {
  route: ReadyRoute
  usedAt = 0

  constructor(route: ReadyRoute) {
    super({ keepAlive: true, maxSockets: mostTunnels, maxFreeSockets: 32, timeout: idleMs })
    this.route = route
  }

  override createConnection(
    _: unknown,
    done?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    const open = async (): Promise<void> => {
      try {
        done?.(null, await openTunnel(this.route))
      } catch (error) {
        // With an error nobody looks at the stream, which the types ask for all the same.
        done?.(error instanceof Error ? error : new Error(String(error)), undefined as never)
      }
    }
    void open()
  }
}

/** The pools of all applications in use. */
export class TunnelPools {
  readonly #pools = new Map<string, TunnelPool>()

  for(route: ReadyRoute): Agent {
    const key = `${route.kernelId}:${route.port}`
    const pool = this.#pools.get(key) ?? new TunnelPool(route)
    this.#pools.set(key, pool)
    pool.route = route
    pool.usedAt = performance.now()
    return pool
  }

  /** Forgets pools that were not used in a while and have nothing under way. */
  sweep(): void {
    for (const [key, pool] of this.#pools)
      if (performance.now() - pool.usedAt > idleMs && isIdle(pool)) {
        pool.destroy()
        this.#pools.delete(key)
      }
  }

  close(): void {
    for (const pool of this.#pools.values()) pool.destroy()
  }
}

const isIdle = (pool: TunnelPool): boolean =>
  Object.keys(pool.sockets).length === 0 && Object.keys(pool.requests).length === 0
