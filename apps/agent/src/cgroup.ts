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

/**
 * CPU time (µs) and working set (bytes: what cannot be dropped at once) of a control group, by its path in version 1
 * or one of its paths in version 2. Undefined where neither is there. Kernel documentation: cgroup-v1/memory, cgroup-v2.
 */
export async function readCgroup(
  ...paths: readonly string[]
): Promise<{ cpuUs: number; memBytes: number } | undefined> {
  for (const path of paths) {
    const cpuNs = await numberIn(join(root, 'cpuacct', path, 'cpuacct.usage'))
    if (cpuNs !== undefined) {
      const folder = join(root, 'memory', path)
      const used = (await numberIn(join(folder, 'memory.usage_in_bytes'))) ?? 0
      const stat = await fieldsIn(join(folder, 'memory.stat'))
      return {
        cpuUs: cpuNs / 1000,
        memBytes: Math.max(0, used - (stat.get('total_inactive_file') ?? 0)),
      }
    }
    const used = await numberIn(join(root, path, 'memory.current'))
    if (used !== undefined) {
      const stat = await fieldsIn(join(root, path, 'memory.stat'))
      const cpu = await fieldsIn(join(root, path, 'cpu.stat'))
      return {
        cpuUs: cpu.get('usage_usec') ?? 0,
        memBytes: Math.max(0, used - (stat.get('inactive_file') ?? 0)),
      }
    }
  }
  return undefined
}
