import { cpus, totalmem } from 'node:os'
import type { Slots } from '@capstan/contract/slots'

export interface Fingerprint {
  readonly architecture: string
  readonly capacity: Slots
}

/** Memory that the node keeps for itself: a twentieth, at most 4 GiB. */
const reserveBytes = (total: number): number => Math.min(total / 20, 4 * 2 ** 30)

/** What this node has of cores, and of memory, less a reserve. */
export function fingerprint(): Fingerprint {
  const memory = Math.floor((totalmem() - reserveBytes(totalmem())) / 2 ** 20) * 2 ** 20
  return {
    architecture: process.arch === 'arm64' ? 'aarch64' : 'x86_64',
    capacity: { cpu: cpus().length, mem: memory },
  }
}
