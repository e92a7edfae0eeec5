import * as z from 'zod'
import { endpoint } from './endpoint.ts'
import { pageInput, pageOf, textFilter } from './paging.ts'
import { PolicyName } from './policy-name.ts'
import { keypairSorts } from './sorts.ts'

export const AccessKey = z.string().regex(/^AKIA[A-Z2-7]{16}$/, 'not an access key')

/** Requests in any 15 minutes. At 100 or fewer, signing in may be blocked. */
export const RateLimit = z.int().min(0).max(50_000)

export const Keypair = z.object({
  accessKey: z.string(),
  userId: z.uuid(),
  userEmail: z.string(),
  isActive: z.boolean(),
  /** Requests of the user's browser are made on behalf of it: it cannot be deleted. */
  isMain: z.boolean(),
  policy: z.string(),
  rateLimit: z.int(),
  createdAt: z.iso.datetime(),
  lastUsedAt: z.iso.datetime().nullable(),
  /** Requests so far, and of these the ones of the last 15 minutes, which the limit is for (KEY-08). */
  queryCount: z.int(),
  windowCount: z.int(),
})
export type Keypair = z.infer<typeof Keypair>

/** What keypairs can be filtered by, in lists and where many of them are changed. */
export const keypairFilter = {
  accessKey: textFilter,
  userEmail: textFilter,
  userId: z.uuid().optional(),
  policy: z.string().max(64).optional(),
  isActive: z.stringbool().or(z.boolean()).optional(),
}

const list = endpoint({
  method: 'GET',
  path: '/keypairs',
  summary: 'List the keypairs of the users that you administer',
  permission: 'keypair.read',
  input: z.strictObject({ ...pageInput(keypairSorts), ...keypairFilter }),
  output: pageOf(Keypair),
  errors: [],
})

const show = endpoint({
  method: 'GET',
  path: '/keypairs/:accessKey',
  summary: 'Show one keypair, without its secret',
  permission: 'keypair.read',
  input: z.strictObject({ accessKey: AccessKey }),
  output: Keypair,
  errors: ['keypair_not_found'],
})

const create = endpoint({
  method: 'POST',
  path: '/keypairs',
  summary: 'Make another keypair for a user',
  permission: 'keypair.create',
  input: z.strictObject({
    userId: z.uuid(),
    policy: PolicyName.default('default'),
    rateLimit: RateLimit.default(10_000),
  }),
  output: Keypair.extend({ secretKey: z.string() }),
  errors: ['user_not_found', 'policy_not_found'],
})

const reveal = endpoint({
  method: 'POST',
  path: '/keypairs/:accessKey/reveal',
  summary: 'The secret key of a keypair',
  permission: 'keypair.update',
  input: z.strictObject({ accessKey: AccessKey }),
  output: z.object({ accessKey: z.string(), secretKey: z.string() }),
  errors: ['keypair_not_found'],
})

const update = endpoint({
  method: 'PATCH',
  path: '/keypairs/:accessKey',
  summary: 'Change the policy or the rate limit of a keypair, activate or deactivate it',
  permission: 'keypair.update',
  input: z.strictObject({
    accessKey: AccessKey,
    policy: PolicyName.optional(),
    rateLimit: RateLimit.optional(),
    isActive: z.boolean().optional(),
  }),
  output: Keypair,
  errors: ['keypair_not_found', 'policy_not_found', 'last_superadmin'],
})

const remove = endpoint({
  method: 'DELETE',
  path: '/keypairs/:accessKey',
  summary: 'Delete an inactive keypair for good',
  permission: 'keypair.delete',
  input: z.strictObject({ accessKey: AccessKey }),
  output: z.object({}),
  errors: ['keypair_not_found', 'keypair_is_main', 'keypair_is_active'],
})

export const keypairApi = { list, show, create, reveal, update, remove }
