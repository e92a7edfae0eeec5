import { randomUUID } from 'node:crypto'
import { AppError } from '@capstan/contract/errors'
import { sessionApi } from '@capstan/contract/session'
import { readLabels } from '@capstan/core/image'
import { whyNotUsable } from '@capstan/core/session'
import type { HttpApp } from '@capstan/runtime/http'
import { signTicket } from '@capstan/runtime/ticket'
import type * as z from 'zod'
import type { App } from '../app.ts'
import { type Actor, person } from '../http/actor.ts'
import { mount, type Request } from '../http/mount.ts'
import { type KernelRow, listKernels, openApp as wantApp } from '../session/kernel.store.ts'
import * as sessions from '../session/session.store.ts'
import { type Grant, proxyAudience, ticketLifetimeS } from './grant.ts'
import { findProxyOf, type ProxyAddress } from './proxy.store.ts'
import { addressFor, reachesApps } from './reach.ts'

export function openRoutes(http: HttpApp, app: App): void {
  mount(http, app, sessionApi.openApp, openApp)
  mount(http, app, sessionApi.openTerminal, openTerminal)
}

interface Usable {
  readonly session: sessions.SessionRow
  readonly kernel: KernelRow
  readonly proxy: ProxyAddress
  readonly userId: string
}

/** A session that can be used now, by this person, through a proxy. Throws why it cannot. */
async function usable(
  app: App,
  actor: Actor,
  id: string,
  kernelId: string | undefined,
): Promise<Usable> {
  const { scope, userId } = person(actor)
  const session = await sessions.find(app.db, scope, id)
  if (!session) throw new AppError('session_not_found')
  const why = whyNotUsable(session)
  if (why === 'not_running')
    throw new AppError('session_not_running', { detail: `${session.name} is ${session.status}` })
  if (why === 'node_lost') throw new AppError('agent_unreachable')
  const kernels = await listKernels(app.db, id)
  const kernel = kernelId === undefined ? kernels[0] : kernels.find(row => row.id === kernelId)
  if (!kernel) throw new AppError('kernel_not_found')
  const { wanted, proxy } = await findProxyOf(app.db, session.resourceGroup)
  if (!proxy)
    throw new AppError('no_proxy', {
      detail:
        wanted === null
          ? 'No application proxy is connected'
          : `The application proxy of resource group ${session.resourceGroup}, at ${wanted}, is not connected or does not know the group’s token`,
    })
  return { session, kernel, proxy, userId }
}

/** The name or address under which the request found us. */
const hostnameOf = ({ context }: Request): string => new URL(context.req.url).hostname

const inAMinute = (app: App): string =>
  new Date(app.now().getTime() + ticketLifetimeS * 1000).toISOString()

const ticket = (app: App, grant: Grant): Promise<string> =>
  signTicket(
    app.ticketKeys.privateJwk,
    { audience: proxyAudience, claims: { ...grant }, lifetimeS: ticketLifetimeS },
    app.now(),
  )

async function openApp(
  app: App,
  actor: Actor,
  { id, app: name }: z.output<typeof sessionApi.openApp.input>,
  request: Request,
): Promise<z.input<typeof sessionApi.openApp.output>> {
  const { session, kernel, proxy, userId } = await usable(app, actor, id, undefined)
  const known = readLabels(session.labels).apps
  if (!known.some(offered => offered.name === name))
    throw new AppError('app_not_found', {
      detail: `${session.reference} offers ${known.map(offered => offered.name).join(', ') || 'no applications'}`,
    })
  if (!reachesApps(proxy.appsHost, hostnameOf(request)))
    throw new AppError('apps_not_reachable', {
      detail: `Applications have names under ${proxy.appsHost}, which leads to the machine of the browser itself. Ask the administrator to give the proxy a domain of its own, with CAPSTAN_APPS_DOMAIN`,
    })
  await wantApp(app.db, kernel.id, name)
  app.wake([`agent:${kernel.agentId}`])
  const hostLabel = hostLabelOf(name, kernel.id)
  const signed = await ticket(app, {
    use: 'app',
    userId,
    kernelId: kernel.id,
    app: name,
    hostLabel,
  })
  const origin = `${proxy.isTls ? 'https' : 'http'}://${hostLabel}.${proxy.appsHost}`
  return { url: `${origin}/_capstan/open?ticket=${signed}`, expiresAt: inAMinute(app) }
}

/** A DNS label of its own for each application of each container: 12 hex digits of the id are its random part. */
const hostLabelOf = (app: string, kernelId: string): string =>
  `${
    app
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .slice(0, 40)
      .replace(/^-+|-+$/g, '') || 'app'
  }-${kernelId.slice(-12)}`

async function openTerminal(
  app: App,
  actor: Actor,
  {
    id,
    kernelId,
    terminalId = randomUUID(),
    command,
    tty,
  }: z.output<typeof sessionApi.openTerminal.input>,
  request: Request,
): Promise<z.input<typeof sessionApi.openTerminal.output>> {
  const { kernel, proxy, userId } = await usable(app, actor, id, kernelId)
  const signed = await ticket(app, {
    use: 'terminal',
    userId,
    kernelId: kernel.id,
    terminalId,
    command: command ?? null,
    tty,
  })
  const url = new URL('/terminal', addressFor(proxy.address, hostnameOf(request)))
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  url.searchParams.set('ticket', signed)
  return { url: url.href, terminalId, expiresAt: inAMinute(app) }
}
