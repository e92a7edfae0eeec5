import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Gpu } from './nvidia-query.ts'

/** Where the driver tells of itself, and where its device files are. */
export interface DriverFolders {
  readonly proc: string
  readonly dev: string
}

export const driverFolders: DriverFolders = { proc: '/proc/driver/nvidia', dev: '/dev' }

/** Files that a program needs for any GPU, beside those of the GPUs themselves. */
const common = ['nvidiactl', 'nvidia-uvm', 'nvidia-uvm-tools']

/**
 * The device files of some GPUs: `/dev/nvidia3` after the minor number, which need not be the index that `nvidia-smi` shows.
 * Throws where the driver does not tell it: a wrong one would be somebody else's.
 */
export async function deviceFilesOf(
  gpus: readonly Gpu[],
  { proc, dev }: DriverFolders,
): Promise<string[]> {
  if (gpus.length === 0) return []
  const own = gpus.map(async ({ busId, uuid }) => {
    const path = join(proc, 'gpus', procName(busId), 'information')
    const text = await readFile(path, 'utf8').catch(() => '')
    const minor = /^Device Minor:\s*(\d+)\s*$/m.exec(text)?.[1]
    if (minor === undefined) throw new Error(`the device file of ${uuid} is not known: see ${path}`)
    return `nvidia${minor}`
  })
  return [...(await Promise.all(own)), ...common].map(name => join(dev, name))
}

/** `00000000:3B:00.0` is `0000:3b:00.0` there. */
const procName = (busId: string): string => {
  const [domain = '', ...rest] = busId.toLowerCase().split(':')
  return [domain.slice(-4).padStart(4, '0'), ...rest].join(':')
}
