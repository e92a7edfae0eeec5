import * as z from 'zod'
import { endpoint } from './endpoint.ts'
import { listOf, pageInput, pageOf, textFilter } from './paging.ts'
import { secret } from './secret.ts'
import { log } from './session-log.ts'
import { openApp, openTerminal } from './session-open.ts'
import { usage } from './session-usage.ts'
import { Slots } from './slots.ts'
import { text } from './text.ts'

export const sessionTypes = ['interactive', 'batch', 'inference'] as const
export const SessionType = z.enum(sessionTypes)
export type SessionType = z.infer<typeof SessionType>

/** SES-02: pending > scheduled > preparing > pulling > creating > running > terminating > terminated, or cancelled, or error. */
export const sessionStatuses = [
  'pending',
  'scheduled',
  'preparing',
  'pulling',
  'creating',
  'running',
  'terminating',
  'terminated',
  'cancelled',
  'error',
] as const
export const SessionStatus = z.enum(sessionStatuses)
export type SessionStatus = z.infer<typeof SessionStatus>

export const SessionResult = z.enum(['undefined', 'success', 'failure'])

/** Why a state is what it is. `code` is for programs, `message` for people, `data` has the figures. */
export const Reason = z.object({
  code: z.string(),
  message: z.string(),
  data: z.record(z.string(), z.unknown()).optional(),
})
export type Reason = z.infer<typeof Reason>

export const sessionNamePattern = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{2,62})[A-Za-z0-9]$/
export const SessionName = z
  .string()
  .regex(
    sessionNamePattern,
    '4 to 64 letters, digits, dots, dashes; first and last a letter or digit',
  )

export const Environ = secret(
  z
    .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, 'not a variable name'), text(32_768))
    .refine(value => Object.keys(value).length <= 200, 'at most 200 variables'),
)

/** An application that an image offers (its label `ai.backend.service-ports`). */
export const ImageApp = z.object({
  name: z.string(),
  protocol: z.enum(['http', 'tcp', 'preopen', 'vnc', 'rdp']),
  ports: z.array(z.int()),
})
export type ImageApp = z.infer<typeof ImageApp>

export const Kernel = z.object({
  id: z.uuid(),
  hostname: z.string(),
  role: z.enum(['main', 'sub']),
  index: z.int(),
  status: SessionStatus,
  reason: Reason.nullable(),
  agentId: z.string().nullable(),
  containerId: z.string().nullable(),
  exitCode: z.int().nullable(),
  /** What the agent is doing now: pulled bytes and the like. */
  progress: z.object({ current: z.number(), total: z.number(), message: z.string() }).nullable(),
  apps: z.array(
    z.object({
      name: z.string(),
      status: z.enum(['starting', 'ready', 'failed']),
      message: z.string(),
    }),
  ),
  startedAt: z.iso.datetime().nullable(),
  endedAt: z.iso.datetime().nullable(),
})
export type Kernel = z.infer<typeof Kernel>

/** Where the containers of a session may be: all on one agent, or each where there is room. */
export const ClusterMode = z.enum(['single-node', 'multi-node'])
export type ClusterMode = z.infer<typeof ClusterMode>

export const Session = z.object({
  id: z.uuid(),
  name: z.string(),
  type: SessionType,
  status: SessionStatus,
  /** Why it is in this state: of a pending one why it waits, of an ended one why it ended. */
  reason: Reason.nullable(),
  result: SessionResult,
  exitCode: z.int().nullable(),
  projectId: z.uuid(),
  projectName: z.string(),
  userId: z.uuid(),
  userEmail: z.string(),
  accessKey: z.string(),
  image: z.object({
    id: z.uuid(),
    reference: z.string(),
    architecture: z.string(),
    runtime: z.enum(['docker', 'process']),
  }),
  apps: z.array(ImageApp),
  resourceGroup: z.string(),
  resources: Slots,
  shmemBytes: z.int(),
  /** Containers, all alike: `resources` is what each of them gets. */
  clusterSize: z.int(),
  clusterMode: ClusterMode,
  startupCommand: z.string().nullable(),
  priority: z.int(),
  /** It may be ended for a session of higher priority, where its group does that. */
  isPreemptible: z.boolean(),
  /** It was asked to start then, not before; null: as soon as there is room. */
  startsAt: z.iso.datetime().nullable(),
  agentIds: z.array(z.string()),
  /** The model service of which it is a replica. */
  serviceId: z.uuid().nullable(),
  /** True while an agent that holds one of its containers is lost: the state shown is the last one known. */
  isNodeLost: z.boolean(),
  createdAt: z.iso.datetime(),
  scheduledAt: z.iso.datetime().nullable(),
  startedAt: z.iso.datetime().nullable(),
  endedAt: z.iso.datetime().nullable(),
})
export type Session = z.infer<typeof Session>

/** Whether a session that another one waits for has ended well, or cannot any more. */
export const DependencyState = z.enum(['waiting', 'succeeded', 'failed'])
export type DependencyState = z.infer<typeof DependencyState>

export const SessionDetails = Session.extend({
  kernels: z.array(Kernel),
  /** Oldest first. */
  history: z.array(
    z.object({ status: SessionStatus, at: z.iso.datetime(), reason: Reason.nullable() }),
  ),
  /** Names only: values may be secrets. */
  environNames: z.array(z.string()),
  /** What the request was raised to by the image's minimum: one line each. */
  notices: z.array(z.string()),
  /** It is placed on these agents only; empty: on any of its resource group. */
  designatedAgentIds: z.array(z.string()),
  /** It starts when all of these have ended well: batch sessions with success, others after they ran. */
  after: z.array(
    z.object({ id: z.uuid(), name: z.string(), status: SessionStatus, state: DependencyState }),
  ),
})
export type SessionDetails = z.infer<typeof SessionDetails>

const byId = z.strictObject({ id: z.uuid() })

/** Most containers of one session; policies may allow less. */
const mostContainers = 1000

/** Higher goes first. */
export const Priority = z.int().min(0).max(100)

/** What a container runs, given to a shell. */
export const StartupCommand = text(65_536).regex(/\S/, 'must hold a command')

/** What a session is asked for with; those of a model service with a part of it. */
export const NewSession = z.strictObject({
  name: SessionName,
  type: SessionType.exclude(['inference']).default('interactive'),
  owner: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .describe('E-mail of the user whose session it is, for administrators; else your own'),
  projectId: z.uuid(),
  imageId: z.uuid(),
  resourceGroup: z.string().max(64).default('default'),
  agentIds: z
    .array(z.string().min(1).max(64))
    .max(100)
    .default([])
    .describe('Only on these agents, for superadmins; else on any of the resource group'),
  /** Of each container. */
  resources: Slots,
  clusterSize: z
    .int()
    .min(1)
    .max(mostContainers)
    .default(1)
    .describe('Containers, all alike: all of them start, or none'),
  clusterMode: ClusterMode.default('single-node').describe(
    'All containers on one agent, or each where there is room',
  ),
  shmemBytes: z
    .int()
    .min(1024 * 1024)
    .max(2 ** 42)
    .default(64 * 1024 * 1024),
  environ: Environ.default({}),
  startupCommand: StartupCommand.optional(),
  priority: Priority.default(10),
  /** Agrees that it may be ended for a session of higher priority, in groups that do that. */
  isPreemptible: z.boolean().default(false),
  startsAt: z.iso
    .datetime()
    .refine(text => Date.parse(text) >= Date.UTC(2000, 0), 'a time of this century')
    .nullable()
    .default(null)
    .describe('Not started before this time'),
  after: z
    .array(z.string().min(1).max(64))
    .max(100)
    .default([])
    .describe(
      'Names of own sessions, or ids: started when all of these have ended well, cancelled when one did not',
    ),
})

export const createErrors = [
  'user_not_found',
  'user_not_active',
  'agent_not_found',
  'policy_limit',
  'project_not_found',
  'image_not_found',
  'group_not_found',
  'group_not_active',
  'type_not_allowed',
  'session_name_taken',
  'never_fits',
  'session_not_found',
  'dependency_failed',
] as const

const create = endpoint({
  method: 'POST',
  path: '/sessions',
  summary: 'Queue a session',
  permission: 'session.create',
  input: NewSession,
  output: SessionDetails,
  errors: createErrors,
})

/** Most sessions that one request is about. */
export const mostAtOnce = 1000

const createMany = endpoint({
  method: 'POST',
  path: '/sessions/many',
  summary:
    'Queue several sessions that differ in their number alone: NAME-1, NAME-2 …; all of them, or none. Each finds its number in CAPSTAN_TASK_INDEX',
  permission: 'session.create',
  input: NewSession.extend({
    name: z
      .string()
      .regex(
        /^[A-Za-z0-9][A-Za-z0-9._-]{1,58}$/,
        '2 to 59 letters, digits, dots, dashes; the first a letter or digit',
      ),
    count: z.int().min(1).max(mostAtOnce),
  }).refine(({ count, clusterSize }) => count * clusterSize <= mostAtOnce, {
    path: ['clusterSize'],
    message: `${mostAtOnce} containers at most, of all sessions together`,
  }),
  output: z.object({
    /** By number. */
    items: z.array(z.object({ id: z.uuid(), name: SessionName })),
  }),
  errors: createErrors,
})

export const sessionSorts = ['createdAt', 'name', 'status', 'type', 'userEmail'] as const

const list = endpoint({
  method: 'GET',
  path: '/sessions',
  summary: 'List sessions',
  permission: 'session.read',
  input: z.strictObject({
    ...pageInput(sessionSorts),
    /** Live: not yet terminated, cancelled or failed. */
    state: z.enum(['live', 'ended', 'any']).default('any'),
    status: listOf(SessionStatus).optional(),
    type: listOf(SessionType).optional(),
    name: textFilter,
    userEmail: textFilter,
    image: textFilter,
    agentId: z.string().max(64).optional(),
    projectId: z.uuid().optional(),
    resourceGroup: z.string().max(64).optional(),
    serviceId: z.uuid().optional(),
  }),
  output: pageOf(Session),
  errors: [],
})

const show = endpoint({
  method: 'GET',
  path: '/sessions/:id',
  summary: 'Show one session',
  permission: 'session.read',
  input: byId,
  output: SessionDetails,
  errors: ['session_not_found'],
})

const rename = endpoint({
  method: 'PATCH',
  path: '/sessions/:id',
  summary: 'Rename a live session',
  permission: 'session.update',
  input: z.strictObject({ id: z.uuid(), name: SessionName }),
  output: Session,
  errors: ['session_not_found', 'session_name_taken', 'session_changed'],
})

const changePriority = endpoint({
  method: 'PATCH',
  path: '/sessions/:id/priority',
  summary: 'Change the priority of a session that waits',
  permission: 'session.update',
  input: z.strictObject({ id: z.uuid(), priority: Priority }),
  output: Session,
  errors: ['session_not_found', 'session_not_pending'],
})

const changePriorities = endpoint({
  method: 'POST',
  path: '/sessions/priorities',
  summary: 'Change the priorities of sessions that wait',
  permission: 'session.update',
  input: z.strictObject({
    items: z
      .array(z.strictObject({ id: z.uuid(), priority: Priority }))
      .min(1)
      .max(mostAtOnce)
      .refine(items => new Set(items.map(({ id }) => id)).size === items.length, 'each once'),
  }),
  output: z.object({
    /** In the order asked for; `outcome` is per session, so one that waits no more does not stop the others. */
    items: z.array(
      z.object({ id: z.uuid(), outcome: z.enum(['changed', 'not_pending', 'not_found']) }),
    ),
  }),
  errors: [],
})

const terminate = endpoint({
  method: 'POST',
  path: '/sessions/terminate',
  summary:
    'End sessions: politely, or at once with `force`, which also ends one whose node is lost',
  permission: 'session.terminate',
  input: z.strictObject({
    ids: z.array(z.uuid()).min(1).max(mostAtOnce),
    force: z.boolean().default(false),
  }),
  output: z.object({
    /** In the order asked for; `outcome` is per session, so one that is gone does not stop the others. */
    items: z.array(
      z.object({
        id: z.uuid(),
        outcome: z.enum(['cancelled', 'terminating', 'terminated', 'already_ended', 'not_found']),
      }),
    ),
  }),
  errors: [],
})

export const sessionApi = {
  create,
  createMany,
  list,
  show,
  rename,
  changePriority,
  changePriorities,
  terminate,
  log,
  usage,
  openApp,
  openTerminal,
}
