import * as z from 'zod'
import { endpoint } from './endpoint.ts'
import { permissions } from './permission.ts'

export const userRoles = ['superadmin', 'admin', 'user'] as const
/** `admin` administers one domain. */
export const UserRole = z.enum(userRoles)
export type UserRole = z.infer<typeof UserRole>

/** The person or client that makes a request. */
export const Account = z.object({
  id: z.uuid(),
  email: z.string(),
  name: z.string(),
  fullName: z.string(),
  role: UserRole,
  domainName: z.string(),
  isPasswordChangeRequired: z.boolean(),
  /** The keypair that requests are made on behalf of (ACC-02). */
  mainAccessKey: z.string(),
  projects: z.array(
    z.object({ id: z.uuid(), name: z.string(), type: z.enum(['general', 'model-store']) }),
  ),
  /** What this account may do: the console shows and disables by these. */
  permissions: z.array(z.enum(permissions)),
})
export type Account = z.infer<typeof Account>

const signIn = endpoint({
  method: 'POST',
  path: '/sign-in',
  summary: 'Sign in with e-mail and password; sets a session cookie',
  permission: 'public',
  input: z.strictObject({
    email: z.string().min(1).max(64),
    password: z.string().min(1).max(1024),
  }),
  output: Account,
  errors: ['wrong_credentials', 'account_not_active', 'too_many_attempts'],
})

const signOut = endpoint({
  method: 'POST',
  path: '/sign-out',
  summary: 'End this browser session',
  permission: 'public',
  input: z.strictObject({}),
  output: z.object({}),
  errors: [],
})

const show = endpoint({
  method: 'GET',
  path: '/account',
  summary: 'Who am I, and what may I do',
  permission: 'self',
  input: z.strictObject({}),
  output: Account,
  errors: [],
})

const mainKeypair = endpoint({
  method: 'POST',
  path: '/account/main-keypair/reveal',
  summary: 'The access key and secret key that this account’s requests are signed with',
  permission: 'self',
  input: z.strictObject({}),
  output: z.object({ accessKey: z.string(), secretKey: z.string() }),
  errors: [],
})

export const accountApi = { signIn, signOut, show, mainKeypair }
