import type { AgentView } from '../placement.ts'
import { Blocks, type Range } from './blocks.ts'
import type { Fleet } from './fleet.ts'
import { extrasOf, isAccelerator } from './layout.ts'
import type { Need } from './needs.ts'
import type { Eligibility } from './shapes.ts'

/** What rules an agent out whatever is free on it. */
export type RuledOut = 'designation' | 'architecture' | 'runtime' | 'image' | 'model'

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
  readonly #isMember: Uint8Array
  /** By agent: whether it has all kinds of device that are asked for, and so is in one of the lists. */
  readonly #isListed: Uint8Array
  /** By agent: whether it is listed in `#keptList`. */
  readonly #isInKept: Uint8Array
  readonly #extras: Float64Array
  readonly #keys: Float64Array
  readonly #open: Blocks
  readonly #keptList: Blocks
  readonly size: number
  /** First that of the fewest kinds of accelerator not asked for. */
  readonly levels: readonly Level[]
  readonly ruledOut: Readonly<Partial<Record<RuledOut, number>>>
  #read: number
  #readGains: number
  /** By column: who has most, as far as is known. */
  readonly #most: Int32Array
  readonly #mostRoom: Float64Array

  constructor(fleet: Fleet, eligibility: Eligibility, need: Need, order: Order, kept: Uint8Array) {
    this.#fleet = fleet
    this.#order = order
    this.#kept = kept
    this.#weights = fleet.slots.map(slot => (isAccelerator(slot) ? acceleratorWeight : 1))
    this.#isMember = new Uint8Array(fleet.size)
    this.#isListed = new Uint8Array(fleet.size)
    this.#isInKept = kept.slice()
    this.#extras = new Float64Array(fleet.size)
    this.#keys = new Float64Array(fleet.size)
    this.#most = new Int32Array(fleet.columns).fill(-1)
    this.#mostRoom = new Float64Array(fleet.columns)
    const ruledOut: Partial<Record<RuledOut, number>> = {}
    const members: number[] = []
    for (let agent = 0; agent < fleet.size; agent++) {
      const why = whyRuledOut(fleet.agents[agent]!, eligibility)
      if (why === undefined) members.push(agent)
      else ruledOut[why] = (ruledOut[why] ?? 0) + 1
    }
    const isAsked = (slot: number): boolean => need.of(slot) > 0
    for (const agent of members) {
      this.#isMember[agent] = 1
      if (!hasAll(fleet, agent, need)) continue
      this.#isListed[agent] = 1
      this.#extras[agent] = extraWeight * extrasOf(fleet, agent, isAsked)
      this.#keys[agent] = this.#keyOf(agent)
    }
    const listed = members.filter(agent => this.#isListed[agent] === 1)
    this.levels = [...new Set(listed.map(agent => this.#extras[agent]!))]
      .sort((a, b) => a - b)
      .map(from => ({ used: { from, end: from + 1 }, unused: { from: from + 1, end: from + 2 } }))
    this.ruledOut = ruledOut
    this.size = members.length
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

  has(agent: number): boolean {
    return this.#isMember[agent] === 1
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

  /** The member with most room in a column, or -1: it has none at all. Kept ones count: they too are full or not. */
  most(column: number): number {
    const { columns, room } = this.#fleet
    const known = this.#most[column]!
    // Others only lost room since: who had most and still has it, has most.
    if (known !== -1 && room[known * columns + column] === this.#mostRoom[column]) return known
    let best = -1
    for (let agent = 0; agent < this.#isMember.length; agent++)
      if (
        this.#isMember[agent] === 1 &&
        (best === -1 || room[agent * columns + column]! > room[best * columns + column]!)
      )
        best = agent
    this.#most[column] = best
    if (best !== -1) this.#mostRoom[column] = room[best * columns + column]!
    return best
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

export function whyRuledOut(
  { id, architecture, runtimes, images, devices }: AgentView,
  asked: Eligibility,
): RuledOut | undefined {
  if (asked.agentIds.length > 0 && !asked.agentIds.includes(id)) return 'designation'
  if (architecture !== asked.architecture) return 'architecture'
  if (asked.runtime !== '' && !runtimes.includes(asked.runtime)) return 'runtime'
  if (asked.imageId !== null && !images.has(asked.imageId)) return 'image'
  if (asked.deviceModels.length === 0) return undefined
  const models = devices.filter(one => isAccelerator(one.slot)).map(one => one.model ?? '')
  return models.every(model => asked.deviceModels.includes(model)) ? undefined : 'model'
}
