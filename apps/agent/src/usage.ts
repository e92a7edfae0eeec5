import { readFile } from 'node:fs/promises'
import { statfs } from 'node:fs/promises'
import { cpus, freemem, totalmem } from 'node:os'
import type { NodeUsage } from '@capstan/contract/agent'

const v1 = '/sys/fs/cgroup'
const number = async (path: string): Promise<number | undefined> => {
  const text = await readFile(path, 'utf8').catch(() => undefined)
  return text === undefined ? undefined : Number(text.trim())
}
const fields = async (path: string): Promise<Map<string, number>> => {
  const text = await readFile(path, 'utf8').catch(() => '')
  return new Map(
    text
      .split('\n')
      .filter(Boolean)
      .map(line => {
        const [key = '', value = '0'] = line.split(' ')
        return [key, Number(value)] as const
      }),
  )
}

/** CPU time (µs) and working set (bytes) of a container, from cgroups of either version. */
export async function readContainer(
  id: string,
): Promise<{ cpuUs: number; memBytes: number } | undefined> {
  const cpuNs = await number(`${v1}/cpuacct/docker/${id}/cpuacct.usage`)
  if (cpuNs !== undefined) {
    const used = await number(`${v1}/memory/docker/${id}/memory.usage_in_bytes`)
    const stat = await fields(`${v1}/memory/docker/${id}/memory.stat`)
    return {
      cpuUs: cpuNs / 1000,
      memBytes: Math.max(0, (used ?? 0) - (stat.get('total_inactive_file') ?? 0)),
    }
  }
  for (const folder of [`${v1}/system.slice/docker-${id}.scope`, `${v1}/docker/${id}`]) {
    const used = await number(`${folder}/memory.current`)
    if (used === undefined) continue
    const stat = await fields(`${folder}/memory.stat`)
    const cpu = await fields(`${folder}/cpu.stat`)
    return {
      cpuUs: cpu.get('usage_usec') ?? 0,
      memBytes: Math.max(0, used - (stat.get('inactive_file') ?? 0)),
    }
  }
  return undefined
}

/** Rates between two looks, per container. */
export class UsageMeter {
  readonly #last = new Map<string, { at: number; cpuUs: number }>()
  async sample(id: string): Promise<{ at: string; cpuMilli: number; memBytes: number } | null> {
    const now = performance.now()
    const read = await readContainer(id)
    if (!read) return null
    const last = this.#last.get(id)
    this.#last.set(id, { at: now, cpuUs: read.cpuUs })
    if (!last) return null
    const cpuMilli = Math.max(0, (read.cpuUs - last.cpuUs) / (now - last.at))
    return { at: new Date().toISOString(), cpuMilli: Math.round(cpuMilli), memBytes: read.memBytes }
  }
  forget(ids: ReadonlySet<string>): void {
    for (const id of this.#last.keys()) if (!ids.has(id)) this.#last.delete(id)
  }
}

/** Live use of the node as a whole, and of each core. */
export class NodeMeter {
  #last: { total: number; idle: number }[] = []
  readonly #folder: string
  constructor(folder: string) {
    this.#folder = folder
  }
  async sample(): Promise<NodeUsage> {
    const now = cpus().map(({ times }) => ({
      total: Object.values(times).reduce((sum, value) => sum + value, 0),
      idle: times.idle,
    }))
    const busy = now.map((core, index) => {
      const last = this.#last[index]
      const total = last ? core.total - last.total : 0
      return last && total > 0 ? 1 - (core.idle - last.idle) / total : 0
    })
    this.#last = now
    const disk = await statfs(this.#folder)
    const net = (await readFile('/proc/net/dev', 'utf8').catch(() => ''))
      .split('\n')
      .slice(2)
      .map(line => line.trim().split(/[:\s]+/))
      .filter(words => words.length > 9 && words[0] !== 'lo')
    const sum = (index: number): number =>
      net.reduce((total, words) => total + Number(words[index]), 0)
    return {
      at: new Date().toISOString(),
      cpuMilli: Math.round(busy.reduce((total, share) => total + share, 0) * 1000),
      memBytes: totalmem() - freemem(),
      diskBytes: (disk.blocks - disk.bavail) * disk.bsize,
      diskCapacityBytes: disk.blocks * disk.bsize,
      networkReceivedBytes: sum(1),
      networkSentBytes: sum(9),
      devices: busy.map((utilization, index) => ({
        id: `core ${index}`,
        kind: 'cpu',
        utilization,
        memBytes: null,
        temperatureC: null,
      })),
    }
  }
}
