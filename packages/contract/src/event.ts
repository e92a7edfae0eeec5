import * as z from 'zod'

/** What changed, for clients that hold a copy. Sent as server-sent events at `GET /api/v1/events`. */
export const ChangeEvent = z.object({
  /** The noun that changed, the first segment of the paths to read again. */
  topic: z.enum(['session', 'service', 'agent', 'image', 'log', 'proxy', 'job', 'account']),
  /** Which ones; empty: many. For `log`, session ids; for `account`, users. */
  ids: z.array(z.string()),
})
export type ChangeEvent = z.infer<typeof ChangeEvent>

export const eventsPath = '/events'
