import * as z from 'zod'
import { endpoint } from './endpoint.ts'

/** What a container has printed, a piece at a time. */
export const log = endpoint({
  method: 'GET',
  path: '/sessions/:id/log',
  summary: 'Read the log of a container of a session, live or kept, from an offset on',
  permission: 'session.read',
  input: z.strictObject({
    id: z.uuid(),
    /** Default: the main container. */
    kernelId: z.uuid().optional(),
    /** Byte offset to read from; negative counts from the end. */
    offset: z.coerce
      .number<number>()
      .int()
      .min(-(2 ** 40))
      .max(2 ** 40)
      .default(0),
    limitBytes: z.coerce.number<number>().int().min(1024).max(1_048_576).default(262_144),
  }),
  output: z.object({
    kernelId: z.uuid(),
    /** Never cut inside a UTF-8 sequence. */
    text: z.string(),
    /** Where this text begins: later than asked for when the beginning was dropped. */
    offset: z.int(),
    nextOffset: z.int(),
    /** No more will come. */
    isComplete: z.boolean(),
  }),
  errors: ['session_not_found', 'kernel_not_found'],
})
