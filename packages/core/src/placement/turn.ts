import type { Reason } from '@capstan/contract/session'
import type { Demand, PlacedKernel, Snapshot, Victim } from '../placement.ts'
import { checkReady } from './checks.ts'
import { fitsEmptied } from './emptied.ts'
import { foretell, type Waiter } from './estimates.ts'
import { Fleet } from './fleet.ts'
import { Future } from './future.ts'
import { Ledger } from './ledger.ts'
import type { Outcome, Refusal } from './outcome.ts'
import { Placer } from './placer.ts'
import { Preemption } from './preemption.ts'
import {
  explainBehind,
  explainPreemption,
  explainReservation,
  explainReservedFor,
} from './reasons.ts'
import { type Reservation, Reservations, type WillDo } from './reservations.ts'
import { type Shape, Shapes } from './shapes.ts'
import { Shortages } from './shortages.ts'

/**
 * One turn under way: sessions are offered one after the other, and each is placed or told why not. Free capacity only
 * shrinks, so what did not fit once is not tried again for the next session that asks for the same.
 */
export class Turn {
  readonly fleet: Fleet
  readonly shapes: Shapes
  readonly victims: Victim[] = []
  readonly #snapshot: Snapshot
  readonly #ledger: Ledger
  readonly #placer: Placer
  readonly #shortages: Shortages
  readonly #reservations: Reservations
  /** By shape. */
  readonly #everFitting: (boolean | undefined)[] = []
  /** By shape. */
  readonly #refused: (Refusal | undefined)[] = []
  /** By shape: the earliest end of a session for which there was no room on what is withheld either. */
  readonly #refusedTill: (number | undefined)[] = []
  /** By agent: somebody who came first needs it. */
  readonly #kept: Uint8Array
  readonly #mayPreempt: boolean
  #head: Demand | undefined
  #emptied: Fleet | undefined
  #future: Future | undefined
  #preemption: Preemption | undefined

  constructor(snapshot: Snapshot) {
    this.#snapshot = snapshot
    const { mayPreempt, sequencer, running = [] } = snapshot
    this.#mayPreempt = mayPreempt === true && sequencer === 'priority' && running.length > 0
    this.fleet = Fleet.of(snapshot.agents)
    this.shapes = new Shapes(this.fleet)
    this.#ledger = new Ledger(snapshot.accounts, this.fleet)
    this.#kept = new Uint8Array(this.fleet.size)
    this.#placer = new Placer(snapshot, this.fleet, this.#kept)
    this.#shortages = new Shortages(this.fleet)
    this.#reservations = new Reservations(snapshot, this.fleet, {
      future: () => this.future,
      choice: this.#placer.selection,
      willDo: this.#willDo,
    })
    for (const arrivals of snapshot.arrivals ?? [])
      this.note(this.shapes.of(arrivals), arrivals.count)
  }

  get future(): Future {
    return (this.#future ??= new Future(this.fleet, this.#snapshot))
  }

  readonly #willDo: WillDo = (shape, agent) => this.#placer.membersFor(shape.eligibility).has(agent)

  /** Somebody asked for this, as often: `balanced` goes by it. */
  note(shape: Shape, count = 1): void {
    this.#placer.selection.note(shape, count)
  }

  /** Whether nothing but room keeps a session waiting, and there would be room if nothing ran. */
  isStartable(demand: Demand, shape: Shape): boolean {
    return this.#heldBack(demand, shape) === undefined && this.#fitsEver(shape)
  }

  #fitsEver(shape: Shape): boolean {
    const emptied = (this.#emptied ??= this.fleet.emptied())
    const { selection } = this.#placer
    return (this.#everFitting[shape.id] ??= fitsEmptied(emptied, shape, selection, this.#willDo))
  }

  /** Whether neither time nor other sessions nor a policy decide about one, now or later in this turn. */
  needsRoomAlone(demand: Demand): boolean {
    return (
      checkReady(demand, this.#snapshot.now) === undefined && !this.#ledger.has(demand.accessKey)
    )
  }

  /** What all are told that need room alone and are of a shape that was refused; undefined: each has to be offered. */
  refusalOf(shapeId: number): Refusal | undefined {
    const isAlike = this.#reservations.all.length === 0 && !this.#mayPreempt
    return isAlike ? this.#refused[shapeId] : undefined
  }

  /** `isFirst`: it was passed over for too long, and agents are kept for it where it does not fit yet. */
  offer(demand: Demand, shape: Shape, isFirst = false): Outcome {
    // One that its own time or policy holds back keeps nobody else waiting.
    const heldBack = this.#heldBack(demand, shape)
    if (heldBack) return { reason: heldBack, wasTried: false, isHeldBack: true }
    const kernels = this.#reservations.lends(demand)
      ? this.#borrow(demand, shape)
      : this.#refused[shape.id]
        ? undefined
        : this.#placer.place(demand, shape)
    if (!kernels) return this.#refuse(demand, shape, isFirst)
    this.#ledger.add(demand.accessKey, shape)
    const { sessionId, endsAt } = demand
    if (this.#future && typeof endsAt === 'number')
      this.#future.add({ at: endsAt, sessionId, pieces: this.#future.piecesOf({ kernels }) })
    return { kernels }
  }

  /** About when those start that wait for room, and when those start for which agents are kept; by session id. */
  foretell(waiters: readonly Waiter[]): Map<string, number> {
    const reserved = new Map(
      this.#reservations.all.map(({ demand, startsAt }) => [demand.sessionId, startsAt]),
    )
    const others = waiters.filter(({ demand }) => !reserved.has(demand.sessionId))
    const hasEnds = (this.#snapshot.running ?? []).length > 0 && others.length > 0
    const starts = hasEnds
      ? foretell(this.fleet, this.future.releases, others, {
          choice: this.#placer.selection,
          willDo: this.#willDo,
        })
      : new Map<string, number>()
    for (const [sessionId, startsAt] of reserved)
      if (startsAt !== null) starts.set(sessionId, startsAt)
    return starts
  }

  #heldBack(demand: Demand, shape: Shape): Reason | undefined {
    return checkReady(demand, this.#snapshot.now) ?? this.#ledger.check(demand.accessKey, shape)
  }

  /** A session that ends before it is needed may use what is withheld for others, and so leaves more to those that do not. */
  #borrow(demand: Demand, shape: Shape): readonly PlacedKernel[] | undefined {
    const endsAt = demand.endsAt ?? Infinity
    const till = this.#refusedTill[shape.id]
    if (till !== undefined && endsAt >= till) return undefined
    const kernels = this.#reservations.lend(endsAt, () => this.#placer.place(demand, shape))
    if (!kernels) this.#refusedTill[shape.id] = endsAt
    return kernels
  }

  #refuse(demand: Demand, shape: Shape, isFirst: boolean): Refusal {
    const known = this.#refused[shape.id]
    const outcome = known ?? this.#explain(demand, shape)
    // Filled from 0 on: an array with holes is looked up many times slower.
    while (this.#refused.length < this.shapes.all.length) this.#refused.push(undefined)
    this.#refused[shape.id] = outcome
    const special = this.#preempt(demand, shape)
    if (special) return special
    if (isFirst) {
      const shortage = this.#shortageOf(demand, shape)
      const reservation = this.#reservations.make(demand, shape)
      if (reservation)
        return {
          reason: explainReservation(shortage, reservation),
          wasTried: true,
        }
    }
    const isShort = outcome.reason.code !== 'behind' && outcome.reason.code !== 'behind_reserved'
    if (!known && isShort && demand.skips < this.#snapshot.retriesToSkip)
      this.#keepFor(demand, shape)
    return outcome
  }

  #shortageOf(demand: Demand, shape: Shape): Reason {
    return this.#shortages.explain(demand, shape, this.#placer.membersFor(shape.eligibility))
  }

  #explain(demand: Demand, shape: Shape): Refusal {
    if (this.#head !== undefined && this.#wouldFitOnKept(shape))
      return { reason: explainBehind(this.#head), wasTried: false }
    const blocker = this.#blockerOf(shape)
    if (blocker) return { reason: explainReservedFor(blocker), wasTried: true }
    return { reason: this.#shortageOf(demand, shape), wasTried: true }
  }

  #blockerOf(shape: Shape): Reservation | undefined {
    if (this.#reservations.all.length === 0) return undefined
    return this.#reservations.blockerOf(
      shape,
      part => this.#placer.poolOf(shape, part).open.first(shape.parts[part]!.need) !== -1,
    )
  }

  /** Has sessions of lower priority ended, where the group allows it, and keeps what they leave. */
  #preempt(demand: Demand, shape: Shape): Refusal | undefined {
    if (!this.#mayPreempt) return undefined
    this.#preemption ??= new Preemption(this.#snapshot, this.fleet, {
      future: this.future,
      choice: this.#placer.selection,
      willDo: this.#willDo,
    })
    if (!this.#preemption.mayHelp(demand, shape)) return undefined
    const shortage = this.#shortageOf(demand, shape)
    // Those that are ending already may do: nobody is ended twice for the same room.
    const soon = this.#reservations.makeNow(demand, shape)
    if (soon) return { reason: explainReservation(shortage, soon), wasTried: true }
    const chosen = this.#preemption.victimsFor(demand, shape, this.#reservations.freeNow())
    if (chosen.length === 0) return undefined
    for (const session of chosen) {
      this.victims.push({ sessionId: session.sessionId, forSessionId: demand.sessionId })
      const pieces = this.future.piecesOf(session)
      this.future.add({ at: this.#snapshot.now ?? 0, sessionId: session.sessionId, pieces })
    }
    this.#reservations.makeNow(demand, shape)
    const ids = chosen.map(one => one.sessionId)
    return { reason: explainPreemption(shortage, ids), wasTried: true }
  }

  /** Keeps all agents that could ever hold it for a session that was not tried often enough (SCH-08). */
  #keepFor(demand: Demand, shape: Shape): void {
    if (!this.#fitsEver(shape)) return
    const emptied = (this.#emptied ??= this.fleet.emptied())
    let isAny = false
    for (const { need } of shape.parts) {
      if (need.isImpossible) return
      for (const agent of this.#placer.membersFor(shape.eligibility).all) {
        if (!emptied.fits(agent, need)) continue
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
