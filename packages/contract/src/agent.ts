import * as z from 'zod'
import { endpoint } from './endpoint.ts'
import { GroupName } from './group.ts'
import { listOf, pageInput, pageOf, textFilter } from './paging.ts'
import { Slots } from './slots.ts'
import { agentSorts } from './sorts.ts'

/** `terminated`: it said goodbye. `lost`: it was not heard of for three heartbeats. */
export const AgentStatus = z.enum(['connected', 'lost', 'terminated'])
export type AgentStatus = z.infer<typeof AgentStatus>

export const agentIdPattern = /^[a-z0-9](?:[a-z0-9.-]{0,62}[a-z0-9])?$/
export const AgentId = z
  .string()
  .regex(agentIdPattern, '1 to 64 small letters, digits, dots and dashes')

/** A part of a device, in thousandths at the finest, of which some make exactly one. */
export const ShareStep = z
  .number()
  .min(0.001)
  .max(1)
  .refine(
    step => Math.abs(Math.round(1 / step) * step - 1) < 1e-9 && 1000 % Math.round(1 / step) === 0,
    'a part of which some make exactly one device: 0.1, 0.125, 0.25 …',
  )

/** A physical thing behind a slot. Its capacity is per slot, in the units of `Slots`. */
export const Device = z.object({
  id: z.string().max(128),
  /** `cpu`, `mem`, `cuda`, `mock` … */
  kind: z.string().max(32),
  model: z.string().max(128),
  slot: z.string().max(40),
  capacity: z.number(),
  numaNode: z.int().nullable(),
  /** Its own memory; null: not known. */
  memBytes: z.number().min(0).nullable().default(null),
  /** Devices of an agent with the same one have a fast link between them, like NVLink. */
  linkGroup: z.string().max(64).nullable().default(null),
  /** Shares of it are multiples of this part of a device, which goes into 1 without rest; null: any share, or whole only. */
  shareStep: ShareStep.nullable().default(null),
})
export type Device = z.infer<typeof Device>

/** One thing that a runtime does or does not keep apart, in plain words. */
export const Isolation = z.object({
  aspect: z.string().max(64),
  isEnforced: z.boolean(),
  note: z.string().max(500),
})
export type Isolation = z.infer<typeof Isolation>

export const Runtime = z.object({
  name: z.enum(['docker', 'process']),
  version: z.string().max(128),
  /** The node can build the base session image by itself. */
  canBuild: z.boolean(),
  isolation: z.array(Isolation),
})
export type Runtime = z.infer<typeof Runtime>

/** Something about a node that someone should look at: disk nearly full, clock off, engine gone. */
export const NodeProblem = z.object({ code: z.string().max(64), message: z.string().max(1000) })

/** Live use of a node; `devices` is per CPU core, disk, network and accelerator. */
export const NodeUsage = z.object({
  at: z.iso.datetime(),
  cpuMilli: z.number(),
  memBytes: z.number(),
  diskBytes: z.number(),
  diskCapacityBytes: z.number(),
  networkReceivedBytes: z.number(),
  networkSentBytes: z.number(),
  devices: z.array(
    z.object({
      id: z.string(),
      kind: z.string(),
      utilization: z.number().nullable().describe('0 to 1'),
      memBytes: z.number().nullable(),
      temperatureC: z.number().nullable(),
    }),
  ),
})
export type NodeUsage = z.infer<typeof NodeUsage>

/** What becomes of the sessions of an agent. `finish`: they go on until they end by themselves, or a deadline comes. `end`: they are ended at once. */
export const DrainMode = z.enum(['finish', 'end'])
export type DrainMode = z.infer<typeof DrainMode>

export const Agent = z.object({
  id: z.string(),
  address: z.string(),
  region: z.string(),
  architecture: z.string(),
  resourceGroup: z.string(),
  /** Its configuration was changed to this group, which need not exist: to be accepted by moving it, or dismissed. */
  requestedGroup: z.string().nullable(),
  version: z.string(),
  status: AgentStatus,
  isSchedulable: z.boolean(),
  /** Set while it is emptied for maintenance: it takes no new sessions. Empty when `sessionCount` is 0. */
  drain: z
    .object({
      mode: DrainMode,
      startedAt: z.iso.datetime(),
      /** What still runs then is ended; null: it may take as long as it takes. */
      deadlineAt: z.iso.datetime().nullable(),
    })
    .nullable(),
  runtimes: z.array(Runtime),
  capacity: Slots,
  /** Given out to live sessions: the sum over their containers. */
  used: Slots,
  sessionCount: z.int(),
  problems: z.array(NodeProblem),
  firstContactAt: z.iso.datetime(),
  lastContactAt: z.iso.datetime(),
  /** When, and why, it left. */
  lostAt: z.iso.datetime().nullable(),
  statusReason: z.string().nullable(),
})
export type Agent = z.infer<typeof Agent>

export const AgentDetails = Agent.extend({
  devices: z.array(Device.extend({ used: z.number() })),
  usage: NodeUsage.nullable(),
  /** Those that you administer; `sessionCount` counts everybody’s. */
  sessions: z.array(
    z.object({
      id: z.uuid(),
      name: z.string(),
      status: z.string(),
      userEmail: z.string(),
      resources: Slots,
    }),
  ),
})
export type AgentDetails = z.infer<typeof AgentDetails>

const list = endpoint({
  method: 'GET',
  path: '/agents',
  summary: 'List agents',
  permission: 'agent.read',
  input: z.strictObject({
    ...pageInput(agentSorts),
    status: listOf(AgentStatus).optional(),
    id: textFilter,
    address: textFilter,
    resourceGroup: textFilter,
  }),
  output: pageOf(Agent),
  errors: [],
})

const show = endpoint({
  method: 'GET',
  path: '/agents/:id',
  summary: 'Show one agent with its devices, live use and sessions',
  permission: 'agent.read',
  input: z.strictObject({ id: AgentId }),
  output: AgentDetails,
  errors: ['agent_not_found'],
})

const update = endpoint({
  method: 'PATCH',
  path: '/agents/:id',
  summary: 'Let an agent take new sessions, or keep it from doing so',
  permission: 'agent.update',
  input: z.strictObject({ id: AgentId, isSchedulable: z.boolean() }),
  output: Agent,
  errors: ['agent_not_found'],
})

/** How agents are emptied. */
const how = {
  mode: DrainMode.default('finish').describe(
    'Finish: sessions go on until the deadline. End: they are ended at once',
  ),
  deadlineS: z
    .int()
    .min(1)
    .max(31_536_000)
    .nullable()
    .default(null)
    .describe('With finish: what still runs after so many seconds is ended. Null: never'),
}

const drain = endpoint({
  method: 'POST',
  path: '/agents/:id/drain',
  summary:
    'Empty an agent for maintenance: it takes no new sessions, and those that run there finish or are ended. Again: with another end',
  permission: 'agent.update',
  input: z.strictObject({ id: AgentId, ...how }),
  output: Agent,
  errors: ['agent_not_found'],
})

const ids = z.array(AgentId).min(1).max(1000)

/** What became of each, in the order asked for, so that one that is not there does not stop the others. */
const outcomes = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      outcome: z.enum(['done', 'not_found']),
      /** How many sessions have something to run there still. */
      sessionCount: z.int(),
    }),
  ),
})

const drainMany = endpoint({
  method: 'POST',
  path: '/agents/drain',
  summary: 'Empty several agents for maintenance',
  permission: 'agent.update',
  input: z.strictObject({ ids, ...how }),
  output: outcomes,
  errors: [],
})

const cancelDrainMany = endpoint({
  method: 'POST',
  path: '/agents/cancel-drain',
  summary: 'End the maintenance of several agents',
  permission: 'agent.update',
  input: z.strictObject({ ids }),
  output: outcomes,
  errors: [],
})

const cancelDrain = endpoint({
  method: 'DELETE',
  path: '/agents/:id/drain',
  summary: 'End the maintenance of an agent: it takes new sessions again, if it is schedulable',
  permission: 'agent.update',
  input: z.strictObject({ id: AgentId }),
  output: Agent,
  errors: ['agent_not_found'],
})

const where = {
  resourceGroup: GroupName,
  sessions: DrainMode.default('finish').describe(
    'Sessions of other groups that run there: let them finish, or end them at once',
  ),
}

const move = endpoint({
  method: 'POST',
  path: '/agents/:id/move',
  summary:
    'Move an agent to another resource group. To the one that it is in: dismisses what its configuration asks for',
  permission: 'agent.update',
  input: z.strictObject({ id: AgentId, ...where }),
  output: Agent,
  errors: ['agent_not_found', 'group_not_found'],
})

const moveMany = endpoint({
  method: 'POST',
  path: '/agents/move',
  summary: 'Move several agents to another resource group',
  permission: 'agent.update',
  input: z.strictObject({ ids, ...where }),
  output: outcomes,
  errors: ['group_not_found'],
})

export const agentApi = {
  list,
  show,
  update,
  drain,
  drainMany,
  cancelDrain,
  cancelDrainMany,
  move,
  moveMany,
}
