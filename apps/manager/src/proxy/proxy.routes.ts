import { AppError } from '@capstan/contract/errors'
import { proxyApi, type Route } from '@capstan/contract/proxy'
import { readLabels } from '@capstan/core/image'
import type { HttpApp } from '@capstan/runtime/http'
import { signTicket, verifyTicket } from '@capstan/runtime/ticket'
import type * as z from 'zod'
import type { App } from '../app.ts'
import { hashSecret } from '../db/seal.ts'
import { proxyTokenHash } from '../group/write.store.ts'
import { type Actor, machine } from '../http/actor.ts'
import { mount } from '../http/mount.ts'
import { admit, makeToken } from '../machine/admit.ts'
import { openApp } from '../session/kernel.store.ts'
import {
  Grant,
  grantAudience,
  grantLifetimeS,
  proxyAudience,
  readyCacheMs,
  relayTicketLifetimeS,
  startingCacheMs,
} from './grant.ts'
import * as store from './proxy.store.ts'

type Input<V extends keyof typeof proxyApi> = z.output<(typeof proxyApi)[V]['input']>

export function proxyRoutes(http: HttpApp, app: App): void {
  mount(http, app, proxyApi.join, join)
  mount(http, app, proxyApi.heartbeat, heartbeat)
  mount(http, app, proxyApi.exchange, exchange)
  mount(http, app, proxyApi.resolve, resolve)
}

async function join(
  app: App,
  _: Actor,
  { joinToken, ...proxy }: Input<'join'>,
): Promise<{ token: string }> {
  const joinedWith = proxyTokenHash(joinToken)
  if (!(await store.isGroupToken(app.db, joinedWith))) await admit(app, 'proxy', joinToken)
  const token = makeToken()
  await store.joinProxy(app.db, { ...proxy, tokenHash: hashSecret(token), joinedWith })
  app.log.info({ proxyId: proxy.id, address: proxy.address }, 'proxy_joined')
  return { token }
}

async function heartbeat(
  app: App,
  actor: Actor,
  { joinToken, ...proxy }: Input<'heartbeat'>,
): Promise<Record<string, never>> {
  await store.beat(app.db, machine(actor).id, {
    ...proxy,
    ...(joinToken !== undefined && { joinedWith: proxyTokenHash(joinToken) }),
  })
  return {}
}

async function exchange(
  app: App,
  _: Actor,
  { ticket }: Input<'exchange'>,
): Promise<z.input<typeof proxyApi.exchange.output>> {
  const claims = await verifyTicket(app.ticketKeys.publicJwk, ticket, {
    audience: proxyAudience,
    claims: Grant,
  })
  if (claims.use !== 'app') throw new AppError('bad_ticket')
  const grant = await signTicket(
    app.ticketKeys.privateJwk,
    { audience: grantAudience, claims, lifetimeS: grantLifetimeS },
    app.now(),
  )
  const expiresAt = new Date(app.now().getTime() + grantLifetimeS * 1000).toISOString()
  return { grant, hostLabel: claims.hostLabel, expiresAt }
}

/** A terminal is opened with the ticket itself, at once; an application with the grant of its cookie, again and again. */
async function readGrant(app: App, signed: string): Promise<Grant> {
  const key = app.ticketKeys.publicJwk
  const grant = await verifyTicket(key, signed, { audience: grantAudience, claims: Grant }).catch(
    () => verifyTicket(key, signed, { audience: proxyAudience, claims: Grant }),
  )
  return grant
}

async function resolve(app: App, _: Actor, input: Input<'resolve'>): Promise<Route> {
  const grant = await readGrant(app, input.grant)
  const target = await store.findTarget(app.db, grant.userId, grant.kernelId)
  const name = grant.use === 'app' ? grant.app : 'terminal'
  const place = {
    hostLabel: grant.use === 'app' ? grant.hostLabel : '',
    app: name,
    sessionName: target?.sessionName ?? '',
  }
  const gone = (message: string): Route => ({ ...place, status: 'gone', message, cacheMs: 2000 })
  if (!target) return gone('The session is gone')
  if (!target.isUserActive)
    return { ...gone('You may no longer use this session'), sessionName: '' }
  if (target.sessionStatus !== 'running') return gone(`The session is ${target.sessionStatus}`)
  if (target.agentStatus !== 'connected') return gone(`Its node ${target.agentId} is not connected`)
  return grant.use === 'app'
    ? toApp(app, grant, target, place)
    : toTerminal(app, grant, target, place)
}

type Place = Pick<Route, 'hostLabel' | 'sessionName' | 'app'>

async function toApp(
  app: App,
  grant: Extract<Grant, { use: 'app' }>,
  target: store.Target,
  place: Place,
): Promise<Route> {
  const offered = readLabels(target.labels).apps.find(candidate => candidate.name === grant.app)
  const port = offered?.ports[0]
  if (!offered || port === undefined)
    return {
      ...place,
      status: 'gone',
      message: 'The image no longer offers this application',
      cacheMs: 2000,
    }
  if (!target.openApps.includes(grant.app)) {
    await openApp(app.db, target.kernelId, grant.app)
    app.wake([`agent:${target.agentId}`])
  }
  const state = target.apps.find(candidate => candidate.name === grant.app)
  if (state?.status === 'failed')
    return { ...place, status: 'failed', message: state.message, cacheMs: 1000 }
  if (state?.status !== 'ready')
    return {
      ...place,
      status: 'starting',
      message: state?.message ?? 'Starting',
      cacheMs: startingCacheMs,
    }
  return ready(app, target, place, {
    protocol: offered.protocol,
    port,
    claims: { use: 'app', kernelId: target.kernelId, port },
  })
}

function toTerminal(
  app: App,
  grant: Extract<Grant, { use: 'terminal' }>,
  target: store.Target,
  place: Place,
): Promise<Route> {
  const { kernelId, terminalId, command, tty } = grant
  const claims = { use: 'terminal', kernelId, terminalId, command, tty }
  return ready(app, target, place, { protocol: 'terminal', port: 0, claims })
}

async function ready(
  app: App,
  target: store.Target,
  place: Place,
  { protocol, port, claims }: { protocol: string; port: number; claims: Record<string, unknown> },
): Promise<Route> {
  const agentTicket = await signTicket(
    app.ticketKeys.privateJwk,
    { audience: `agent:${target.agentId}`, claims, lifetimeS: relayTicketLifetimeS },
    app.now(),
  )
  const { kernelId, agentUrl } = target
  return {
    ...place,
    status: 'ready',
    kernelId,
    agentUrl,
    agentTicket,
    protocol,
    port,
    cacheMs: readyCacheMs,
  }
}
