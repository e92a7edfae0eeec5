import * as z from 'zod'
import { endpoint } from './endpoint.ts'
import { AccessKey, Keypair } from './keypair.ts'
import { Password, UserName } from './person.ts'
import { UserRole } from './role.ts'
import { secret } from './secret.ts'
import { line } from './text.ts'

/** Six digits of an authenticator, or a recovery code. */
const TotpCode = secret(z.string().trim().min(6, 'six digits, or a recovery code').max(32))

/** The password that somebody has, asked for again before what matters. */
const CurrentPassword = secret(z.string().min(1).max(1024))

/** The person or client that makes a request. */
export const Account = z.object({
  id: z.uuid(),
  email: z.string(),
  name: z.string(),
  fullName: z.string(),
  role: UserRole,
  domainName: z.string(),
  isPasswordChangeRequired: z.boolean(),
  isTotpEnabled: z.boolean(),
  /** The keypair that requests are made on behalf of (ACC-02). */
  mainAccessKey: z.string(),
  projects: z.array(
    z.object({ id: z.uuid(), name: z.string(), type: z.enum(['general', 'model-store']) }),
  ),
  /** What this account may do: the console shows and disables by these. A newer manager may name some that nobody here knows. */
  permissions: z.array(z.string()),
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
    code: TotpCode.optional().describe('Where two-factor sign-in is on; or a recovery code'),
  }),
  output: Account,
  errors: [
    'wrong_credentials',
    'account_not_active',
    'too_many_attempts',
    'totp_required',
    'wrong_totp_code',
    'rate_limited',
  ],
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

const update = endpoint({
  method: 'PATCH',
  path: '/account',
  summary: 'Change your own name',
  permission: 'self',
  input: z.strictObject({ name: UserName.optional(), fullName: line(64).optional() }),
  output: Account,
  errors: ['user_taken'],
})

const changePassword = endpoint({
  method: 'POST',
  path: '/account/password',
  summary: 'Change your own password; signs you out of every other browser',
  permission: 'self',
  input: z.strictObject({ current: CurrentPassword, password: Password }),
  output: Account,
  errors: ['wrong_password', 'too_many_attempts'],
})

const beginTotp = endpoint({
  method: 'POST',
  path: '/account/totp/begin',
  summary: 'A new seed for an authenticator, to be confirmed with a code of it',
  permission: 'self',
  input: z.strictObject({ password: CurrentPassword }),
  output: z.object({ secret: z.string(), uri: z.string() }),
  errors: ['wrong_password', 'too_many_attempts', 'totp_enabled'],
})

const confirmTotp = endpoint({
  method: 'POST',
  path: '/account/totp/confirm',
  summary: 'Turn two-factor sign-in on; answers the recovery codes, once',
  permission: 'self',
  input: z.strictObject({ code: TotpCode }),
  output: z.object({ recoveryCodes: z.array(z.string()) }),
  errors: ['wrong_totp_code', 'too_many_attempts', 'totp_enabled', 'totp_not_begun'],
})

const leaveTotp = endpoint({
  method: 'POST',
  path: '/account/totp/leave',
  summary: 'Turn two-factor sign-in off',
  permission: 'self',
  input: z.strictObject({ password: CurrentPassword, code: TotpCode }),
  output: Account,
  errors: ['wrong_password', 'wrong_totp_code', 'too_many_attempts', 'totp_not_begun'],
})

const listKeypairs = endpoint({
  method: 'GET',
  path: '/account/keypairs',
  summary: 'List your own keypairs',
  permission: 'self',
  input: z.strictObject({}),
  output: z.object({ items: z.array(Keypair) }),
  errors: [],
})

const chooseMainKeypair = endpoint({
  method: 'PUT',
  path: '/account/main-keypair',
  summary: 'Choose which of your active keypairs your browser acts with',
  permission: 'self',
  input: z.strictObject({ accessKey: AccessKey }),
  output: Account,
  errors: ['keypair_not_found', 'keypair_inactive'],
})

export const accountApi = {
  signIn,
  signOut,
  show,
  mainKeypair,
  update,
  changePassword,
  beginTotp,
  confirmTotp,
  leaveTotp,
  listKeypairs,
  chooseMainKeypair,
}
