import { api } from '@capstan/contract/api'
import type { Call } from '@capstan/contract/client'
import type { Desired, Observed, ObservedKernel } from '@capstan/contract/sync'
import type * as z from 'zod'
import type { TestManager } from './manager.ts'

export type Report = z.input<typeof Observed>
export type KernelReport = z.input<typeof ObservedKernel>

/** An agent played by a test: says what it is told to say, over the real protocol. */
export interface FakeNode {
  readonly id: string
  readonly token: string
  readonly call: Call
  /** Sends a report and answers what the manager wants now, of one that holds these kernels: none, unless given. */
  readonly sync: (
    given?: Partial<Report>,
    heldKernelIds?: readonly string[],
  ) => Promise<z.output<typeof Desired>>
}

export const tinyImage = {
  reference: 'capstan/tiny:1',
  runtime: 'docker',
  digest: 'sha256:aa',
  architecture: 'x86_64',
  sizeBytes: 2_000_000,
  labels: { 'ai.backend.kernelspec': '1', 'ai.backend.service-ports': 'web:http:8000' },
} as const

const gib = 1024 ** 3

/** What an agent of 4 cores and 8 GiB says that has one image and runs nothing. */
export const report = (given: Partial<Report> = {}): Report => ({
  version: '0',
  architecture: 'x86_64',
  region: 'test',
  address: 'http://127.0.0.1:1',
  resourceGroup: 'default',
  clock: new Date().toISOString(),
  runtimes: [{ name: 'docker', version: '1', canBuild: true, isolation: [] }],
  capacity: { cpu: 4, mem: 8 * gib },
  devices: [],
  images: [tinyImage],
  imageTasks: [],
  kernels: [],
  usage: null,
  problems: [],
  ...given,
})

/** What an agent says of a container of ours. */
export const kernelReport = (
  kernelId: string,
  given: Partial<KernelReport> = {},
): KernelReport => ({
  kernelId,
  status: 'running',
  progress: null,
  containerId: `c-${kernelId}`,
  exitCode: null,
  reason: null,
  startedAt: new Date().toISOString(),
  endedAt: null,
  apps: [],
  isLogComplete: false,
  ...given,
})

/** Joins an agent; its later reports build on `base`. */
export async function joinNode(
  manager: TestManager,
  id: string,
  base: Partial<Report> = {},
): Promise<FakeNode> {
  const { token } = await manager.anonymous(api.sync.join, { joinToken: manager.joinToken, id })
  const call = manager.machine(token)
  const node: FakeNode = {
    id,
    token,
    call,
    sync: async (given, heldKernelIds = []) => {
      const observed = report({ ...base, ...given })
      const answer = await call(api.sync.sync, {
        id,
        observed,
        desiredHash: '',
        heldKernelIds: [...heldKernelIds],
        waitMs: 0,
      })
      if (!answer.desired) throw new Error('the manager left out what it wants')
      return answer.desired
    },
  }
  await node.sync()
  return node
}
