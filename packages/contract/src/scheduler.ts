import * as z from 'zod'
import { endpoint } from './endpoint.ts'
import {
  CreationRetries,
  GroupName,
  groupSettings,
  GroupWeights,
  RetriesToSkip,
  Scheduler,
} from './group.ts'
import { PolicyName } from './policy-name.ts'
import { KeypairPolicy } from './policy.ts'
import { Priority, Reason, Session } from './session.ts'

const values = {
  creationRetries: CreationRetries.describe('Failed starts after which a session is given up'),
  retriesToSkip: RetriesToSkip.describe(
    'Tries in vain after which a session lets those behind it go first',
  ),
}

/** What applies in the groups of a scheduler that say nothing of their own (OPS-04). */
export const SchedulerDefaults = z.object({ scheduler: Scheduler, ...values })
export type SchedulerDefaults = z.infer<typeof SchedulerDefaults>

const listDefaults = endpoint({
  method: 'GET',
  path: '/scheduler-defaults',
  summary: 'What each scheduler goes by where a resource group has no value of its own',
  permission: 'scheduler.read',
  input: z.strictObject({}),
  output: z.object({ items: z.array(SchedulerDefaults) }),
  errors: [],
})

const updateDefaults = endpoint({
  method: 'PATCH',
  path: '/scheduler-defaults/:scheduler',
  summary: 'Change the defaults of a scheduler, from the next round on; what is left out stays',
  permission: 'scheduler.update',
  input: z.strictObject({ scheduler: Scheduler, ...z.strictObject(values).partial().shape }),
  output: SchedulerDefaults,
  errors: [],
})

/** What the next round would make of a session that waits. */
const outlook = {
  /** From 1: how many are started before it, and it. */
  position: z.int(),
  /** There is room: the next round starts it. */
  startsNext: z.boolean(),
  /** Why it waits, as things are now; null when it starts next. */
  reason: Reason.nullable(),
  /** About when it starts, by what is known to end until then. Null: nothing is known. */
  expectedAt: z.iso.datetime().nullable(),
}

export const QueuedSession = Session.pick({
  id: true,
  name: true,
  type: true,
  projectName: true,
  userEmail: true,
  accessKey: true,
  resources: true,
  clusterSize: true,
  priority: true,
  createdAt: true,
}).extend(outlook)
export type QueuedSession = z.infer<typeof QueuedSession>

const queue = endpoint({
  method: 'GET',
  path: '/resource-groups/:name/queue',
  summary:
    'All that waits in a resource group, in the order in which it will be started as things are now',
  permission: 'scheduler.read',
  input: z.strictObject({
    name: GroupName,
    cursor: z.string().max(200).optional(),
    limit: z.coerce.number<number>().int().min(1).max(200).default(50),
  }),
  output: z.object({
    items: z.array(QueuedSession),
    nextCursor: z.string().nullable(),
    /** Of those that you administer; positions count everybody’s. */
    count: z.int(),
    isCountExact: z.boolean(),
    /** When the order was worked out. Further pages keep it. */
    asOf: z.iso.datetime(),
  }),
  errors: ['group_not_found'],
})

const showOutlook = endpoint({
  method: 'GET',
  path: '/sessions/:id/outlook',
  summary: 'Position of a session that waits, why it does, and about when it starts',
  permission: 'session.read',
  input: z.strictObject({ id: z.uuid() }),
  output: z.object({
    /** Null: it waits no more, or its resource group is not active. */
    outlook: z
      .object({
        ...outlook,
        /** How many wait in its resource group. */
        waitingCount: z.int(),
        asOf: z.iso.datetime(),
      })
      .nullable(),
  }),
  errors: ['session_not_found'],
})

/** What becomes of a session that waits: started, waiting on, or cancelled for having waited too long. */
const Fate = z.object({
  outcome: z.enum(['starts', 'waits', 'cancelled']),
  position: z.int().nullable(),
  agentIds: z.array(z.string()),
  reason: Reason.nullable(),
  expectedAt: z.iso.datetime().nullable(),
})
export type Fate = z.infer<typeof Fate>

/** A session that waits: what becomes of it as things are, and with what is tried out. */
const TriedSession = z.object({
  id: z.uuid(),
  name: z.string(),
  userEmail: z.string(),
  priority: z.int(),
  now: Fate,
  changed: Fate,
})

const Totals = z.object({ starts: z.int(), waits: z.int(), cancelled: z.int() })

const whatIf = endpoint({
  method: 'POST',
  path: '/resource-groups/:name/what-if',
  summary:
    'What a change of settings or of a policy would make of those who wait now, without making it',
  permission: 'scheduler.update',
  changesNothing: true,
  input: z.strictObject({
    name: GroupName,
    settings: z
      .strictObject({ ...groupSettings, weights: GroupWeights })
      .omit({ allowedSessionTypes: true, creationRetries: true })
      .partial()
      .default({}),
    /** Limits of a keypair policy; those that are left out stay. */
    policy: z
      .strictObject({
        name: PolicyName,
        ...KeypairPolicy.pick({ maxResources: true, maxConcurrentCount: true }).partial().shape,
      })
      .optional(),
    limit: z.int().min(1).max(1000).default(200),
  }),
  output: z.object({
    now: Totals,
    changed: Totals,
    /** How many would fare otherwise than now. */
    changedCount: z.int(),
    /** Those that would fare otherwise, the most different first: started or not, then by places gained. */
    items: z.array(TriedSession),
    /** Running sessions that would be ended to make room. */
    preempted: z.array(
      z.object({ id: z.uuid(), name: z.string(), userEmail: z.string(), forSessionId: z.uuid() }),
    ),
    asOf: z.iso.datetime(),
  }),
  errors: ['group_not_found', 'policy_not_found'],
})

const previewPriority = endpoint({
  method: 'POST',
  path: '/resource-groups/:name/preview-priority',
  summary: 'Where sessions that wait would stand with another priority, without changing it',
  permission: 'scheduler.read',
  changesNothing: true,
  input: z.strictObject({
    name: GroupName,
    ids: z.array(z.uuid()).min(1).max(200),
    priority: Priority.optional().describe('Of all of them. Left out: each keeps its own'),
  }),
  output: z.object({
    /** Those that wait there and that you administer, as they stand now. */
    items: z.array(TriedSession),
    /** Of the others that wait there; null: there are none. */
    others: z.object({ highest: z.int(), lowest: z.int() }).nullable(),
  }),
  errors: ['group_not_found'],
})

export const schedulerApi = {
  listDefaults,
  updateDefaults,
  queue,
  showOutlook,
  whatIf,
  previewPriority,
}
