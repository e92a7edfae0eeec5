import type { Reason } from '@capstan/contract/session'
import { checkStart, plus, type Use } from '../limits.ts'
import type { Account } from '../placement.ts'
import type { Shape } from './shapes.ts'

interface Entry {
  readonly account: Account
  running: Use
  /** By shape: what was found since something was last added. */
  checked: Map<Shape, Reason | undefined>
}

/** What each keypair has running, with what this turn adds: limits hold within a turn as between turns. */
export class Ledger {
  readonly #entries: ReadonlyMap<string, Entry>

  constructor(accounts: ReadonlyMap<string, Account>) {
    this.#entries = new Map(
      [...accounts].map(([key, account]) => [
        key,
        { account, running: account.running, checked: new Map() },
      ]),
    )
  }

  /** Why the policy of its keypair does not let a session start now (POL-06). */
  check(accessKey: string, shape: Shape): Reason | undefined {
    const entry = this.#entries.get(accessKey)
    if (!entry) return undefined
    if (entry.checked.has(shape)) return entry.checked.get(shape)
    const request = { clusterSize: shape.kernelCount, amounts: shape.asked }
    const failure = checkStart(entry.account.limits, entry.running, request)
    const reason = failure && {
      code: 'policy_limit',
      message: failure.message,
      data: Object.fromEntries(Object.entries(failure).filter(([name]) => name !== 'message')),
    }
    entry.checked.set(shape, reason)
    return reason
  }

  add(accessKey: string, shape: Shape): void {
    const entry = this.#entries.get(accessKey)
    if (!entry) return
    const { count, amounts } = entry.running
    entry.running = { count: count + 1, amounts: plus(amounts, shape.asked) }
    entry.checked = new Map()
  }
}
