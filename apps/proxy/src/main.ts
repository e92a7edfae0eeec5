import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { createHttpApp, listenWith } from '@capstan/runtime/http'
import type { Log } from '@capstan/runtime/log'
import { getRequestListener } from '@hono/node-server'
import { forward } from './forward.ts'
import { admit, isReady, openWithTicket } from './gate.ts'
import { refuse } from './join-streams.ts'
import { Membership } from './membership.ts'
import { requests } from './metrics.ts'
import { sendNotice } from './page.ts'
import { Routes } from './routes.ts'
import { TunnelPools } from './tunnel.ts'
import { isUpgrade, upgradeApp, upgradeTerminal } from './upgrade.ts'

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
  /** Told the port that it got, before it joins. */
  readonly onListening?: (port: number) => void
  readonly signal: AbortSignal
  readonly log: Log
}

/** Runs an application proxy until the signal: browsers on one side, agents' relays on the other. */
export async function runProxy(options: ProxyOptions): Promise<void> {
  const { host, port, tryNext = 0, log, signal, appsDomain } = options
  const membership = new Membership({ ...options, joinToken: options.joinToken })
  const proxy = new Proxy(options, membership)
  const listening = await listenWith(proxy.serve, { host, port, tryNext })
  limit(listening.server)
  listening.server.on('checkContinue', proxy.serve)
  listening.server.on('upgrade', proxy.upgrade)
  const address = options.address ?? listening.url
  const isTls = address.startsWith('https:')
  const port80 = isTls ? 443 : 80
  const shown =
    options.address === undefined ? listening.port : Number(new URL(address).port || port80)
  const appsHost = shown === port80 ? appsDomain : `${appsDomain}:${shown}`
  log.info({ address, appsHost }, 'listening')
  options.onListening?.(listening.port)
  await membership.keep({ address, appsHost, isTls }, signal, () => proxy.sweep())
  proxy.closeUpgraded()
  await listening.close()
  proxy.closeTunnels()
}

/** How long a connection may stay without a byte, in milliseconds. Long, for answers that are computed long. */
const idleMs = 3_600_000

function limit(server: Server): void {
  server.headersTimeout = 30_000
  // Uploads take as long as they take; a head that does not come is cut by the limit above.
  server.requestTimeout = 0
  server.keepAliveTimeout = 60_000
  server.maxConnections = 20_000
  server.setTimeout(idleMs)
  // Node reads this when a request asks for it; its types know it as an option of the constructor only.
  Object.assign(server, { shouldUpgradeCallback: isUpgrade })
}

class Proxy {
  readonly #options: ProxyOptions
  readonly #membership: Membership
  readonly #routes: Routes
  readonly #pools = new TunnelPools()
  readonly #upgraded = new Set<Duplex>()
  readonly #isTls: boolean
  readonly #own: (request: IncomingMessage, response: ServerResponse) => Promise<void>

  constructor(options: ProxyOptions, membership: Membership) {
    this.#options = options
    this.#membership = membership
    this.#isTls = options.address?.startsWith('https:') ?? false
    this.#routes = new Routes(membership.call)
    const http = createHttpApp({ log: options.log, ready: async () => membership.problem })
    this.#own = getRequestListener(http.fetch)
  }

  sweep(): void {
    this.#routes.sweep()
    this.#pools.sweep()
  }

  closeTunnels(): void {
    this.#pools.close()
  }

  /** The server no longer counts connections that were taken over among its own, yet waits for them. */
  closeUpgraded(): void {
    for (const socket of this.#upgraded) socket.destroy()
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
    response.once('close', () => requests.inc({ status: response.statusCode }))
    const isTls = this.#isTls
    if ((request.url ?? '').startsWith('/_capstan/open?'))
      return openWithTicket(request, response, {
        label,
        call: this.#membership.call,
        isTls,
        now: new Date(),
      })
    const found = await admit(request, label, this.#routes)
    // It may have gone while the manager was asked: nobody waits for the application's answer then.
    if (response.destroyed) return undefined
    if (!isReady(found)) return sendNotice(request, response, found)
    return forward(request, response, { agent: this.#pools.for(found), app: found.app, isTls })
  }

  readonly upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    socket.on('error', () => socket.destroy())
    this.#upgraded.add(socket)
    socket.once('close', () => this.#upgraded.delete(socket))
    const label = this.#labelOf(request)
    const arrival = { request, socket, head }
    const work =
      label === undefined
        ? upgradeTerminal(arrival, this.#membership.call)
        : upgradeApp(arrival, { label, routes: this.#routes, isTls: this.#isTls })
    work.catch((error: unknown) => {
      this.#options.log.debug({ err: error }, 'upgrade_failed')
      refuse(socket, '502 Bad Gateway')
    })
  }
}
