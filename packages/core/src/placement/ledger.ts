import type { Reason } from '@capstan/contract/session'
import { checkStart, plus, type Request, type Use } from '../limits.ts'
import type { Account, Demand } from '../placement.ts'

/** What each keypair has running, with what this turn adds: limits hold within a turn as between turns. */
export class Ledger {
  readonly #accounts: ReadonlyMap<string, Account>
  readonly #added = new Map<string, Use>()

  constructor(accounts: ReadonlyMap<string, Account>) {
    this.#accounts = accounts
  }

  /** Why the policy of its keypair does not let a session start now (POL-06). */
  check(demand: Demand): Reason | undefined {
    const account = this.#accounts.get(demand.accessKey)
    if (!account) return undefined
    const running = this.#added.get(demand.accessKey) ?? account.running
    const failure = checkStart(account.limits, running, requestOf(demand))
    if (!failure) return undefined
    const { message, ...data } = failure
    return { code: 'policy_limit', message, data }
  }

  add(demand: Demand): void {
    const account = this.#accounts.get(demand.accessKey)
    if (!account) return
    const { count, amounts } = this.#added.get(demand.accessKey) ?? account.running
    const next = { count: count + 1, amounts: plus(amounts, requestOf(demand).amounts) }
    this.#added.set(demand.accessKey, next)
  }
}

const requestOf = ({ kernels }: Demand): Request => ({
  clusterSize: kernels.length,
  amounts: kernels.reduce<Record<string, number>>((sum, one) => plus(sum, one.amounts), {}),
})
