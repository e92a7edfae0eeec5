import type { KeypairPolicy, PolicyImport } from '@capstan/contract/policy'
import { checkHeld, type Limits } from '@capstan/core/limits'
import { toAmounts } from '@capstan/core/slots'
import type { Db } from '../db/db.ts'
import { listHoldingFollowers } from './limits.store.ts'

/** How many of those over a new limit are named. */
export const mostNamed = 20

/** Who has more in use than a policy allows, and of what. */
export type Over = PolicyImport['over'][number]

/** POL-08: keypairs that have more running than they may have under these policies, if these were so. By owner. */
export async function listOver(db: Db, policies: readonly KeypairPolicy[]): Promise<Over[]> {
  const limits = new Map(policies.map(policy => [policy.name, limitsOf(policy)]))
  const followers = await listHoldingFollowers(db, [...limits.keys()])
  return followers.flatMap(({ policy, accessKey, userEmail, running }) => {
    const next = limits.get(policy)
    const failure = next && checkHeld(next, running)
    return failure
      ? [{ policy, follower: accessKey, owner: userEmail, message: failure.message }]
      : []
  })
}

const limitsOf = (policy: KeypairPolicy): Limits => ({
  policy: policy.name,
  maxAmounts: toAmounts(policy.maxResources),
  maxClusterSize: policy.maxClusterSize,
  maxConcurrentCount: policy.maxConcurrentCount,
  maxPendingCount: policy.maxPendingCount,
  maxPendingAmounts: toAmounts(policy.maxPendingResources),
})
