import * as z from 'zod'
import { endpoint } from './endpoint.ts'
import { listOf, pageInput, pageOf, textFilter } from './paging.ts'
import { createErrors, NewSession, Reason, Session, StartupCommand } from './session.ts'
import { serviceSorts } from './sorts.ts'

/** Most replicas of one service; policies may allow less. */
const mostReplicas = 1000

/** Replicas are sessions called `NAME-1`, `NAME-2` …, which leaves room for their numbers. */
export const ServiceName = z
  .string()
  .regex(
    /^[A-Za-z0-9](?:[A-Za-z0-9._-]{2,54})[A-Za-z0-9]$/,
    '4 to 56 letters, digits, dots, dashes; first and last a letter or digit',
  )

const ReplicaCount = z.int().min(0).max(mostReplicas)

export const Service = Session.pick({
  projectId: true,
  projectName: true,
  userId: true,
  userEmail: true,
  accessKey: true,
  image: true,
  resourceGroup: true,
  resources: true,
  shmemBytes: true,
  priority: true,
  isPreemptible: true,
}).extend({
  id: z.uuid(),
  name: z.string(),
  startupCommand: z.string(),
  /** How many are to run. */
  replicaCount: z.int(),
  /** Of them: asked for, and not ending. */
  liveCount: z.int(),
  /** Of these: running, on a machine that is not lost. */
  runningCount: z.int(),
  /** Why there are fewer than asked for; null where each has its session, in which stands what it waits for. */
  reason: Reason.nullable(),
  createdAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
})
export type Service = z.infer<typeof Service>

export const ServiceDetails = Service.extend({
  /** Names only: values may be secrets. */
  environNames: z.array(z.string()),
  /** What the request was raised to by the image's minimum: one line each. */
  notices: z.array(z.string()),
})
export type ServiceDetails = z.infer<typeof ServiceDetails>

const create = endpoint({
  method: 'POST',
  path: '/services',
  summary: 'Start a model service: so many inference sessions alike, each replaced when it ends',
  permission: 'service.create',
  input: NewSession.pick({
    owner: true,
    projectId: true,
    imageId: true,
    resourceGroup: true,
    resources: true,
    shmemBytes: true,
    environ: true,
    priority: true,
    isPreemptible: true,
  }).extend({
    name: ServiceName,
    startupCommand: StartupCommand.describe(
      'What each replica runs; when it ends, another replica takes its place',
    ),
    replicaCount: ReplicaCount.default(1),
  }),
  output: ServiceDetails,
  errors: [
    ...createErrors.filter(code => code !== 'session_name_taken' && code !== 'agent_not_found'),
    'service_name_taken',
  ],
})

const list = endpoint({
  method: 'GET',
  path: '/services',
  summary: 'List model services',
  permission: 'service.read',
  input: z.strictObject({
    ...pageInput(serviceSorts),
    state: z.enum(['live', 'ended', 'any']).default('any'),
    name: textFilter,
    userEmail: textFilter,
    image: textFilter,
    projectId: z.uuid().optional(),
    resourceGroup: listOf(z.string().max(64)).optional(),
  }),
  output: pageOf(Service),
  errors: [],
})

const byId = z.strictObject({ id: z.uuid() })

const show = endpoint({
  method: 'GET',
  path: '/services/:id',
  summary: 'Show one model service',
  permission: 'service.read',
  input: byId,
  output: ServiceDetails,
  errors: ['service_not_found'],
})

const update = endpoint({
  method: 'PATCH',
  path: '/services/:id',
  summary: 'Change how many replicas a model service has; 0 pauses it',
  permission: 'service.update',
  input: byId.extend({ replicaCount: ReplicaCount }),
  output: ServiceDetails,
  errors: ['service_not_found', 'service_ended', 'policy_limit'],
})

const terminate = endpoint({
  method: 'POST',
  path: '/services/:id/terminate',
  summary: 'End a model service and all of its replicas',
  permission: 'service.terminate',
  input: byId,
  output: ServiceDetails,
  errors: ['service_not_found'],
})

export const serviceApi = { create, list, show, update, terminate }
