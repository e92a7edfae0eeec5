import { execFile } from 'node:child_process'
import { cpus, totalmem } from 'node:os'
import { promisify } from 'node:util'
import type { Device } from '@capstan/contract/agent'
import type { Slots } from '@capstan/contract/slots'
import * as z from 'zod'

const run = promisify(execFile)

export interface Fingerprint {
  readonly architecture: string
  readonly capacity: Slots
  readonly devices: readonly Device[]
}

/** Memory that the node keeps for itself: a twentieth, at most 4 GiB. */
const reserveBytes = (total: number): number => Math.min(total / 20, 4 * 2 ** 30)

const MockDevices = z.array(
  z.object({ kind: z.string().regex(/^[a-z][a-z0-9-]{0,20}$/), count: z.int().min(1).max(64) }),
)

/** What this node has: its cores, its memory less a reserve, its accelerators; and mock ones that its configuration declares. */
export async function fingerprint(mockDevices: string | undefined): Promise<Fingerprint> {
  const devices = [...(await nvidiaDevices()), ...mocks(mockDevices)]
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
      return { id, kind: 'cuda', model, slot: 'cuda.device', capacity: 1, numaNode: null }
    })
}

/** From JSON such as `[{"kind": "mock", "count": 4}]`. */
function mocks(json: string | undefined): Device[] {
  if (json === undefined || json === '') return []
  return MockDevices.parse(JSON.parse(json)).flatMap(({ kind, count }) =>
    Array.from({ length: count }, (_, index) => ({
      id: `${kind}-${index}`,
      kind,
      model: 'mock',
      slot: `${kind}.device`,
      capacity: 1,
      numaNode: null,
    })),
  )
}
