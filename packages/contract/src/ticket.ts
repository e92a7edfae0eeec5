import * as z from 'zod'

/** Claims of the tickets that the manager signs for an agent's relay (JWT, EdDSA, audience `agent:ID`). */
export const RelayClaims = z.discriminatedUnion('use', [
  z.object({ use: z.literal('app'), kernelId: z.uuid(), port: z.int() }),
  z.object({
    use: z.literal('terminal'),
    kernelId: z.uuid(),
    terminalId: z.uuid(),
    command: z.array(z.string()).nullable(),
    tty: z.boolean(),
  }),
])
export type RelayClaims = z.infer<typeof RelayClaims>

/** Upgrade token of the relay's raw tunnel: `GET /tunnel`, `Upgrade: capstan-tcp`, `Authorization: Bearer TICKET`. */
export const tunnelProtocol = 'capstan-tcp'
