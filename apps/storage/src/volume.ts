import { readFile, realpath, statfs } from 'node:fs/promises'
import type { VolumeReport } from '@capstan/contract/storage'

/** A folder that this storage proxy offers under a name. */
export interface Volume {
  readonly name: string
  readonly path: string
}

/** What a volume is and holds now. */
export async function inspectVolume({ name, path }: Volume): Promise<VolumeReport> {
  const { bsize, blocks, bfree } = await statfs(path)
  return {
    name,
    path,
    backend: await fileSystemOf(path),
    capabilities: [],
    capacityBytes: blocks * bsize,
    usedBytes: (blocks - bfree) * bsize,
  }
}

/** Type of the file system that a folder is on (`ext4`, `btrfs`, `nfs4` …); `unknown` where the system does not list its mounts. */
async function fileSystemOf(path: string): Promise<string> {
  try {
    return fileSystemAt(await realpath(path), await readFile('/proc/self/mounts', 'utf8'))
  } catch {
    return 'unknown'
  }
}

/** The type in a mount table (fstab(5)) for an absolute path: that of the longest mount point above it, the last of equals. */
export function fileSystemAt(path: string, mounts: string): string {
  let best = { point: '', type: 'unknown' }
  for (const line of mounts.split('\n')) {
    const [, escaped, type] = line.split(' ')
    if (escaped === undefined || type === undefined) continue
    const point = unescape(escaped)
    const isAbove = point === '/' || path === point || path.startsWith(`${point}/`)
    if (isAbove && point.length >= best.point.length) best = { point, type }
  }
  return best.type
}

/** Blanks and the like stand as three octal digits. */
const unescape = (text: string): string =>
  text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  )
