import type { Demand, Snapshot } from '../placement.ts'
import type { DeviceChoice } from './devices.ts'
import { Fleet, type Taken } from './fleet.ts'
import type { Future, Piece } from './future.ts'
import { hold, type Holding } from './holding.ts'
import type { Need } from './needs.ts'
import type { Part, Shape } from './shapes.ts'

/** Agents that are kept for a session which was passed over for too long, from the time on at which they have room for it. */
export interface Reservation {
  readonly demand: Demand
  /** When it can start at the latest, in milliseconds since the epoch; null: when what runs there has ended. */
  readonly startsAt: number | null
  /** What it will hold. */
  readonly pieces: readonly Piece[]
  readonly agentIds: readonly string[]
}

/** A device of which something is free now that a reservation will need. */
interface Withheld {
  readonly reservation: Reservation
  readonly agent: number
  readonly device: number
  amount: number
}

/** Whether an agent will do for a shape, whatever is free on it. */
export type WillDo = (shape: Shape, agent: number) => boolean

/**
 * Reservations of a turn, as EASY backfill has them (Lifka, "The ANL/IBM SP Scheduling System", 1995): what is free now and
 * will be needed is withheld from all but those who end before it is needed. So nobody behind delays the session.
 */
export class Reservations {
  readonly all: Reservation[] = []
  readonly #fleet: Fleet
  readonly #future: () => Future
  readonly #choice: DeviceChoice
  readonly #willDo: WillDo
  readonly #now: number
  #withheld: Withheld[] = []
  /** The latest start that is known. */
  #latest = -Infinity

  constructor(
    { now = 0 }: Snapshot,
    fleet: Fleet,
    given: { future: () => Future; choice: DeviceChoice; willDo: WillDo },
  ) {
    this.#now = now
    this.#fleet = fleet
    this.#future = given.future
    this.#choice = given.choice
    this.#willDo = given.willDo
  }

  /** Reserves for a session the earliest time at which it can start; undefined: it never can. */
  make(demand: Demand, shape: Shape): Reservation | undefined {
    const candidates = this.#candidatesOf(demand, shape)
    const times = [...new Set(this.#future().releases.map(one => one.at))]
    const at = this.#earliest(times, time => this.#tryAt(time, shape, candidates) !== undefined)
    const held = this.#tryAt(at, shape, candidates)
    return held && this.#reserve(demand, { at, held })
  }

  /** The same for one time alone: now, when what is told to end has ended. */
  makeNow(demand: Demand, shape: Shape): Reservation | undefined {
    const held = this.#tryAt(this.#now, shape, this.#candidatesOf(demand, shape))
    return held && this.#reserve(demand, { at: this.#now, held })
  }

  /** What will be free of each device when all that is ending has ended, beside what is reserved. */
  freeNow(): Float64Array {
    return this.#freeAt(this.#now)
  }

  /** Whether something is withheld that a session may use, for it ends in time. */
  lends({ endsAt }: Pick<Demand, 'endsAt'>): boolean {
    return typeof endsAt === 'number' && endsAt <= this.#latest
  }

  /** Lends what is withheld to a session that ends in time, while `place` looks for room for it. */
  lend<T>(endsAt: number, place: () => T): T {
    const lent = this.#withheld.filter(
      ({ reservation: { startsAt }, amount }) =>
        amount > 0 && startsAt !== null && endsAt <= startsAt,
    )
    for (const { agent, device, amount } of lent) this.#fleet.give(agent, [{ device, amount }])
    const before = lent.map(({ device }) => this.#fleet.deviceFree[device]!)
    const placed = place()
    for (const [i, one] of lent.entries()) {
      // What it takes will be back in time: so much less has to be withheld.
      const used = before[i]! - this.#fleet.deviceFree[one.device]!
      one.amount = Math.max(0, one.amount - used)
      this.#fleet.take(one.agent, [one])
    }
    return placed
  }

  /** For whom a session would have to wait that fits as far as agents are not kept: roughly, kernel by kernel. */
  blockerOf(shape: Shape, fitsElsewhere: (part: number) => boolean): Reservation | undefined {
    let blocker: Reservation | undefined
    for (const [index, { need }] of shape.parts.entries()) {
      if (need.isImpossible) return undefined
      if (fitsElsewhere(index)) continue
      const found = this.#withheld.find(
        one => this.#willDo(shape, one.agent) && this.#fitsIfLent(one.agent, need),
      )
      if (!found) return undefined
      blocker ??= found.reservation
    }
    return blocker
  }

  #fitsIfLent(agent: number, need: Need): boolean {
    const own = this.#withheld.filter(one => one.agent === agent && one.amount > 0)
    this.#fleet.give(agent, own)
    const fits = this.#fleet.fits(agent, need)
    this.#fleet.take(agent, own)
    return fits
  }

  #earliest(times: readonly number[], isEnough: (time: number) => boolean): number {
    let low = 0
    let high = times.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (isEnough(times[middle]!)) high = middle
      else low = middle + 1
    }
    return times[low] ?? Infinity
  }

  #tryAt(time: number, shape: Shape, candidates: readonly Int32Array[]): Holding[] | undefined {
    const fleet = new Fleet(this.#fleet, this.#freeAt(time))
    const held: Holding[] = []
    for (const [index, part] of shape.parts.entries()) {
      const agent = candidates[index]!.find(one =>
        hold(fleet, one, part, { choice: this.#choice, held }),
      )
      if (agent === undefined) return undefined
    }
    return held
  }

  /** What is free at a time beside what is reserved already. */
  #freeAt(time: number): Float64Array {
    const { deviceCapacity, deviceFree } = this.#fleet
    const free = time === Infinity ? deviceCapacity.slice() : deviceFree.slice()
    if (time !== Infinity) {
      for (const { device, amount } of this.#withheld) free[device]! += amount
      this.#future().addTo(free, time)
    }
    for (const { pieces } of this.all)
      for (const { taken } of pieces)
        for (const { device, amount } of taken) free[device]! -= amount
    for (let device = 0; device < free.length; device++)
      free[device] = Math.min(Math.max(0, free[device]!), deviceCapacity[device]!)
    return free
  }

  /** Those that will do for each part, first the one that lacks least now: what is kept once stays the best. */
  #candidatesOf({ failedAgentIds }: Demand, shape: Shape): Int32Array[] {
    const failed = new Set(failedAgentIds)
    const known = new Map<Need, Int32Array>()
    const listFor = (part: Part): Int32Array => {
      const lack = new Float64Array(this.#fleet.size)
      const own: number[] = []
      for (let agent = 0; agent < lack.length; agent++) {
        if (part.need.isImpossible || !this.#willDo(shape, agent)) continue
        lack[agent] =
          this.#lackOf(agent, part.need) +
          Number(failed.has(this.#fleet.agents[agent]!.id)) * failedLack
        own.push(agent)
      }
      return Int32Array.from(own.sort((a, b) => lack[a]! - lack[b]! || a - b))
    }
    return shape.parts.map(part => {
      const list = known.get(part.need) ?? listFor(part)
      known.set(part.need, list)
      return list
    })
  }

  /** What part of a need is not free on an agent, what is withheld there counted as free: a sum over columns. */
  #lackOf(agent: number, need: Need): number {
    const { columns, room, size } = this.#fleet
    let sum = 0
    for (let column = 0; column < columns; column++) {
      const wanted = need.inColumn(column)
      const lacks = wanted - room[column * size + agent]!
      if (lacks > 0) sum += lacks / wanted
    }
    return sum
  }

  #reserve(demand: Demand, { at, held }: { at: number; held: readonly Holding[] }): Reservation {
    const free = this.#freeAt(at)
    const startsAt = at === Infinity ? null : at
    const agentIds = [...new Set(held.map(({ agent }) => this.#fleet.agents[agent]!.id))]
    const reservation = { demand, startsAt, pieces: held, agentIds }
    const needed = new Map<number, { agent: number; amount: number }>()
    for (const { agent, taken } of held)
      for (const { device, amount } of taken)
        needed.set(device, { agent, amount: (needed.get(device)?.amount ?? 0) + amount })
    for (const [device, { agent, amount: need }] of needed) {
      // Who runs now may run for ever: as long as no time is known, others get only what is free beside the need.
      const coming = startsAt === null ? this.#fleet.deviceFree[device]! : free[device]!
      const spare = Math.max(0, coming - need)
      const amount = Math.max(0, this.#fleet.deviceFree[device]! - spare)
      if (amount === 0) continue
      this.#withheld.push({ reservation, agent, device, amount })
      this.#fleet.take(agent, [{ device, amount }] satisfies Taken[])
    }
    this.all.push(reservation)
    if (startsAt === null) return reservation
    this.#latest = Math.max(this.#latest, startsAt)
    if (typeof demand.endsAt === 'number') {
      // Not before it would end if it started as late as that, and ran as long as it may.
      const end = startsAt + Math.max(0, demand.endsAt - this.#now)
      this.#future().add({ at: end, sessionId: demand.sessionId, pieces: held })
    }
    return reservation
  }
}

/** Of an agent on which a start failed: more than any sum of lacks. */
const failedLack = 1000
