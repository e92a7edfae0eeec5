import * as z from 'zod'
import { endpoint } from './endpoint.ts'
import { text } from './text.ts'

const useErrors = [
  'session_not_found',
  'session_not_running',
  'agent_unreachable',
  'no_proxy',
] as const

/** An application of a session, at an address of its own. */
export const openApp = endpoint({
  method: 'POST',
  path: '/sessions/:id/apps/:app/open',
  summary: 'Start an application of a session and get an address to open it at, good for a minute',
  permission: 'session.use',
  input: z.strictObject({ id: z.uuid(), app: z.string().max(64) }),
  output: z.object({ url: z.url(), expiresAt: z.iso.datetime() }),
  errors: [...useErrors, 'app_not_found'],
})

/** A shell or a command in a container of a session. */
export const openTerminal = endpoint({
  method: 'POST',
  path: '/sessions/:id/terminal',
  summary: 'Get a WebSocket address, good for a minute, for a terminal or a command in a session',
  permission: 'session.use',
  input: z.strictObject({
    id: z.uuid(),
    kernelId: z.uuid().optional(),
    /** Of a terminal opened before, to come back to it with its screen. */
    terminalId: z.uuid().optional(),
    /** Runs this instead of a login shell. */
    command: z.array(text(32_768)).min(1).max(1000).optional(),
    tty: z.boolean().default(true),
  }),
  output: z.object({ url: z.url(), terminalId: z.uuid(), expiresAt: z.iso.datetime() }),
  errors: [...useErrors, 'kernel_not_found'],
})
