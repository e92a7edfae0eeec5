import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { createHttpApp, listenWith } from '@capstan/runtime/http'
import type { Log } from '@capstan/runtime/log'
import { getRequestListener } from '@hono/node-server'
import { forward } from './forward.ts'
import { admit, isReady, openWithTicket } from './gate.ts'
import { refuse } from './join-streams.ts'
import { Membership } from './membership.ts'
import { sendNotice } from './page.ts'
import { Routes } from './routes.ts'
import { TunnelPools } from './tunnel.ts'
import { upgradeApp, upgradeTerminal } from './upgrade.ts'

export interface ProxyOptions {
  readonly manager: string
  readonly joinToken?: string | undefined
  readonly id: string
  /** Where it keeps its token. */
  readonly home: string
  readonly host: string
  readonly port: number
  /** How many following ports to try when that one is taken. */
  readonly tryNext?: number | undefined
  /** At which browsers reach it, when not where it listens. */
  readonly address?: string | undefined
  /** Under which each application gets a host name of its own. */
  readonly appsDomain: string
  readonly signal: AbortSignal
  readonly log: Log
}

/** Runs an application proxy until the signal: browsers on one side, agents' relays on the other. */
export async function runProxy(options: ProxyOptions): Promise<void> {
  const { host, port, tryNext = 0, log, signal, appsDomain } = options
  const membership = new Membership({ ...options, joinToken: options.joinToken })
  const proxy = new Proxy(options, membership)
  const listening = await listenWith(proxy.serve, { host, port, tryNext })
  listening.server.headersTimeout = 30_000
  // Uploads take as long as they take; a head that does not come is cut by the limit above.
  listening.server.requestTimeout = 0
  listening.server.on('upgrade', proxy.upgrade)
  const address = options.address ?? listening.url
  const isTls = address.startsWith('https:')
  const port80 = isTls ? 443 : 80
  const shown =
    options.address === undefined ? listening.port : Number(new URL(address).port || port80)
  const appsHost = shown === port80 ? appsDomain : `${appsDomain}:${shown}`
  log.info({ address, appsHost }, 'listening')
  await membership.keep({ address, appsHost, isTls }, signal, () => proxy.sweep())
  await listening.close()
  proxy.close()
}

class Proxy {
  readonly #options: ProxyOptions
  readonly #membership: Membership
  readonly #routes: Routes
  readonly #pools = new TunnelPools()
  readonly #own: (request: IncomingMessage, response: ServerResponse) => Promise<void>

  constructor(options: ProxyOptions, membership: Membership) {
    this.#options = options
    this.#membership = membership
    this.#routes = new Routes(membership.call)
    const http = createHttpApp({ log: options.log, ready: async () => membership.problem })
    this.#own = getRequestListener(http.fetch)
  }

  sweep(): void {
    this.#routes.sweep()
    this.#pools.sweep()
  }

  close(): void {
    this.#pools.close()
  }

  /** The application's part of a host name; undefined for the proxy's own address. */
  #labelOf({ headers }: IncomingMessage): string | undefined {
    const host = (headers.host ?? '').replace(/:\d+$/, '').toLowerCase()
    const domain = `.${this.#options.appsDomain}`
    return host.endsWith(domain) ? host.slice(0, -domain.length) : undefined
  }

  readonly serve = (request: IncomingMessage, response: ServerResponse): void => {
    const label = this.#labelOf(request)
    const work =
      label === undefined ? this.#own(request, response) : this.#serveApp(label, request, response)
    work.catch((error: unknown) => {
      this.#options.log.warn({ err: error }, 'request_failed')
      if (response.headersSent) response.destroy()
      else
        sendNotice(request, response, {
          status: 502,
          title: 'The application cannot be reached',
          text: 'Try again in a moment.',
        })
    })
  }

  async #serveApp(
    label: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    if ((request.url ?? '').startsWith('/_capstan/open?')) {
      const isTls = this.#options.address?.startsWith('https:') ?? false
      return openWithTicket(request, response, {
        label,
        call: this.#membership.call,
        isTls,
        now: () => new Date(),
      })
    }
    const found = await admit(request, label, this.#routes)
    if (isReady(found)) forward(request, response, this.#pools.for(found), found.app)
    else sendNotice(request, response, found)
  }

  readonly upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    socket.on('error', () => socket.destroy())
    const label = this.#labelOf(request)
    const work =
      label === undefined
        ? upgradeTerminal(request, socket, head, this.#membership.call)
        : upgradeApp(request, socket, head, { label, routes: this.#routes })
    work.catch((error: unknown) => {
      this.#options.log.debug({ err: error }, 'upgrade_failed')
      refuse(socket, '502 Bad Gateway')
    })
  }
}
