import * as z from 'zod'
import { endpoint } from './endpoint.ts'
import { AccessKey } from './keypair.ts'
import { listOf, pageInput, pageOf, textFilter } from './paging.ts'
import { secret } from './secret.ts'
import { SessionType } from './session.ts'
import { Slots } from './slots.ts'
import { groupSorts } from './sorts.ts'
import { line } from './text.ts'

export const GroupName = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
    '1 to 64 letters, digits, dots, dashes and underscores; the first a letter or digit',
  )

/** Whose turn it is among those that wait (SCH-03). */
export const schedulers = ['fifo', 'lifo', 'drf', 'fair-share', 'priority'] as const
export const Scheduler = z.enum(schedulers)
export type Scheduler = z.infer<typeof Scheduler>

/** Which of the agents with room is taken (SCH-04). */
export const selectors = ['dispersed', 'concentrated', 'balanced'] as const
export const Selector = z.enum(selectors)
export type Selector = z.infer<typeof Selector>

/** A number of failed starts, or of tries in vain. */
export const CreationRetries = z.int().min(1).max(1000)
export const RetriesToSkip = z.int().min(0).max(1000)

/** How a group schedules, each taken up by the next round (SCH-09). */
export const groupSettings = {
  scheduler: Scheduler,
  selector: Selector,
  allowedSessionTypes: z
    .array(SessionType)
    .min(1, 'at least one type')
    .max(3)
    .refine(types => new Set(types).size === types.length, 'each type once'),
  pendingTimeoutS: z.int().min(0).max(31_536_000).describe('0: sessions may wait for ever'),
  retriesToSkip: RetriesToSkip.nullable().describe('Null: as the scheduler’s defaults say'),
  creationRetries: CreationRetries.nullable().describe('Null: as the scheduler’s defaults say'),
  enforcesSpreading: z
    .boolean()
    .describe('Puts the replicas of a model service on different agents, whatever the selector'),
  reserveAfterS: z
    .int()
    .min(0)
    .max(31_536_000)
    .nullable()
    .describe(
      'How long a session is passed over before agents are kept free for it; null: for ever',
    ),
  halfLifeS: z
    .int()
    .min(60)
    .max(31_536_000)
    .describe('With fair-share: use of so long ago counts half as much as use now'),
  isPreemptionEnabled: z
    .boolean()
    .describe('With priority: sessions that agreed to it are ended for ones of higher priority'),
}

/** With drf and fair-share: one of weight 2 is due twice as much as one of weight 1, which everybody else has. */
const Weight = z.number().min(0.01).max(1000)

const mostAllowances = 1000

export const GroupWeights = z
  .array(z.strictObject({ userId: z.uuid(), weight: Weight }))
  .max(mostAllowances)
  .describe('All that are not 1')

/** Who may use a group beside those that may use any public one. */
export const GroupAccess = z.object({
  domains: z.array(z.string()),
  projects: z.array(z.object({ id: z.uuid(), name: z.string(), domainName: z.string() })),
  keypairs: z.array(z.object({ accessKey: z.string(), userEmail: z.string() })),
})

export const ResourceGroup = z.object({
  name: z.string(),
  description: z.string(),
  isActive: z.boolean(),
  /** Everybody may use it; another one only those that it lets in. */
  isPublic: z.boolean(),
  ...groupSettings,
  /** Of the proxy that browsers reach applications through; null: the one that stands by the manager. */
  proxyAddress: z.string().nullable(),
  /** Only a proxy that knows the token is trusted with this group. */
  hasProxyToken: z.boolean(),
  /** Over connected agents that take new sessions. */
  capacity: Slots,
  used: Slots,
  /** The most that one agent has in all, slot by slot: a single container cannot ask for more. */
  largestAgent: Slots,
  agentCount: z.int(),
  pendingCount: z.int(),
  createdAt: z.iso.datetime(),
})
export type ResourceGroup = z.infer<typeof ResourceGroup>

export const GroupDetails = ResourceGroup.extend({
  /** Of those who have another one than 1. */
  weights: z.array(z.object({ userId: z.uuid(), userEmail: z.string(), weight: z.number() })),
  /** Null for who does not administer groups. */
  access: GroupAccess.nullable(),
})
export type GroupDetails = z.infer<typeof GroupDetails>

const list = endpoint({
  method: 'GET',
  path: '/resource-groups',
  summary: 'List the resource groups that you may use, or all of them, with what they have',
  permission: 'group.read',
  input: z.strictObject({
    ...pageInput(groupSorts),
    limit: z.coerce.number<number>().int().min(1).max(200).default(200),
    reach: z
      .enum(['usable', 'all'])
      .default('usable')
      .describe('Usable: active ones that you may use. All: for superadmins, inactive ones too'),
    projectId: z.uuid().optional().describe('Those that sessions of this project may be in'),
    name: textFilter,
    description: textFilter,
    isActive: z.stringbool().or(z.boolean()).optional(),
    isPublic: z.stringbool().or(z.boolean()).optional(),
    scheduler: listOf(Scheduler).optional(),
    selector: listOf(Selector).optional(),
  }),
  output: pageOf(ResourceGroup),
  errors: [],
})

const show = endpoint({
  method: 'GET',
  path: '/resource-groups/:name',
  summary: 'Show one resource group, and to superadmins whom it lets in',
  permission: 'group.read',
  input: z.strictObject({ name: GroupName }),
  output: GroupDetails,
  errors: ['group_not_found'],
})

const guestErrors = [
  'domain_not_found',
  'project_not_found',
  'keypair_not_found',
  'user_not_found',
] as const

const ProxyAddress = z
  .url({ protocol: /^https?$/, error: 'an address such as https://apps.example.com' })
  .max(256)

const changeable = {
  description: line(500),
  weights: GroupWeights,
  isActive: z.boolean(),
  isPublic: z.boolean(),
  ...groupSettings,
  proxyAddress: ProxyAddress.nullable(),
  proxyToken: secret(z.string().min(16, 'at least 16 characters').max(128))
    .nullable()
    .describe('Never shown again. Null: none'),
  allowedDomains: z.array(z.string().max(64)).max(mostAllowances).describe('Names'),
  allowedProjects: z.array(z.uuid()).max(mostAllowances).describe('Ids'),
  allowedKeypairs: z.array(AccessKey).max(mostAllowances).describe('Access keys'),
}

const create = endpoint({
  method: 'POST',
  path: '/resource-groups',
  summary: 'Create a resource group',
  permission: 'group.create',
  input: z.strictObject({
    name: GroupName,
    description: changeable.description.default(''),
    isActive: changeable.isActive.default(true),
    isPublic: changeable.isPublic.default(true),
    scheduler: changeable.scheduler.default('fifo'),
    selector: changeable.selector.default('dispersed'),
    allowedSessionTypes: changeable.allowedSessionTypes.default([
      'interactive',
      'batch',
      'inference',
    ]),
    pendingTimeoutS: changeable.pendingTimeoutS.default(0),
    retriesToSkip: changeable.retriesToSkip.default(null),
    creationRetries: changeable.creationRetries.default(null),
    enforcesSpreading: changeable.enforcesSpreading.default(false),
    reserveAfterS: changeable.reserveAfterS.default(600),
    halfLifeS: changeable.halfLifeS.default(604_800),
    isPreemptionEnabled: changeable.isPreemptionEnabled.default(false),
    weights: changeable.weights.default([]),
    proxyAddress: changeable.proxyAddress.default(null),
    proxyToken: changeable.proxyToken.default(null),
    allowedDomains: changeable.allowedDomains.default([]),
    allowedProjects: changeable.allowedProjects.default([]),
    allowedKeypairs: changeable.allowedKeypairs.default([]),
  }),
  output: GroupDetails,
  errors: ['group_name_taken', ...guestErrors],
})

const update = endpoint({
  method: 'PATCH',
  path: '/resource-groups/:name',
  summary: 'Change a resource group; what is left out stays. Running sessions are not touched',
  permission: 'group.update',
  input: z.strictObject({ name: GroupName, ...z.strictObject(changeable).partial().shape }),
  output: GroupDetails,
  errors: ['group_not_found', ...guestErrors],
})

const remove = endpoint({
  method: 'DELETE',
  path: '/resource-groups/:name',
  summary: 'Delete a resource group that no agent, session or allowance refers to',
  permission: 'group.delete',
  input: z.strictObject({ name: GroupName }),
  output: z.object({}),
  errors: ['group_not_found', 'group_in_use'],
})

export const groupApi = { list, show, create, update, remove }
