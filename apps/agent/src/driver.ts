import type { Duplex } from 'node:stream'
import type { Isolation } from '@capstan/contract/agent'
import type { DesiredKernel, ObservedImage } from '@capstan/contract/sync'
import type * as z from 'zod'
import type { CgroupUse } from './cgroup.ts'
import type { Grant } from './devices/grant.ts'

/** A container of ours, as its driver finds it. */
export interface Container {
  readonly id: string
  readonly kernelId: string
  readonly isRunning: boolean
}

export interface ContainerState {
  /** `created`: made, but it never ran. */
  readonly phase: 'created' | 'running' | 'ended'
  readonly exitCode: number | null
  readonly isOutOfMemory: boolean
  readonly startedAt: string | null
  readonly endedAt: string | null
}

export interface CommandSpec {
  readonly command: readonly string[]
  readonly tty: boolean
}

/** A command that runs inside a container with somebody at its input. */
export interface AttachedCommand {
  /** Channel 1 is output, 2 error output. */
  readonly onOutput: (listener: (channel: 1 | 2, data: Buffer) => void) => void
  /** Answers false when the reader is slow: wait for `onDrain`. */
  readonly write: (data: Buffer) => boolean
  readonly onDrain: (listener: () => void) => void
  readonly endInput: () => void
  readonly resize: (columns: number, rows: number) => void
  readonly pause: () => void
  readonly resume: () => void
  readonly exited: Promise<number>
  readonly kill: () => void
}

export interface PullProgress {
  readonly current: number
  readonly total: number
  readonly message: string
}

/** What runs containers on a node. Every call may be repeated; ids stay the same over restarts of the agent. */
export interface Driver {
  readonly name: 'docker' | 'process'
  /** Version of what runs the containers. Throws while it does not answer. */
  readonly version: () => Promise<string>
  readonly isolation: readonly z.input<typeof Isolation>[]
  readonly images: () => Promise<z.input<typeof ObservedImage>[]>
  /** Containers of this agent and cluster, running or not. */
  readonly list: (clusterId: string) => Promise<Container[]>
  /** Makes and starts the container of a kernel, or finds the one that was made before. Never a second one. */
  readonly start: (kernel: DesiredKernel, clusterId: string, grant: Grant) => Promise<string>
  /** Undefined when there is no such container. */
  readonly inspect: (id: string) => Promise<ContainerState | undefined>
  readonly stop: (id: string, graceS: number) => Promise<void>
  readonly remove: (id: string) => Promise<void>
  /** Brings an image here. Rejects when the signal comes first. */
  readonly pull: (
    reference: string,
    onProgress: (progress: PullProgress) => void,
    signal?: AbortSignal,
  ) => Promise<void>
  /** The output from its first byte on; with `follow`, until the container ends. */
  readonly output: (id: string, options: { follow: boolean }) => AsyncIterable<Buffer>
  /** Runs a command to its end and answers what it printed. Throws when it fails. */
  readonly run: (id: string, command: readonly string[]) => Promise<string>
  /** Starts a command that goes on by itself, with its output in a file inside. */
  readonly launch: (
    id: string,
    command: readonly string[],
    options: { env: Record<string, string>; logPath: string },
  ) => Promise<void>
  readonly attach: (id: string, spec: CommandSpec) => Promise<AttachedCommand>
  /** A raw connection to a port inside. Rejects when nobody listens there. */
  readonly connect: (id: string, port: number) => Promise<Duplex>
  /** What its processes use together since its start; undefined where nothing can be measured. */
  readonly measure: (id: string) => Promise<CgroupUse | undefined>
  /** Calls with the kernel whenever a container changed; `outOfMemory` when a process of it was ended for its memory. */
  readonly watch: (
    onChange: (kernelId: string, outOfMemory: boolean) => void,
    signal: AbortSignal,
  ) => Promise<void>
  /** Lets go of what is of no use without the agent. Containers stay. */
  readonly close: () => Promise<void>
  /** Whether an error means that the engine is away, not that the request was wrong. */
  readonly isAway: (error: unknown) => boolean
  /** Whether a start failed because the image is not here. */
  readonly isImageMissing: (error: unknown) => boolean
}
