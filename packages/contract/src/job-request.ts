import * as z from 'zod'
import { AccessKey, keypairFilter, RateLimit } from './keypair.ts'
import { PolicyName } from './policy-name.ts'
import { UserRole } from './role.ts'
import { NewUserRow, userFilter } from './user.ts'

/** The most things that can be picked one by one. */
const mostPicked = 10_000

/** What a job is about: those that were picked, all that match a filter, or those at which an earlier job failed. */
const targetOf = <F extends z.core.$ZodLooseShape, K extends z.ZodType>(filter: F, id: K) =>
  z.discriminatedUnion('by', [
    z.strictObject({ by: z.literal('ids'), ids: z.array(id).min(1).max(mostPicked) }),
    z.strictObject({ by: z.literal('filter'), filter: z.strictObject(filter) }),
    z.strictObject({ by: z.literal('failed'), jobId: z.uuid() }),
  ])

const somethingGiven = (changes: Readonly<Record<string, unknown>>): boolean =>
  Object.values(changes).some(value => value !== undefined && value !== false)

const projectIds = z.array(z.uuid()).min(1).max(100).optional()

export const ManyUserChanges = z
  .strictObject({
    status: z.enum(['active', 'inactive']).optional(),
    role: UserRole.optional(),
    policy: PolicyName.optional(),
    isPasswordChangeRequired: z.boolean().optional(),
    addToProjects: projectIds,
    removeFromProjects: projectIds,
    /** With `status: inactive`: their keypairs too (USR-13). */
    deactivateKeypairs: z.boolean().default(false),
    /** With `status: inactive`: their live sessions too; otherwise these go on. */
    endSessions: z.boolean().default(false),
  })
  .refine(
    ({ deactivateKeypairs: _, endSessions: __, isPasswordChangeRequired, ...changes }) =>
      isPasswordChangeRequired !== undefined || somethingGiven(changes),
    'nothing is to be changed',
  )
  .refine(
    ({ status, deactivateKeypairs, endSessions }) =>
      status === 'inactive' || !(deactivateKeypairs || endSessions),
    { path: ['status'], message: 'only for those who are deactivated' },
  )
export type ManyUserChanges = z.output<typeof ManyUserChanges>

export const ManyKeypairChanges = z
  .strictObject({
    isActive: z.boolean().optional(),
    policy: PolicyName.optional(),
    rateLimit: RateLimit.optional(),
  })
  .refine(
    changes => Object.values(changes).some(value => value !== undefined),
    'nothing is to be changed',
  )
export type ManyKeypairChanges = z.output<typeof ManyKeypairChanges>

/** The most users that are created at once. */
export const mostNewUsers = 10_000

/** What stands in a row's empty cells. */
export const NewUserDefaults = NewUserRow.pick({
  role: true,
  domainName: true,
  projects: true,
  policy: true,
  keypairPolicy: true,
  isSudoEnabled: true,
}).extend({ isPasswordChangeRequired: z.boolean().default(true) })
export type NewUserDefaults = z.output<typeof NewUserDefaults>

const NewUserSource = z.discriminatedUnion('from', [
  z.strictObject({
    from: z.literal('pattern'),
    prefix: z
      .string()
      .min(1, 'at least 1 character')
      .max(30, 'at most 30 characters')
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'letters, digits, dots, dashes and underscores'),
    count: z.int().min(1).max(mostNewUsers),
    first: z.int().min(0).max(1_000_000).default(1),
    emailDomain: z
      .string()
      .max(40, 'at most 40 characters')
      .regex(/^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/, 'a domain such as example.com'),
  }),
  z.strictObject({ from: z.literal('csv'), csv: z.string().min(1, 'the file is empty') }),
])
export type NewUserSource = z.output<typeof NewUserSource>

const userTarget = targetOf(userFilter, z.uuid())
const keypairTarget = targetOf(keypairFilter, AccessKey)

/** How many it was said to concern; refused when others match by then. */
const expectedCount = z.int().min(0).optional()

/** What can be asked of many at once. */
export const JobRequest = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('user.create'),
    source: NewUserSource,
    defaults: NewUserDefaults.prefault({}),
  }),
  z.strictObject({
    kind: z.literal('user.update'),
    target: userTarget,
    changes: ManyUserChanges,
    expectedCount,
  }),
  z.strictObject({
    kind: z.literal('keypair.update'),
    target: keypairTarget,
    changes: ManyKeypairChanges,
    expectedCount,
  }),
  z.strictObject({ kind: z.literal('keypair.remove'), target: keypairTarget, expectedCount }),
])
export type JobRequest = z.output<typeof JobRequest>
export type JobKind = JobRequest['kind']
/** What is asked of many that are there already. */
export type ChangeRequest = Exclude<JobRequest, { kind: 'user.create' }>
