import { Agent, request as httpRequest } from 'node:http'
import type { Socket } from 'node:net'
import { tunnelProtocol } from '@capstan/contract/ticket'

export interface TunnelTarget {
  readonly agentUrl: string
  readonly agentTicket: string
}

/** Opens a raw connection to a port of a container, through its agent's relay. */
export function openTunnel({ agentUrl, agentTicket }: TunnelTarget): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const url = new URL('/tunnel', agentUrl)
    const sent = httpRequest(url, {
      headers: {
        connection: 'Upgrade',
        upgrade: tunnelProtocol,
        authorization: `Bearer ${agentTicket}`,
      },
      timeout: 10_000,
    })
    sent.once('upgrade', (_, socket: Socket, head: Buffer) => {
      socket.setNoDelay(true)
      socket.setTimeout(0)
      if (head.length > 0) socket.unshift(head)
      resolve(socket)
    })
    sent.once('response', response => {
      response.resume()
      reject(
        Object.assign(new Error(`the relay answered ${response.statusCode}`), {
          statusCode: response.statusCode,
        }),
      )
    })
    sent.once('timeout', () => sent.destroy(new Error('the relay does not answer')))
    sent.once('error', reject)
    sent.end()
  })
}

/** A pool of kept-alive tunnels to one port of one container; `target` is asked for each new one. */
export class TunnelPool extends Agent {
  readonly #target: () => TunnelTarget
  constructor(target: () => TunnelTarget) {
    super({ keepAlive: true, maxSockets: 256, maxFreeSockets: 32, timeout: 120_000 })
    this.#target = target
  }
  override createConnection(
    _: unknown,
    done?: (error: Error | null, socket: Socket) => void,
  ): undefined {
    openTunnel(this.#target()).then(
      socket => done?.(null, socket),
      (error: Error) => done?.(error, undefined as never),
    )
    return undefined
  }
}
