import type { Fate } from '@capstan/contract/scheduler'
import { fatesOf } from '@capstan/core/fate'
import { plan } from '@capstan/core/placement'
import type { App } from '../app.ts'
import { readSnapshot } from './snapshot.ts'
import { findTurn } from './turn.store.ts'
import { readVersion } from './version.store.ts'

/** What a plan makes of everybody who waits in a group, as things stood at one moment. */
export interface QueueView {
  /** What further pages ask for it by. */
  readonly token: string
  readonly group: string
  readonly version: string
  /** By the clock of this process, in milliseconds. */
  readonly madeAtMs: number
  readonly asOf: string
  /** By session id, in the order of their positions. */
  readonly fates: ReadonlyMap<string, Fate>
}

/** Estimates and reservations go by the time: a view of unchanged data is worked out anew after so many milliseconds. */
const freshMs = 5000

/** How long a view is kept for those who go on to its next page, and how many of them. */
const keptMs = 120_000
const mostKept = 16

/**
 * The plans behind lists of what waits. A list is as true as the database at the moment of reading: a plan is used again
 * only while nothing that it goes by has changed, and by those who turn its pages.
 */
export class QueueViews {
  readonly #app: App
  readonly #views = new Map<string, QueueView>()
  readonly #making = new Map<string, Promise<unknown>>()

  constructor(app: App) {
    this.#app = app
  }

  /** A view that was answered before, while it is kept; another manager's is not known here. */
  find(token: string): QueueView | undefined {
    return this.#views.get(token)
  }

  /**
   * The view of a group as it is now, or as it was at most `staleMs` ago. One is made at a time for each group: those who
   * ask meanwhile find that it is still right. Undefined when there is no such group.
   */
  async now(group: string, staleMs = 0): Promise<QueueView | undefined> {
    const recent = this.#latest(group)
    if (recent && performance.now() - recent.madeAtMs < staleMs) return recent
    const before = this.#making.get(group) ?? Promise.resolve()
    const made = before.catch(() => undefined).then(() => this.#make(group))
    this.#making.set(group, made)
    try {
      return await made
    } finally {
      if (this.#making.get(group) === made) this.#making.delete(group)
    }
  }

  #latest(group: string): QueueView | undefined {
    return [...this.#views.values()].findLast(view => view.group === group)
  }

  async #make(group: string): Promise<QueueView | undefined> {
    const known = this.#latest(group)
    return this.#app.db
      .transaction()
      .setIsolationLevel('repeatable read')
      .execute(async tx => {
        const turn = await findTurn(tx, group)
        if (!turn) return undefined
        const version = await readVersion(tx, group)
        const isFresh = known && performance.now() - known.madeAtMs < freshMs
        if (isFresh && known.version === version) return known
        const snapshot = await readSnapshot(tx, turn)
        return this.#keep({
          token: crypto.randomUUID(),
          group,
          version,
          madeAtMs: performance.now(),
          asOf: new Date(snapshot.now ?? 0).toISOString(),
          fates: fatesOf(plan(snapshot)),
        })
      })
  }

  #keep(view: QueueView): QueueView {
    this.#views.set(view.token, view)
    const oldest = performance.now() - keptMs
    for (const [token, { madeAtMs }] of this.#views)
      if (madeAtMs < oldest || this.#views.size > mostKept) this.#views.delete(token)
    return view
  }
}
