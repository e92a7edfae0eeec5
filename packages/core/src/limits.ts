import { type Amounts, describeAmount } from './slots.ts'

/** What one keypair may have, by the policy it follows. Null is no limit; a slot that is not named has none. */
export interface Limits {
  readonly policy: string
  readonly maxAmounts: Amounts
  readonly maxClusterSize: number | null
  readonly maxConcurrentCount: number | null
  readonly maxPendingCount: number | null
  readonly maxPendingAmounts: Amounts
}

/** A number of sessions, and what they take together. */
export interface Use {
  readonly count: number
  readonly amounts: Amounts
}

export const noUse: Use = { count: 0, amounts: {} }

/** One more session: what all its containers take together, and how many these are. */
export interface Request {
  readonly amounts: Amounts
  readonly clusterSize: number
}

type SessionLimit =
  | 'clusterSize'
  | 'concurrentCount'
  | 'pendingCount'
  | `amounts.${string}`
  | `pending.${string}`

/** The limit that fails, with its figures. Amounts are in smallest units. */
export interface LimitFailure<L extends string = SessionLimit> {
  readonly policy: string
  readonly limit: L
  readonly most: number
  readonly used: number
  readonly requested: number
  readonly message: string
}

export const plus = (a: Amounts, b: Amounts): Record<string, number> => {
  const sum: Record<string, number> = { ...a }
  for (const [slot, amount] of Object.entries(b)) sum[slot] = (sum[slot] ?? 0) + amount
  return sum
}

/**
 * Whether a session may be asked for: not larger than could ever start under the policy, and not one too many of those that
 * wait. Answers the first limit that fails.
 */
export function checkAsked(
  limits: Limits,
  pending: Use,
  request: Request,
): LimitFailure | undefined {
  const { policy, maxConcurrentCount, maxPendingCount } = limits
  return (
    overSize(limits, request) ??
    (maxConcurrentCount === 0 ? overCount(limits, 'concurrentCount', 0, 0) : undefined) ??
    overAmounts(policy, limits.maxAmounts, {}, request.amounts, 'amounts') ??
    (maxPendingCount !== null && pending.count + 1 > maxPendingCount
      ? overCount(limits, 'pendingCount', maxPendingCount, pending.count)
      : undefined) ??
    overAmounts(policy, limits.maxPendingAmounts, pending.amounts, request.amounts, 'pending')
  )
}

function overSize(
  { policy, maxClusterSize }: Limits,
  { clusterSize }: Request,
): LimitFailure | undefined {
  if (maxClusterSize === null || clusterSize <= maxClusterSize) return undefined
  return {
    policy,
    limit: 'clusterSize',
    most: maxClusterSize,
    used: 0,
    requested: clusterSize,
    message: `Policy ${policy} allows ${maxClusterSize} containers in a session; ${clusterSize} are asked for`,
  }
}

/** Of several alike that are asked for one after the other: how many may be, and what stands against one more of them. */
export function countAllowed(
  limits: Limits,
  pending: Use,
  request: Request,
  count: number,
): { readonly count: number; readonly failure?: LimitFailure } {
  let before = pending
  for (let number = 0; number < count; number++) {
    const failure = checkAsked(limits, before, request)
    if (failure) return { count: number, failure }
    before = { count: before.count + 1, amounts: plus(before.amounts, request.amounts) }
  }
  return { count }
}

/** Whether a session may start beside what the keypair has running. Answers the first limit that fails. */
export function checkStart(
  limits: Limits,
  running: Use,
  request: Request,
): LimitFailure | undefined {
  const { maxConcurrentCount } = limits
  const tooLarge = overSize(limits, request)
  if (tooLarge) return tooLarge
  if (maxConcurrentCount !== null && running.count + 1 > maxConcurrentCount)
    return overCount(limits, 'concurrentCount', maxConcurrentCount, running.count)
  return overAmounts(limits.policy, limits.maxAmounts, running.amounts, request.amounts, 'amounts')
}

/** Whether what a keypair has running is more than the limits allow, as after they were lowered. */
export function checkHeld(limits: Limits, running: Use): LimitFailure | undefined {
  const { policy, maxConcurrentCount } = limits
  if (maxConcurrentCount !== null && running.count > maxConcurrentCount)
    return {
      policy,
      limit: 'concurrentCount',
      most: maxConcurrentCount,
      used: running.count,
      requested: 0,
      message: `${sessions(running.count)} in use; ${maxConcurrentCount} would be allowed`,
    }
  const over = Object.entries(limits.maxAmounts).find(
    ([slot, most]) => (running.amounts[slot] ?? 0) > most,
  )
  if (!over) return undefined
  const [slot, most] = over
  const used = running.amounts[slot] ?? 0
  return {
    policy,
    limit: `amounts.${slot}`,
    most,
    used,
    requested: 0,
    message: `${describeAmount(slot, used)} in use; ${describeAmount(slot, most)} would be allowed`,
  }
}

/** What one user or project may own so many of: things that stay until they are removed, unlike sessions. */
export type OwnedLimit = 'folderCount' | 'serviceSessionCount' | 'customImageCount' | 'networkCount'

const ownedNouns: Record<OwnedLimit, readonly [one: string, many: string]> = {
  folderCount: ['folder', 'folders'],
  serviceSessionCount: ['session of a model service', 'sessions of a model service'],
  customImageCount: ['customized image', 'customized images'],
  networkCount: ['network', 'networks'],
}

interface Owned {
  readonly policy: string
  readonly limit: OwnedLimit
  /** Null is no limit. */
  readonly most: number | null
  readonly used: number
  readonly requested: number
}

/** Whether so many more may be made beside those that there are (POL-12, POL-21). */
export function checkOwned({
  policy,
  limit,
  most,
  used,
  requested,
}: Owned): LimitFailure<OwnedLimit> | undefined {
  if (most === null || used + requested <= most) return undefined
  const [one, many] = ownedNouns[limit]
  return {
    policy,
    limit,
    most,
    used,
    requested,
    message: `Policy ${policy} allows ${most} ${most === 1 ? one : many}; there are ${used}, ${requested} more asked for`,
  }
}

const sessions = (count: number): string => `${count} ${count === 1 ? 'session' : 'sessions'}`

const overCount = (
  { policy }: Limits,
  limit: 'concurrentCount' | 'pendingCount',
  most: number,
  used: number,
): LimitFailure => ({
  policy,
  limit,
  most,
  used,
  requested: 1,
  message:
    limit === 'pendingCount'
      ? `Policy ${policy} lets ${sessions(most)} wait; ${used} wait already`
      : `Policy ${policy} allows ${sessions(most)} at once; ${used} in use`,
})

function overAmounts(
  policy: string,
  limits: Amounts,
  used: Amounts,
  requested: Amounts,
  kind: 'amounts' | 'pending',
): LimitFailure | undefined {
  for (const [slot, most] of Object.entries(limits)) {
    const has = used[slot] ?? 0
    const wants = requested[slot] ?? 0
    if (wants === 0 || has + wants <= most) continue
    const where = kind === 'pending' ? 'waiting' : 'in use'
    return {
      policy,
      limit: `${kind}.${slot}`,
      most,
      used: has,
      requested: wants,
      message: `Policy ${policy} allows ${describeAmount(slot, most)}${kind === 'pending' ? ' to wait for' : ''}; ${describeAmount(slot, has)} ${where}, ${describeAmount(slot, wants)} asked for`,
    }
  }
  return undefined
}
