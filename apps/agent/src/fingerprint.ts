import { execFile } from 'node:child_process'
import { cpus, totalmem } from 'node:os'
import { promisify } from 'node:util'
import type { Device } from '@capstan/contract/agent'
import type { Slots } from '@capstan/contract/slots'
import type * as z from 'zod'
import { readMockDevices } from './devices/mock.ts'

const run = promisify(execFile)

export interface Fingerprint {
  readonly architecture: string
  readonly capacity: Slots
  readonly devices: readonly z.input<typeof Device>[]
}

/** Memory that the node keeps for itself: a twentieth, at most 4 GiB. */
const reserveBytes = (total: number): number => Math.min(total / 20, 4 * 2 ** 30)

/** What this node has: its cores, its memory less a reserve, its accelerators; and mock ones that a file declares. */
export async function fingerprint(mockFile: string | undefined): Promise<Fingerprint> {
  const devices = [
    ...(await nvidiaDevices()),
    ...(mockFile === undefined ? [] : await readMockDevices(mockFile)),
  ]
  const memory = Math.floor((totalmem() - reserveBytes(totalmem())) / 2 ** 20) * 2 ** 20
  const capacity: Record<string, number> = { cpu: cpus().length, mem: memory }
  for (const { slot, capacity: amount } of devices) capacity[slot] = (capacity[slot] ?? 0) + amount
  return { architecture: process.arch === 'arm64' ? 'aarch64' : 'x86_64', capacity, devices }
}

/** Whole NVIDIA GPUs, as the driver's own tool lists them; none where it is not installed. */
async function nvidiaDevices(): Promise<Device[]> {
  const query = ['--query-gpu=uuid,name', '--format=csv,noheader']
  const listed = await run('nvidia-smi', query, { timeout: 10_000 }).catch(() => ({ stdout: '' }))
  return listed.stdout
    .split('\n')
    .filter(Boolean)
    .map(line => {
      const [id = '', model = ''] = line.split(',').map(part => part.trim())
      return {
        id,
        kind: 'cuda',
        model,
        slot: 'cuda.device',
        capacity: 1,
        numaNode: null,
        memBytes: null,
        linkGroup: null,
        shareStep: null,
      }
    })
}
