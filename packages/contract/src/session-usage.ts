import * as z from 'zod'
import { endpoint } from './endpoint.ts'

/** What a container used at a moment. */
export const UsageSample = z.object({
  at: z.iso.datetime(),
  cpuMilli: z.number(),
  memBytes: z.number(),
  gpuUtilization: z
    .number()
    .nullable()
    .default(null)
    .describe('Mean over the GPUs that the container has to itself, 0 to 1'),
  gpuMemBytes: z.number().nullable().default(null).describe('In use on all of them together'),
})

/** What the containers of a session used over the last while. */
export const usage = endpoint({
  method: 'GET',
  path: '/sessions/:id/usage',
  summary: 'CPU, memory and GPUs used over the last while, per container',
  permission: 'session.read',
  input: z.strictObject({
    id: z.uuid(),
    sinceS: z.coerce.number<number>().int().min(10).max(86_400).default(900),
  }),
  output: z.object({
    kernels: z.array(
      z.object({
        kernelId: z.uuid(),
        hostname: z.string(),
        cpuMilliLimit: z.number(),
        memBytesLimit: z.number(),
        /** Oldest first. */
        samples: z.array(UsageSample),
      }),
    ),
  }),
  errors: ['session_not_found'],
})
