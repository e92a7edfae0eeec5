import type { Db } from '../db/db.ts'
import { admit, type Answer } from './rate-limit.store.ts'

/** Where a request stands against the limit of its keypair. */
export interface Admitted {
  readonly isAdmitted: boolean
  readonly most: number
  readonly remaining: number
  readonly resetS: number
}

export type Admission = (accessKey: string) => Promise<Admitted>

interface Waiting {
  readonly accessKey: string
  readonly resolve: (admitted: Admitted) => void
  readonly reject: (error: unknown) => void
}

/**
 * Counts requests against the limits of their keypairs (KEY-08). Those that come while the database counts others wait, and
 * are counted together next: under load one statement does for many requests.
 */
export function createAdmission(db: Db): Admission {
  let waiting: Waiting[] = []
  let isCounting = false

  const count = async (): Promise<void> => {
    isCounting = true
    while (waiting.length > 0) {
      const batch = waiting
      waiting = []
      try {
        const asked = Map.groupBy(batch, ({ accessKey }) => accessKey)
        const counts = new Map([...asked].map(([key, requests]) => [key, requests.length]))
        settle(batch, await admit(db, counts))
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
    }
    isCounting = false
  }

  return accessKey =>
    new Promise((resolve, reject) => {
      waiting.push({ accessKey, resolve, reject })
      if (!isCounting) void count()
    })
}

/** Whoever came first is let through first. */
function settle(batch: readonly Waiting[], answers: readonly Answer[]): void {
  const byKey = new Map(answers.map(answer => [answer.accessKey, { ...answer }]))
  for (const { accessKey, resolve } of batch) {
    const answer = byKey.get(accessKey)
    const isAdmitted = answer !== undefined && answer.admitted-- > 0
    const { most = 0, used = 0, resetS = 0 } = answer ?? {}
    resolve({ isAdmitted, most, remaining: Math.max(most - used, 0), resetS: Math.ceil(resetS) })
  }
}
