import type { Reason } from '@capstan/contract/session'
import { checkOwned, countAllowed } from '@capstan/core/limits'
import { restOf, whyNoReplica } from '@capstan/core/replicas'
import type { Tx } from '../db/db.ts'
import { lockPending } from '../policy/limits.store.ts'
import { listEnded, readStanding, type ServiceRow } from './replicas.store.ts'
import { findReplicaLimit } from './service.store.ts'

/** How many of the missing replicas may be added now to those that there are, and what stands against the others. */
export interface Allowance {
  readonly count: number
  readonly reason: Reason | null
}

export async function allowanceOf(
  tx: Tx,
  service: ServiceRow,
  liveCount: number,
): Promise<Allowance> {
  const obstacle = whyNoReplica(await readStanding(tx, service), service.resourceGroup)
  if (obstacle) return { count: 0, reason: obstacle }
  const rest = await findRest(tx, service)
  const { accessKey, amounts, replicaCount } = service
  const awake = replicaCount - (rest?.count ?? 0)
  if (rest && awake <= liveCount) return { count: 0, reason: rest.reason }
  const account = await lockPending(tx, accessKey)
  // A keypair that is gone is not active, which was looked at before.
  if (!account) return { count: 0, reason: null }
  const limit = await findReplicaLimit(tx, service.userId)
  const most = Math.min(awake, limit.most ?? Infinity)
  const request = { amounts, clusterSize: 1 }
  const { count, failure = overLimit(service, liveCount, limit) } = countAllowed(
    account.limits,
    account.pending,
    request,
    most - liveCount,
  )
  const limited = failure && { code: 'policy_limit', message: failure.message }
  return { count, reason: limited ?? rest?.reason ?? null }
}

/** POL-12: the policy of the owner may allow less by now than the service was set to. */
const overLimit = (
  { replicaCount }: ServiceRow,
  used: number,
  limit: { readonly policy: string; readonly most: number | null },
) => checkOwned({ ...limit, limit: 'serviceSessionCount', used, requested: replicaCount - used })

/** A service whose replicas keep failing is not started as fast as they fail. */
async function findRest(
  tx: Tx,
  service: ServiceRow,
): Promise<{ readonly count: number; readonly reason: Reason } | null> {
  const { replicaCount } = service
  const { ended, now } = await listEnded(tx, service)
  const rest = restOf(ended, { replicaCount, now })
  if (!rest) return null
  const { name, message } = rest.latest
  return {
    count: rest.count,
    reason: {
      code: 'replicas_fail',
      message: `${name} failed: ${message ?? 'it ended'}. The next one starts a while later each time`,
      data: { name, until: new Date(rest.until).toISOString() },
    },
  }
}
