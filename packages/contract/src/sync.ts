import * as z from 'zod'
import { AgentId, Device, NodeProblem, NodeUsage, Runtime } from './agent.ts'
import { endpoint } from './endpoint.ts'
import { ImageApp, SessionType } from './session.ts'
import { UsageSample } from './session-usage.ts'
import { Slots } from './slots.ts'

/** How an image is named and run. `process` images stand for the node's own file system. */
export const ImageRef = z.object({
  reference: z.string().max(512),
  runtime: z.enum(['docker', 'process']),
  /** Config digest the manager knows it by; null: any. */
  digest: z.string().max(128).nullable(),
})

/** A container as the manager wants it. The agent makes it so, or says why it cannot. */
export const DesiredKernel = z.object({
  kernelId: z.uuid(),
  sessionId: z.uuid(),
  sessionName: z.string(),
  sessionType: SessionType,
  /** `stop`: end it, keep nothing; the agent answers with status terminated also when it never had it. */
  desired: z.enum(['run', 'stop']),
  /** Seconds between the polite signal and the hard one. */
  graceS: z.number(),
  /** The manager has seen it run. If its container is gone it has ended (`container_vanished`): it is not started a second time. */
  hasStarted: z.boolean(),
  image: ImageRef,
  hostname: z.string(),
  resources: Slots,
  /** Which device gives how much of which slot. */
  devices: z.array(z.object({ slot: z.string(), deviceId: z.string(), amount: z.number() })),
  shmemBytes: z.int(),
  /** User's and platform's variables, merged. */
  environ: z.record(z.string(), z.string()),
  /** Batch: the command whose end is the session's end. Interactive: run beside the shell, if given. */
  startupCommand: z.string().nullable(),
  isSudoEnabled: z.boolean(),
  /** Interpreter of the image, for service definitions. */
  runtimePath: z.string(),
  /** Applications that the image offers. */
  apps: z.array(ImageApp),
  /** Names of those that somebody has opened: to be kept running. */
  openApps: z.array(z.string()),
  /** Bytes of its log that the manager held as it told this: the agent sends what follows. */
  logOffset: z.int(),
  /** The log is kept to the end: no more is wanted. */
  isLogComplete: z.boolean(),
})
export type DesiredKernel = z.infer<typeof DesiredKernel>

/**
 * Of a container that the agent was told all of before: what may have changed. Mostly it is to run on, no application is open in
 * it, and its log goes on: then nothing is told of it.
 */
export const KeptKernel = DesiredKernel.pick({
  kernelId: true,
  desired: true,
  hasStarted: true,
  openApps: true,
  isLogComplete: true,
})
export type KeptKernel = z.infer<typeof KeptKernel>

export const ImageTask = z.object({
  id: z.uuid(),
  kind: z.enum(['pull', 'build']),
  reference: z.string(),
})
export type ImageTask = z.infer<typeof ImageTask>

export const Desired = z.object({
  clusterId: z.uuid(),
  /** All of those that the agent does not hold. */
  kernels: z.array(DesiredKernel),
  /** Of those that it holds: the ones of which more is wanted than to run on. */
  kept: z.array(KeptKernel),
  /** Of those that it holds: the ones that nobody wants any more. */
  dropped: z.array(z.uuid()),
  imageTasks: z.array(ImageTask),
  /** Public key (JWK, Ed25519) that tickets for this agent are signed with. */
  ticketKey: z.record(z.string(), z.unknown()),
})
export type Desired = z.infer<typeof Desired>

export const ObservedKernel = z.object({
  kernelId: z.uuid(),
  status: z.enum(['preparing', 'pulling', 'creating', 'running', 'terminating', 'terminated']),
  progress: z
    .object({ current: z.number(), total: z.number(), message: z.string().max(500) })
    .nullable(),
  containerId: z.string().max(128).nullable(),
  exitCode: z.int().nullable(),
  /** Why it ended or never began; `isRetryable`: another node, or another try, may do better. */
  reason: z
    .object({ code: z.string().max(64), message: z.string().max(2000), isRetryable: z.boolean() })
    .nullable(),
  startedAt: z.iso.datetime().nullable(),
  endedAt: z.iso.datetime().nullable(),
  apps: z.array(
    z.object({
      name: z.string().max(64),
      status: z.enum(['starting', 'ready', 'failed']),
      message: z.string().max(1000),
    }),
  ),
  /** All of its log has been sent. */
  isLogComplete: z.boolean(),
})
export type ObservedKernel = z.infer<typeof ObservedKernel>

/** What a container used at a moment. */
export const KernelSample = UsageSample.extend({ kernelId: z.uuid() })
export type KernelSample = z.infer<typeof KernelSample>

export const ObservedImage = z.object({
  reference: z.string().max(512),
  runtime: z.enum(['docker', 'process']),
  digest: z.string().max(128).nullable(),
  architecture: z.string().max(32),
  sizeBytes: z.number(),
  labels: z.record(z.string(), z.string()),
})
export type ObservedImage = z.infer<typeof ObservedImage>

export const ObservedImageTask = z.object({
  id: z.uuid(),
  status: z.enum(['running', 'done', 'failed']),
  /** 0 to 1. */
  progress: z.number().min(0).max(1),
  message: z.string().max(2000),
})

/** What an agent sees: all that is not said to be left out. */
export const Observed = z.object({
  version: z.string().max(64),
  architecture: z.string().max(32),
  region: z.string().max(64),
  /** URL at which proxies reach this agent's relay. */
  address: z.string().max(256),
  /** The group to join on first contact. */
  resourceGroup: z.string().max(64),
  /** The agent's clock as it sends. */
  clock: z.iso.datetime(),
  runtimes: z.array(Runtime),
  capacity: Slots,
  devices: z.array(Device),
  /** Only images labelled as ours. Null: unchanged since the last report that was answered. */
  images: z.array(ObservedImage).nullable(),
  imageTasks: z.array(ObservedImageTask),
  /** Those of which something is new since a report that was answered; now and then all. */
  kernels: z.array(ObservedKernel),
  /** The newest of each container that can be measured, until a report with it was answered. */
  samples: z.array(KernelSample).default([]),
  /** Null: as in the last report that was answered. */
  usage: NodeUsage.nullable(),
  problems: z.array(NodeProblem),
})
export type Observed = z.infer<typeof Observed>

/** An agent is heard of this often, unless it is told another pace; it is lost after three times that without a word (AGT-06). */
export const heartbeatMs = 5000

/** Containers of one agent that it can say that it holds. */
const mostHeld = 10_000

const join = endpoint({
  method: 'POST',
  path: '/agents/join',
  summary: 'Register an agent with a join token; answers the token that it will use from now on',
  permission: 'public',
  input: z.strictObject({ joinToken: z.string().max(200), id: AgentId }),
  output: z.object({ token: z.string(), clusterId: z.uuid() }),
  errors: ['bad_join_token', 'forbidden'],
})

const sync = endpoint({
  method: 'POST',
  path: '/agents/:id/sync',
  summary: 'Report what is, learn what is wanted; held open until that changes or `waitMs` pass',
  permission: 'agent.sync',
  input: z.strictObject({
    id: AgentId,
    observed: Observed,
    /** Of two reports of one agent the newer has the larger, whatever its clock is set to; equal: the one that comes last. */
    order: z.number().nonnegative().default(0),
    /** Of the last answer taken; empty at first. */
    desiredHash: z.string().max(128),
    /** Containers that it was told all of before: of these it is told only what is not as usual. */
    heldKernelIds: z.array(z.uuid()).max(mostHeld).default([]),
    waitMs: z.int().min(0).max(30_000),
  }),
  output: z.object({
    desiredHash: z.string(),
    /** Null: as before. */
    desired: Desired.nullable(),
    /** The manager's clock as it answers. */
    clock: z.iso.datetime(),
    /** How often the agent is to be heard of from now on: less often in a large cluster. */
    heartbeatMs: z.int().default(heartbeatMs),
  }),
  errors: ['agent_not_found'],
})

const leave = endpoint({
  method: 'POST',
  path: '/agents/:id/leave',
  summary: 'Say goodbye: the agent is shut down in good order (its containers go on)',
  permission: 'agent.sync',
  input: z.strictObject({ id: AgentId, reason: z.string().max(500) }),
  output: z.object({}),
  errors: ['agent_not_found'],
})

const appendLog = endpoint({
  method: 'POST',
  path: '/agents/:id/kernels/:kernelId/log',
  summary:
    'Append to the kept log of a container; a wrong offset changes nothing and answers the right one',
  permission: 'agent.sync',
  input: z.strictObject({
    id: AgentId,
    kernelId: z.uuid(),
    offset: z.int().min(0),
    /** Base64; at most 256 KiB of bytes. */
    data: z.base64().max(360_000),
    isComplete: z.boolean(),
  }),
  output: z.object({ offset: z.int() }),
  errors: ['agent_not_found', 'kernel_not_found'],
})

export const syncApi = { join, sync, leave, appendLog }
