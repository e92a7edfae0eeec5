import type { Reason } from '@capstan/contract/session'
import { countAllowed } from '@capstan/core/limits'
import { restOf, whyNoReplica } from '@capstan/core/replicas'
import type { Tx } from '../db/db.ts'
import { lockPending } from '../policy/limits.store.ts'
import { listEnded, readStanding, type ServiceRow } from './replicas.store.ts'

/** How many of the missing replicas may be added now, and what stands against the others. */
export interface Allowance {
  readonly count: number
  readonly reason: Reason | null
}

export async function allowanceOf(
  tx: Tx,
  service: ServiceRow,
  missing: number,
): Promise<Allowance> {
  const obstacle =
    whyNoReplica(await readStanding(tx, service), service.resourceGroup) ??
    (await whyItRests(tx, service))
  if (obstacle) return { count: 0, reason: obstacle }
  const { accessKey, amounts } = service
  const account = await lockPending(tx, accessKey)
  // A keypair that is gone is not active, which was looked at before.
  if (!account) return { count: 0, reason: null }
  const request = { amounts, clusterSize: 1 }
  const { count, failure } = countAllowed(account.limits, account.pending, request, missing)
  return { count, reason: failure ? { code: 'policy_limit', message: failure.message } : null }
}

/** A service whose replicas keep failing is not started as fast as they fail. */
async function whyItRests(tx: Tx, service: ServiceRow): Promise<Reason | null> {
  const { replicaCount } = service
  const { ended, now } = await listEnded(tx, service)
  const rest = restOf(ended, { replicaCount, now })
  if (!rest) return null
  const { name, message } = rest.latest
  return {
    code: 'replicas_fail',
    message: `${name} failed: ${message ?? 'it ended'}. The next one starts a while later each time`,
    data: { name, until: new Date(rest.until).toISOString() },
  }
}
