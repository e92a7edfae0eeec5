import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = '/sys/fs/cgroup'

/** Most processes of one local session. */
const processLimit = 4096

/** Which version of control groups this process may write; none where it may not. */
export type CgroupVersion = 1 | 2 | null

export interface Limits {
  readonly cpuMilli: number
  readonly memBytes: number
}

/** Path of a session's group below the root of each hierarchy. */
export const groupPath = (agentId: string, kernelId: string): string =>
  join('capstan', agentId, kernelId)

export function detectCgroups(agentId: string): CgroupVersion {
  try {
    const parent = join('capstan', agentId)
    if (existsSync(join(root, 'cgroup.controllers'))) {
      for (const path of [root, join(root, 'capstan'), join(root, parent)]) {
        mkdirSync(path, { recursive: true })
        writeFileSync(join(path, 'cgroup.subtree_control'), '+cpu +memory +pids')
      }
      return 2
    }
    // Where no hierarchy is mounted, Node's recursive mkdir would try for ever.
    if (!controllers.every(controller => existsSync(join(root, controller)))) return null
    for (const controller of controllers)
      mkdirSync(join(root, controller, parent), { recursive: true })
    return 1
  } catch {
    return null
  }
}

const controllers = ['memory', 'cpu', 'cpuacct', 'pids'] as const

/** Makes a session's groups with its limits; answers the folders that its processes are to join. */
export function makeGroups(
  version: CgroupVersion,
  path: string,
  { cpuMilli, memBytes }: Limits,
): string[] {
  if (version === null) return []
  const quotaUs = Math.max(1000, Math.round(cpuMilli * 100))
  const set = (folder: string, file: string, value: string): void =>
    writeFileSync(join(folder, file), value)
  if (version === 2) {
    const folder = join(root, path)
    mkdirSync(folder, { recursive: true })
    set(folder, 'cpu.max', `${quotaUs} 100000`)
    set(folder, 'memory.max', String(memBytes))
    if (existsSync(join(folder, 'memory.swap.max'))) set(folder, 'memory.swap.max', '0')
    set(folder, 'pids.max', String(processLimit))
    return [folder]
  }
  const folders = controllers.map(controller => join(root, controller, path))
  for (const folder of folders) mkdirSync(folder, { recursive: true })
  const [memory, cpu, , pids] = folders
  set(memory!, 'memory.limit_in_bytes', String(memBytes))
  if (existsSync(join(memory!, 'memory.memsw.limit_in_bytes')))
    set(memory!, 'memory.memsw.limit_in_bytes', String(memBytes))
  set(cpu!, 'cpu.cfs_period_us', '100000')
  set(cpu!, 'cpu.cfs_quota_us', String(quotaUs))
  set(pids!, 'pids.max', String(processLimit))
  return folders
}

/** Ends every process of a group, and removes it. What is still ending keeps it for another try. */
export function removeGroups(version: CgroupVersion, path: string): void {
  const folders =
    version === 2 ? [join(root, path)] : controllers.map(controller => join(root, controller, path))
  for (const folder of version === null ? [] : folders) {
    if (!existsSync(folder)) continue
    for (const pid of readFileSync(join(folder, 'cgroup.procs'), 'utf8')
      .split('\n')
      .filter(Boolean))
      killIfThere(Number(pid))
    try {
      rmdirSync(folder)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EBUSY') throw error
    }
  }
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
