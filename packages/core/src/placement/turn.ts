import type { Reason } from '@capstan/contract/session'
import type { Demand, PlacedKernel, Snapshot } from '../placement.ts'
import { checkReady } from './checks.ts'
import { Fleet } from './fleet.ts'
import { Ledger } from './ledger.ts'
import { Placer } from './placer.ts'
import { explainBehind } from './reasons.ts'
import { type Shape, Shapes } from './shapes.ts'
import { Shortages } from './shortages.ts'

export interface Refusal {
  readonly reason: Reason
  readonly wasTried: boolean
}

export type Outcome = { readonly kernels: readonly PlacedKernel[] } | Refusal

/**
 * One turn under way: sessions are offered one after the other, and each is placed or told why not. Free capacity only
 * shrinks, so what did not fit once is not tried again for the next session that asks for the same.
 */
export class Turn {
  readonly fleet: Fleet
  readonly shapes: Shapes
  readonly #snapshot: Snapshot
  readonly #ledger: Ledger
  readonly #placer: Placer
  readonly #shortages: Shortages
  /** By shape. */
  readonly #refused: (Refusal | undefined)[] = []
  /** By agent: somebody who came first needs it. */
  readonly #kept: Uint8Array
  #head: Demand | undefined
  #emptied: Fleet | undefined

  constructor(snapshot: Snapshot) {
    this.#snapshot = snapshot
    this.fleet = Fleet.of(snapshot.agents)
    this.shapes = new Shapes(this.fleet)
    this.#ledger = new Ledger(snapshot.accounts, this.fleet)
    this.#kept = new Uint8Array(this.fleet.size)
    this.#placer = new Placer(snapshot, this.fleet, this.#kept)
    this.#shortages = new Shortages(this.fleet)
    for (const arrivals of snapshot.arrivals ?? [])
      this.note(this.shapes.of(arrivals), arrivals.count)
  }

  /** Somebody asked for this, as often: `balanced` goes by it. */
  note(shape: Shape, count = 1): void {
    this.#placer.selection.note(shape, count)
  }

  offer(demand: Demand, shape: Shape): Outcome {
    // One that its own time or policy holds back keeps nobody else waiting.
    const heldBack =
      checkReady(demand, this.#snapshot.now) ?? this.#ledger.check(demand.accessKey, shape)
    if (heldBack) return { reason: heldBack, wasTried: false }
    const refused = this.#refused[shape.id]
    if (refused) return refused
    const kernels = this.#placer.place(demand, shape)
    if (!kernels) return this.#refuse(demand, shape)
    this.#ledger.add(demand.accessKey, shape)
    return { kernels }
  }

  #refuse(demand: Demand, shape: Shape): Refusal {
    const isBehind = this.#head !== undefined && this.#wouldFitOnKept(shape)
    const outcome = isBehind
      ? { reason: explainBehind(this.#head!), wasTried: false }
      : {
          reason: this.#shortages.explain(demand, shape, this.#placer.poolOf(shape, 0)),
          wasTried: true,
        }
    this.#refused[shape.id] = outcome
    if (!isBehind && demand.skips < this.#snapshot.retriesToSkip) this.#keepFor(demand, shape)
    return outcome
  }

  /** Keeps all agents that could ever hold it for a session that was not tried often enough (SCH-08). */
  #keepFor(demand: Demand, shape: Shape): void {
    const emptied = (this.#emptied ??= this.fleet.emptied())
    let isAny = false
    for (const [index, { need }] of shape.parts.entries()) {
      if (need.isImpossible) return
      const pool = this.#placer.poolOf(shape, index)
      for (let agent = 0; agent < this.fleet.size; agent++) {
        if (!pool.has(agent) || !emptied.fits(agent, need)) continue
        isAny = true
        if (this.#kept[agent] === 1) continue
        this.#kept[agent] = 1
        this.fleet.changes.push(agent)
      }
    }
    if (isAny) this.#head ??= demand
  }

  /** Whether it would fit if no agent were kept: roughly, kernel by kernel. */
  #wouldFitOnKept(shape: Shape): boolean {
    return shape.parts.every(({ need }, index) => {
      const pool = this.#placer.poolOf(shape, index)
      return (
        !need.isImpossible && (pool.keptList.first(need) !== -1 || pool.open.first(need) !== -1)
      )
    })
  }
}
