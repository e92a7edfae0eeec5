import type { Db } from '../db/db.ts'
import { gather } from '../gather.ts'
import { admit, type Answer } from './rate-limit.store.ts'

/** Where a request stands against the limit of its keypair. */
export interface Admitted {
  readonly isAdmitted: boolean
  readonly most: number
  readonly remaining: number
  readonly resetS: number
}

export type Admission = (accessKey: string) => Promise<Admitted>

/** Requests that are counted in one go. */
const mostAtOnce = 1000

/** Counts requests against the limits of their keypairs (KEY-08): under load one statement does for many of them. */
export function createAdmission(db: Db): Admission {
  return gather({
    most: mostAtOnce,
    work: async (accessKeys: readonly string[]) => {
      const asked = Map.groupBy(accessKeys, key => key)
      const counts = new Map([...asked].map(([key, requests]) => [key, requests.length]))
      return settle(accessKeys, await admit(db, counts))
    },
  })
}

/** Whoever came first is let through first. */
function settle(accessKeys: readonly string[], answers: readonly Answer[]): Admitted[] {
  const byKey = new Map(answers.map(answer => [answer.accessKey, { ...answer }]))
  return accessKeys.map(accessKey => {
    const answer = byKey.get(accessKey)
    const isAdmitted = answer !== undefined && answer.admitted-- > 0
    const { most = 0, used = 0, resetS = 0 } = answer ?? {}
    return { isAdmitted, most, remaining: Math.max(most - used, 0), resetS: Math.ceil(resetS) }
  })
}
