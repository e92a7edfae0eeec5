import { Blocks, type Range } from './blocks.ts'
import type { Fleet } from './fleet.ts'
import { extrasOf, isAccelerator } from './layout.ts'
import type { Members } from './members.ts'
import type { Need } from './needs.ts'

/** Which of the agents that do equally well otherwise come first. `used`: any on which something runs. */
export type Order = 'emptiest' | 'fullest' | 'used'

/** Members that have as many kinds of accelerator not asked for, by their keys; apart from each other with `used`. */
export interface Level {
  readonly used: Range
  readonly unused: Range
}

/** Accelerators are what is scarce: their free part counts twice. */
const acceleratorWeight = 2
/** One kind of accelerator not asked for weighs more than all else that the order goes by, which is from 0 to 1. */
const extraWeight = 4

/**
 * The agents that will do for some sessions, in the order in which a selector takes them: for sessions that ask for the
 * same slots. Catches up with the fleet when it is asked.
 */
export class Pool {
  readonly #fleet: Fleet
  /** By slot: how much its free part counts. */
  readonly #weights: readonly number[]
  readonly #order: Order
  /** By agent; kept for those who came first. */
  readonly #kept: Uint8Array
  /** By agent: whether it has all kinds of device that are asked for, and so is in one of the lists. */
  readonly #isListed: Uint8Array
  /** By agent: whether it is listed in `#keptList`. */
  readonly #isInKept: Uint8Array
  readonly #extras: Float64Array
  readonly #keys: Float64Array
  readonly #open: Blocks
  readonly #keptList: Blocks
  readonly members: Members
  /** First that of the fewest kinds of accelerator not asked for. */
  readonly levels: readonly Level[]
  #read: number
  #readGains: number

  constructor(fleet: Fleet, members: Members, need: Need, order: Order, kept: Uint8Array) {
    this.#fleet = fleet
    this.members = members
    this.#order = order
    this.#kept = kept
    this.#weights = fleet.slots.map(slot => (isAccelerator(slot) ? acceleratorWeight : 1))
    this.#isListed = new Uint8Array(fleet.size)
    this.#isInKept = kept.slice()
    this.#extras = new Float64Array(fleet.size)
    this.#keys = new Float64Array(fleet.size)
    const isAsked = (slot: number): boolean => need.of(slot) > 0
    for (const agent of members.all) {
      if (!hasAll(fleet, agent, need)) continue
      this.#isListed[agent] = 1
      this.#extras[agent] = extraWeight * extrasOf(fleet, agent, isAsked)
      this.#keys[agent] = this.#keyOf(agent)
    }
    const listed = members.all.filter(agent => this.#isListed[agent] === 1)
    this.levels = [...new Set(listed.map(agent => this.#extras[agent]!))]
      .sort((a, b) => a - b)
      .map(from => ({ used: { from, end: from + 1 }, unused: { from: from + 1, end: from + 2 } }))
    this.#open = new Blocks(
      fleet,
      this.#keys,
      listed.filter(agent => kept[agent] === 0),
    )
    this.#keptList = new Blocks(
      fleet,
      this.#keys,
      listed.filter(agent => kept[agent] === 1),
    )
    this.#read = fleet.changes.length
    this.#readGains = fleet.gains.length
  }

  /** Those that anybody may use now, up to date. */
  get open(): Blocks {
    this.#catchUp()
    return this.#open
  }

  /** Those that are kept for sessions that came first. */
  get keptList(): Blocks {
    this.#catchUp()
    return this.#keptList
  }

  #keyOf(agent: number): number {
    const extras = this.#extras[agent]!
    if (this.#order === 'used') return extras + Number(this.#isUnused(agent))
    const freeness = this.#freenessOf(agent)
    return extras + (this.#order === 'emptiest' ? 1 - freeness : freeness)
  }

  #isUnused(agent: number): boolean {
    const { slots, free, capacity } = this.#fleet
    const end = (agent + 1) * slots.length
    for (let row = end - slots.length; row < end; row++)
      if (free[row] !== capacity[row]) return false
    return true
  }

  #freenessOf(agent: number): number {
    const { slots, free, capacity } = this.#fleet
    const row = agent * slots.length
    let sum = 0
    let weights = 0
    for (let slot = 0; slot < slots.length; slot++) {
      if (!(capacity[row + slot]! > 0)) continue
      const weight = this.#weights[slot]!
      sum += (weight * free[row + slot]!) / capacity[row + slot]!
      weights += weight
    }
    return weights === 0 ? 1 : sum / weights
  }

  #catchUp(): void {
    const { changes, gains } = this.#fleet
    for (; this.#read < changes.length; this.#read++) {
      const agent = changes[this.#read]!
      if (this.#isListed[agent] === 1) this.#move(agent)
    }
    for (; this.#readGains < gains.length; this.#readGains++) {
      const agent = gains[this.#readGains]!
      if (this.#isListed[agent] === 1) this.#listOf(agent).raise(agent)
    }
  }

  #move(agent: number): void {
    const key = this.#keyOf(agent)
    if (this.#isInKept[agent] === this.#kept[agent] && key === this.#keys[agent]) return
    this.#listOf(agent).remove(agent)
    this.#keys[agent] = key
    this.#isInKept[agent] = this.#kept[agent]!
    this.#listOf(agent).insert(agent)
  }

  #listOf(agent: number): Blocks {
    return this.#isInKept[agent] === 1 ? this.#keptList : this.#open
  }
}

/** Whether an agent has some of each slot that is asked for. */
function hasAll({ slots, capacity }: Fleet, agent: number, need: Need): boolean {
  for (let slot = 0; slot < slots.length; slot++)
    if (need.of(slot) > 0 && !(capacity[agent * slots.length + slot]! > 0)) return false
  return true
}
