import * as z from 'zod'
import { endpoint } from './endpoint.ts'

const join = endpoint({
  method: 'POST',
  path: '/proxies/join',
  summary:
    'Register an application proxy with a join token, and the addresses that browsers reach it at',
  permission: 'public',
  input: z.strictObject({
    joinToken: z.string().max(200),
    id: z.string().regex(/^[a-z0-9][a-z0-9.-]{0,63}$/),
    /** e.g. `http://127.0.0.1:8081`: terminals. */
    address: z.url().max(256),
    /** Host and port under which each application gets a name: `apps.localhost:8081`. */
    appsHost: z.string().max(256),
    isTls: z.boolean().default(false),
  }),
  output: z.object({ token: z.string() }),
  errors: ['bad_join_token'],
})

const heartbeat = endpoint({
  method: 'POST',
  path: '/proxies/heartbeat',
  summary: 'Say that this proxy is alive, every five seconds, and where',
  permission: 'proxy.resolve',
  input: z.strictObject({
    address: z.url().max(256),
    appsHost: z.string().max(256),
    isTls: z.boolean().default(false),
    version: z.string().max(64),
    /** The join token that it is started with now: another one than before makes it the proxy of another group. */
    joinToken: z.string().max(200).optional(),
  }),
  output: z.object({}),
  errors: [],
})

/** Exchanges the ticket of an opened address for a grant that lives in a cookie of the application's own host. */
const exchange = endpoint({
  method: 'POST',
  path: '/proxies/exchange',
  summary: 'Exchange a ticket for a grant, once the browser has arrived',
  permission: 'proxy.resolve',
  input: z.strictObject({ ticket: z.string().max(4096) }),
  output: z.object({ grant: z.string(), hostLabel: z.string(), expiresAt: z.iso.datetime() }),
  errors: ['bad_ticket'],
})

/** Where a grant (application) or a ticket (terminal) leads at this moment. To be cached for `cacheMs`. */
export const Route = z.discriminatedUnion('status', [
  z.object({
    status: z.literal('ready'),
    hostLabel: z.string(),
    kernelId: z.uuid(),
    /** URL of the agent's relay. */
    agentUrl: z.string(),
    /** Bearer for the relay; lives longer than `cacheMs`. */
    agentTicket: z.string(),
    protocol: z.string(),
    port: z.int(),
    sessionName: z.string(),
    app: z.string(),
    cacheMs: z.int(),
  }),
  z.object({
    /** `starting`: show a page that waits. `gone`: the session has ended or the node is lost. `failed`: the application would not start. */
    status: z.enum(['starting', 'gone', 'failed']),
    hostLabel: z.string(),
    sessionName: z.string(),
    app: z.string(),
    message: z.string(),
    cacheMs: z.int(),
  }),
])
export type Route = z.infer<typeof Route>

const resolve = endpoint({
  method: 'POST',
  path: '/proxies/resolve',
  summary: 'Where does this grant or terminal ticket lead now',
  permission: 'proxy.resolve',
  input: z.strictObject({ grant: z.string().max(4096) }),
  output: Route,
  errors: ['bad_ticket'],
})

export const proxyApi = { join, heartbeat, exchange, resolve }
