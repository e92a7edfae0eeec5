import * as z from 'zod'

/** What a ticket or a grant lets its holder reach. Signed by the manager, read back by it: proxies only carry it. */
export const Grant = z.discriminatedUnion('use', [
  z.object({
    use: z.literal('app'),
    userId: z.uuid(),
    kernelId: z.uuid(),
    app: z.string(),
    hostLabel: z.string(),
  }),
  z.object({
    use: z.literal('terminal'),
    userId: z.uuid(),
    kernelId: z.uuid(),
    terminalId: z.uuid(),
    command: z.array(z.string()).nullable(),
    tty: z.boolean(),
  }),
])
export type Grant = z.infer<typeof Grant>

/** Of an address handed to a browser. */
export const proxyAudience = 'proxy'
export const ticketLifetimeS = 60

/** Of the cookie on the application's own host: as long as a working day. It is looked up at each use, so it ends with the session. */
export const grantAudience = 'proxy-grant'
export const grantLifetimeS = 12 * 3600

/** Of the proxy towards an agent's relay. */
export const relayTicketLifetimeS = 120

/** How long a proxy may go by an answer, in milliseconds: so long may a deactivated user still reach an application. */
export const readyCacheMs = 5000
export const startingCacheMs = 300
