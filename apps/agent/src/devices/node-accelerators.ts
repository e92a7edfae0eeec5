import type { Device, NodeProblem, NodeUsage } from '@capstan/contract/agent'
import type { DesiredKernel } from '@capstan/contract/sync'
import { pause } from '@capstan/runtime/retry'
import type * as z from 'zod'
import type { Accelerators } from './accelerators.ts'
import { deviceFilesOf, type DriverFolders, driverFolders } from './device-files.ts'
import type { Grant } from './grant.ts'
import { isMock } from './mock.ts'
import { type Mps, pipeFolder } from './mps.ts'
import { NvidiaGpus, type PlacedGpu } from './nvidia.ts'

/** Between two looks at the GPUs. Milliseconds. */
const lookEveryMs = 10_000

/** A whole GPU needs nothing beside it. */
const isPart = ({ slot, amount }: { slot: string; amount: number }): boolean =>
  slot === 'cuda.shares' && amount < 1

/** MPS gives out threads in percent. */
const mpsStep = 0.01

export interface NodeAcceleratorsOptions {
  readonly mocks: readonly Device[]
  /** NVIDIA GPUs are given out in shares, by MPS, instead of whole. */
  readonly sharesGpus: boolean
  readonly mps: Mps
  readonly folders?: DriverFolders
  readonly nvidia?: NvidiaGpus
}

/** NVIDIA GPUs as their driver tells of them, and mock devices as a file declares them. */
export class NodeAccelerators implements Accelerators {
  readonly #options: NodeAcceleratorsOptions
  readonly #nvidia: NvidiaGpus
  #mpsProblem: string | undefined

  private constructor(options: NodeAcceleratorsOptions) {
    this.#options = options
    this.#nvidia = options.nvidia ?? new NvidiaGpus()
  }

  /** After the first look: a node must not seem to have lost what it was not yet asked for. */
  static async open(options: NodeAcceleratorsOptions): Promise<NodeAccelerators> {
    const opened = new NodeAccelerators(options)
    await opened.#nvidia.look()
    return opened
  }

  get #isShared(): boolean {
    return this.#options.sharesGpus && this.#options.mps.isInstalled
  }

  get devices(): z.input<typeof Device>[] {
    const isShared = this.#isShared
    return [...this.#nvidia.gpus.map(gpu => deviceOf(gpu, isShared)), ...this.#options.mocks]
  }

  get use(): NodeUsage['devices'] {
    return this.#nvidia.gpus.map(({ uuid, utilization, memUsedBytes, temperatureC }) => ({
      id: uuid,
      kind: 'cuda',
      utilization,
      memBytes: memUsedBytes,
      temperatureC,
    }))
  }

  get problems(): z.input<typeof NodeProblem>[] {
    const problems = [...this.#nvidia.problems]
    if (this.#options.sharesGpus && this.#nvidia.isPresent && !this.#isShared)
      problems.push({
        code: 'mps_missing',
        message:
          'GPUs are to be given out in shares, but nvidia-cuda-mps-control is not installed: they are given out whole',
      })
    if (this.#mpsProblem !== undefined)
      problems.push({ code: 'mps_failed', message: this.#mpsProblem })
    return problems
  }

  async watch(changed: () => void, signal: AbortSignal): Promise<void> {
    const state = (): string => JSON.stringify([this.devices, this.problems])
    for (let before = state(); !signal.aborted; before = state()) {
      await pause(lookEveryMs, signal)
      if (signal.aborted) return
      await this.#nvidia.look()
      if (state() !== before) changed()
    }
  }

  async grant({ devices }: DesiredKernel): Promise<Grant> {
    const mocks = devices.filter(({ deviceId }) => isMock(deviceId)).map(one => one.deviceId)
    const given = devices.flatMap(({ slot, deviceId, amount }) =>
      slot.startsWith('cuda.') && !isMock(deviceId)
        ? [{ slot, amount, gpu: this.#find(deviceId) }]
        : [],
    )
    const uuids = given.map(({ gpu }) => gpu.uuid)
    const [share] = given.filter(isPart)
    if (share) await this.#options.mps.ensure(share.gpu.uuid)
    return {
      environ: {
        ...(mocks.length > 0 && { CAPSTAN_MOCK_DEVICES: mocks.join(',') }),
        ...visible(uuids),
        ...(share && mpsEnviron(this.#options.mps.folder, share.gpu, share.amount)),
      },
      gpus: uuids,
      // Clients of MPS and its server share memory beside the pipes.
      folders: share ? [pipeFolder(this.#options.mps.folder, share.gpu.uuid), '/dev/shm'] : [],
      deviceFiles: () =>
        deviceFilesOf(
          given.map(({ gpu }) => gpu),
          this.#options.folders ?? driverFolders,
        ),
    }
  }

  #find(uuid: string): PlacedGpu {
    const gpu = this.#nvidia.gpus.find(one => one.uuid === uuid)
    if (!gpu) throw new Error(`its GPU ${uuid} does not answer`)
    return gpu
  }

  async keep(kernels: readonly DesiredKernel[]): Promise<void> {
    const shared = kernels.flatMap(({ devices }) =>
      devices.filter(one => isPart(one) && !isMock(one.deviceId)),
    )
    try {
      await this.#options.mps.keep([...new Set(shared.map(({ deviceId }) => deviceId))])
      this.#mpsProblem = undefined
    } catch (error) {
      this.#mpsProblem = `Sessions that share a GPU may not use it: ${String(error)}`.slice(0, 900)
    }
  }
}

const deviceOf = (
  { uuid, name, memBytes, numaNode, linkGroup }: PlacedGpu,
  isShared: boolean,
): z.input<typeof Device> => ({
  id: uuid,
  kind: 'cuda',
  model: name,
  slot: isShared ? 'cuda.shares' : 'cuda.device',
  capacity: 1,
  memBytes,
  numaNode,
  linkGroup,
  shareStep: isShared ? mpsStep : null,
})

/**
 * Images of NVIDIA ask for all GPUs unless told otherwise: who is given none is told so, on every node. One whose GPUs were not
 * seen yet may have some all the same.
 */
const visible = (uuids: readonly string[]): Record<string, string> => ({
  NVIDIA_VISIBLE_DEVICES: uuids.length > 0 ? uuids.join(',') : 'void',
  CUDA_VISIBLE_DEVICES: uuids.join(','),
})

const mebibyte = 2 ** 20

/** To a client of the daemon of one GPU that is number 0. Where its memory is not known, only threads are limited. */
const mpsEnviron = (
  folder: string,
  { uuid, memBytes }: PlacedGpu,
  share: number,
): Record<string, string> => ({
  CUDA_MPS_PIPE_DIRECTORY: pipeFolder(folder, uuid),
  CUDA_MPS_ACTIVE_THREAD_PERCENTAGE: String(Math.max(1, Math.round(share * 100))),
  ...(memBytes !== null && {
    CUDA_MPS_PINNED_DEVICE_MEM_LIMIT: `0=${Math.floor((memBytes * share) / mebibyte)}M`,
  }),
})
