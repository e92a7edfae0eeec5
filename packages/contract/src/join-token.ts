import * as z from 'zod'
import { endpoint } from './endpoint.ts'

export const JoinToken = z.object({
  id: z.uuid(),
  description: z.string(),
  role: z.enum(['agent', 'proxy', 'storage']),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime().nullable(),
  lastUsedAt: z.iso.datetime().nullable(),
})
export type JoinToken = z.infer<typeof JoinToken>

const list = endpoint({
  method: 'GET',
  path: '/join-tokens',
  summary: 'List the tokens that let machines join (never the tokens themselves)',
  permission: 'join_token.read',
  input: z.strictObject({}),
  output: z.object({ items: z.array(JoinToken) }),
  errors: [],
})

const create = endpoint({
  method: 'POST',
  path: '/join-tokens',
  summary: 'Make a token for machines to join with; it is shown once',
  permission: 'join_token.create',
  input: z.strictObject({
    role: z.enum(['agent', 'proxy', 'storage']).default('agent'),
    description: z.string().max(200).default(''),
    /** Seconds; null: until deleted. */
    lifetimeS: z.int().min(60).max(31_536_000).nullable().default(86_400),
  }),
  output: JoinToken.extend({ token: z.string() }),
  errors: [],
})

const remove = endpoint({
  method: 'DELETE',
  path: '/join-tokens/:id',
  summary: 'Delete a join token; machines that joined with it stay',
  permission: 'join_token.delete',
  input: z.strictObject({ id: z.uuid() }),
  output: z.object({}),
  errors: ['join_token_not_found'],
})

export const joinTokenApi = { list, create, remove }
