import { readFile, statfs } from 'node:fs/promises'
import { cpus, freemem, totalmem } from 'node:os'
import type { NodeUsage } from '@capstan/contract/agent'

export interface UsageSample {
  readonly at: string
  readonly cpuMilli: number
  readonly memBytes: number
}

/** CPU rates of containers: each from this look and the one before. */
export class ContainerMeter {
  readonly #before = new Map<string, { atMs: number; cpuUs: number }>()

  /** Null at the first look, and where nothing can be measured. */
  sample(
    id: string,
    measured: { cpuUs: number; memBytes: number } | undefined,
  ): UsageSample | null {
    const atMs = performance.now()
    const before = this.#before.get(id)
    if (!measured) return null
    this.#before.set(id, { atMs, cpuUs: measured.cpuUs })
    if (!before) return null
    const cpuMilli = Math.max(0, (measured.cpuUs - before.cpuUs) / (atMs - before.atMs))
    return {
      at: new Date().toISOString(),
      cpuMilli: Math.round(cpuMilli),
      memBytes: measured.memBytes,
    }
  }

  /** Forgets all but these. */
  keep(ids: ReadonlySet<string>): void {
    for (const id of this.#before.keys()) if (!ids.has(id)) this.#before.delete(id)
  }
}

/** Live use of the node as a whole, and of each core. */
export class NodeMeter {
  readonly #folder: string
  #before: readonly { total: number; idle: number }[] = []

  /** `folder` is on the disk whose use is told. */
  constructor(folder: string) {
    this.#folder = folder
  }

  async sample(): Promise<NodeUsage> {
    const cores = this.#coreShares()
    const [disk, network] = await Promise.all([statfs(this.#folder), networkBytes()])
    return {
      at: new Date().toISOString(),
      cpuMilli: Math.round(cores.reduce((sum, share) => sum + share, 0) * 1000),
      memBytes: totalmem() - freemem(),
      diskBytes: (disk.blocks - disk.bavail) * disk.bsize,
      diskCapacityBytes: disk.blocks * disk.bsize,
      networkReceivedBytes: network.received,
      networkSentBytes: network.sent,
      devices: cores.map((utilization, index) => ({
        id: `core ${index}`,
        kind: 'cpu',
        utilization,
        memBytes: null,
        temperatureC: null,
      })),
    }
  }

  #coreShares(): number[] {
    const now = cpus().map(({ times }) => ({
      total: Object.values(times).reduce((sum, value) => sum + value, 0),
      idle: times.idle,
    }))
    const shares = now.map(({ total, idle }, index) => {
      const before = this.#before[index]
      const passed = before ? total - before.total : 0
      return before && passed > 0 ? 1 - (idle - before.idle) / passed : 0
    })
    this.#before = now
    return shares
  }
}

/** All interfaces but the loopback, since boot. Zero where the kernel has no such file. */
async function networkBytes(): Promise<{ received: number; sent: number }> {
  const text = await readFile('/proc/net/dev', 'utf8').catch(() => '')
  const rows = text
    .split('\n')
    .slice(2)
    .map(line => line.trim().split(/[:\s]+/))
    .filter(([name = '', ...rest]) => rest.length >= 9 && name !== 'lo')
  const sum = (column: number): number =>
    rows.reduce((total, row) => total + Number(row[column]), 0)
  return { received: sum(1), sent: sum(9) }
}
