import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

const root = '/sys/fs/cgroup'

const numberIn = async (path: string): Promise<number | undefined> => {
  const text = await readFile(path, 'utf8').catch(() => undefined)
  return text === undefined ? undefined : Number(text.trim())
}

/** `key value` lines of a cgroup file; empty where there is none. */
export async function fieldsIn(path: string): Promise<ReadonlyMap<string, number>> {
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

export interface CgroupUse {
  readonly cpuUs: number
  readonly memBytes: number
  /** Processes that were ended because the memory ran out. */
  readonly oomKills: number
}

/**
 * CPU time (µs) and working set (bytes: what cannot be dropped at once) of a control group, by its path in version 1
 * or one of its paths in version 2. Undefined where neither is there. Kernel documentation: cgroup-v1/memory, cgroup-v2.
 */
export async function readCgroup(...paths: readonly string[]): Promise<CgroupUse | undefined> {
  for (const path of paths) {
    const found = (await readVersion1(path)) ?? (await readVersion2(path))
    if (found) return found
  }
  return undefined
}

async function readVersion1(path: string): Promise<CgroupUse | undefined> {
  const cpuNs = await numberIn(join(root, 'cpuacct', path, 'cpuacct.usage'))
  if (cpuNs === undefined) return undefined
  const folder = join(root, 'memory', path)
  const used = (await numberIn(join(folder, 'memory.usage_in_bytes'))) ?? 0
  const stat = await fieldsIn(join(folder, 'memory.stat'))
  const oom = await fieldsIn(join(folder, 'memory.oom_control'))
  return {
    cpuUs: cpuNs / 1000,
    memBytes: Math.max(0, used - (stat.get('total_inactive_file') ?? 0)),
    oomKills: oom.get('oom_kill') ?? 0,
  }
}

async function readVersion2(path: string): Promise<CgroupUse | undefined> {
  const used = await numberIn(join(root, path, 'memory.current'))
  if (used === undefined) return undefined
  const stat = await fieldsIn(join(root, path, 'memory.stat'))
  const cpu = await fieldsIn(join(root, path, 'cpu.stat'))
  const events = await fieldsIn(join(root, path, 'memory.events'))
  return {
    cpuUs: cpu.get('usage_usec') ?? 0,
    memBytes: Math.max(0, used - (stat.get('inactive_file') ?? 0)),
    oomKills: events.get('oom_kill') ?? 0,
  }
}

/** Processes of a control group that were ended because the memory ran out; 0 where it cannot be told. */
export async function readOomKills(path: string): Promise<number> {
  const files = [
    join(root, 'memory', path, 'memory.oom_control'),
    join(root, path, 'memory.events'),
  ]
  for (const file of files) {
    const kills = (await fieldsIn(file)).get('oom_kill')
    if (kills !== undefined) return kills
  }
  return 0
}

/** Path of a process' control group, of either version; undefined when it is gone, or not ours to see. */
export async function cgroupOf(pid: number): Promise<string | undefined> {
  const text = await readFile(`/proc/${pid}/cgroup`, 'utf8').catch(() => '')
  const lines = text.split('\n').map(line => line.split(':'))
  const line =
    lines.find(([, controllers]) => controllers?.split(',').includes('memory')) ??
    lines.find(([number]) => number === '0')
  return line?.slice(2).join(':')
}
