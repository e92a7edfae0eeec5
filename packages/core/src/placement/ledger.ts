import type { Reason } from '@capstan/contract/session'
import { checkStart, type Use } from '../limits.ts'
import type { Account } from '../placement.ts'
import type { Layout } from './layout.ts'
import { askedOf } from './needs.ts'
import type { Shape } from './shapes.ts'

interface Entry {
  readonly account: Account
  count: number
  /** By slot of the fleet: what runs, and the most that may. */
  readonly used: Float64Array
  readonly most: Float64Array
  /** By shape: what was found since something was last added. */
  readonly failures: Map<Shape, Reason>
}

/** What each keypair has running, with what this turn adds: limits hold within a turn as between turns. */
export class Ledger {
  readonly #slots: readonly string[]
  readonly #entries: ReadonlyMap<string, Entry>

  constructor(accounts: ReadonlyMap<string, Account>, { slots }: Layout) {
    this.#slots = slots
    this.#entries = new Map(
      [...accounts].map(([key, account]) => {
        const { limits, running } = account
        const used = Float64Array.from(slots, slot => running.amounts[slot] ?? 0)
        const most = Float64Array.from(slots, slot => limits.maxAmounts[slot] ?? Infinity)
        return [key, { account, count: running.count, used, most, failures: new Map() }]
      }),
    )
  }

  /** Whether a keypair has a policy to be checked. */
  has(accessKey: string): boolean {
    return this.#entries.has(accessKey)
  }

  /** Why the policy of its keypair does not let a session start now (POL-06). */
  check(accessKey: string, shape: Shape): Reason | undefined {
    const entry = this.#entries.get(accessKey)
    if (!entry || isAllowed(entry, shape)) return undefined
    const known = entry.failures.get(shape)
    if (known) return known
    const request = { clusterSize: shape.kernels.length, amounts: askedOf(shape.kernels) }
    const failure = checkStart(entry.account.limits, this.#useOf(entry), request)
    if (!failure) return undefined
    const { message, ...data } = failure
    const reason = { code: 'policy_limit', message, data }
    entry.failures.set(shape, reason)
    return reason
  }

  add(accessKey: string, shape: Shape): void {
    const entry = this.#entries.get(accessKey)
    if (!entry) return
    entry.count++
    for (let slot = 0; slot < entry.used.length; slot++) entry.used[slot]! += shape.total.of(slot)
    if (entry.failures.size > 0) entry.failures.clear()
  }

  #useOf({ account: { running }, count, used }: Entry): Use {
    const own = Object.fromEntries(this.#slots.map((slot, index) => [slot, used[index]!]))
    return { count, amounts: { ...running.amounts, ...own } }
  }
}

/** Whether no limit fails for certain; slots that the fleet does not have are looked at by `checkStart`. */
function isAllowed({ account, count, used, most }: Entry, { total, kernels }: Shape): boolean {
  const { maxClusterSize, maxConcurrentCount } = account.limits
  if (maxClusterSize !== null && kernels.length > maxClusterSize) return false
  if (total.isImpossible || (maxConcurrentCount !== null && count >= maxConcurrentCount))
    return false
  for (let slot = 0; slot < used.length; slot++)
    if (total.of(slot) > 0 && used[slot]! + total.of(slot) > most[slot]!) return false
  return true
}
