import * as z from 'zod'
import { endpoint } from './endpoint.ts'
import { listOf, pageInput, pageOf, textFilter } from './paging.ts'
import { PolicyName } from './policy-name.ts'
import { Password, UserEmail, UserName } from './person.ts'
import { UserRole, userRoles } from './role.ts'
import { line } from './text.ts'
import { userSorts } from './sorts.ts'

export const userStatuses = ['active', 'inactive', 'before-verification', 'deleted'] as const
export const UserStatus = z.enum(userStatuses)
export type UserStatus = z.infer<typeof UserStatus>

export const User = z.object({
  id: z.uuid(),
  email: z.string(),
  name: z.string(),
  fullName: z.string(),
  description: z.string(),
  role: UserRole,
  status: UserStatus,
  domainName: z.string(),
  policy: z.string(),
  isPasswordChangeRequired: z.boolean(),
  isSudoEnabled: z.boolean(),
  isTotpEnabled: z.boolean(),
  mainAccessKey: z.string(),
  createdAt: z.iso.datetime(),
  modifiedAt: z.iso.datetime(),
})
export type User = z.infer<typeof User>

export const UserDetails = User.extend({
  projects: z.array(
    z.object({ id: z.uuid(), name: z.string(), type: z.enum(['general', 'model-store']) }),
  ),
  keypairCount: z.int(),
  liveSessionCount: z.int(),
})
export type UserDetails = z.infer<typeof UserDetails>

/** What users can be filtered by, in lists and where many of them are changed. */
export const userFilter = {
  email: textFilter,
  name: textFilter,
  fullName: textFilter,
  description: textFilter,
  role: listOf(z.enum(userRoles)).optional(),
  status: listOf(UserStatus).optional(),
  domainName: z.string().max(64).optional(),
  policy: z.string().max(64).optional(),
}

const list = endpoint({
  method: 'GET',
  path: '/users',
  summary: 'List the users that you administer',
  permission: 'user.read',
  input: z.strictObject({ ...pageInput(userSorts), ...userFilter }),
  output: pageOf(User),
  errors: [],
})

const show = endpoint({
  method: 'GET',
  path: '/users/:id',
  summary: 'Show one user with their projects',
  permission: 'user.read',
  input: z.strictObject({ id: z.uuid() }),
  output: UserDetails,
  errors: ['user_not_found'],
})

const projectIds = z.array(z.uuid()).max(10_000)

/** What a new user is, whether made alone or with many others. */
const newUser = {
  email: UserEmail,
  name: UserName,
  fullName: line(64).default(''),
  description: line(500).default(''),
  role: UserRole.default('user'),
  status: UserStatus.default('active'),
  domainName: z.string().max(64).optional().describe('Default: yours'),
  policy: PolicyName.default('default'),
  keypairPolicy: PolicyName.default('default'),
  isPasswordChangeRequired: z.boolean().default(false),
  isSudoEnabled: z.boolean().default(false),
}

/** One of many new users: their projects by name, and without a password one is made up. */
export const NewUserRow = z.strictObject({
  ...newUser,
  password: Password.optional(),
  projects: z.array(z.string().max(64)).max(1000).optional(),
})
export type NewUserRow = z.output<typeof NewUserRow>

const create = endpoint({
  method: 'POST',
  path: '/users',
  summary: 'Create a user, with a keypair of their own',
  permission: 'user.create',
  input: z.strictObject({
    ...newUser,
    password: Password,
    projectIds: projectIds
      .optional()
      .describe('Default: the project `default` of the domain, where it has one'),
  }),
  output: UserDetails,
  errors: ['user_taken', 'domain_not_found', 'project_not_found', 'policy_not_found'],
})

const update = endpoint({
  method: 'PATCH',
  path: '/users/:id',
  summary: 'Change a user; what is left out stays. The e-mail cannot be changed',
  permission: 'user.update',
  input: z.strictObject({
    id: z.uuid(),
    name: UserName.optional(),
    fullName: line(64).optional(),
    password: Password.optional(),
    description: line(500).optional(),
    role: UserRole.optional(),
    status: UserStatus.optional(),
    domainName: z.string().max(64).optional(),
    projectIds: projectIds.optional(),
    policy: PolicyName.optional(),
    isPasswordChangeRequired: z.boolean().optional(),
    isSudoEnabled: z.boolean().optional(),
    isTotpEnabled: z.literal(false).optional().describe('It can only be switched off for others'),
    /** Their keypairs too, when they are deactivated (USR-13). */
    deactivateKeypairs: z.boolean().default(false),
    /** Their live sessions too, when they are deactivated; otherwise these go on. */
    endSessions: z.boolean().default(false),
  }),
  output: UserDetails,
  errors: [
    'user_not_found',
    'user_taken',
    'domain_not_found',
    'project_not_found',
    'policy_not_found',
    'last_superadmin',
  ],
})

export const userApi = { list, show, create, update }
