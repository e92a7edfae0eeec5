import type { Fleet } from './fleet.ts'
import { isShared, wholeDevice } from '../slots.ts'
import { isAccelerator } from './layout.ts'
import type { Need } from './needs.ts'
import { steps, type Wanted, worthByRest } from './prices.ts'
import { whyRuledOut } from './ruled-out.ts'
import type { Eligibility, Shape } from './shapes.ts'

/** Of an agent's devices of one slot, what is wanted of them and of what goes with them. */
export interface Main {
  readonly slot: number
  readonly isShared: boolean
  /** Devices are counted, shares in devices; of cores and bytes the whole agent is one. Null: the latter. */
  readonly unit: number | null
  /** By smallest units of a shared device that are free: what part of a device will hardly be used. */
  readonly waste: Float64Array
  /** Sessions that want several whole devices of one agent (accelerators alone): how many, and what part of all they are. */
  readonly several: readonly { readonly count: number; readonly part: number }[]
  /** What goes with a smallest unit of it, in the mean, and how much that varies (as the root of variance per unit). */
  readonly companions: readonly {
    readonly slot: number
    readonly mean: number
    readonly spread: number
  }[]
}

/** Chance that a rest is never filled though somebody wants such a share, against the chance that somebody comes. */
const neverFilled = 0.02
/** How far a rest is judged by its price; the remainder by a random filling, which tells apart what prices call equal. */
const byPrice = 0.7

/** A kernel that was asked for, and how often. */
interface Counted {
  readonly need: Need
  count: number
}

/** Kernels of sessions for which the same agents will do and that ask for the same slots. */
interface Group {
  readonly eligibility: Eligibility
  /** Of one of the sessions. */
  readonly total: Need
  readonly kernels: Counted[]
}

/** What has been asked for lately: how often each shape. */
export class Mix {
  readonly #fleet: Fleet
  /** By shape: where its kernels begin in its group; -1 where it was not added yet. */
  readonly #begins: number[] = []
  /** By `Shape.order`. */
  readonly #groups = new Map<number, Group>()
  #total = 0

  constructor(fleet: Fleet) {
    this.#fleet = fleet
  }

  get total(): number {
    return this.#total
  }

  add(shape: Shape, count: number): void {
    const { id, order, eligibility, total, parts } = shape
    let group = this.#groups.get(order)
    if (!group) this.#groups.set(order, (group = { eligibility, total, kernels: [] }))
    while (this.#begins.length <= id) this.#begins.push(-1)
    if (this.#begins[id] === -1) {
      this.#begins[id] = group.kernels.length
      for (const part of parts)
        for (const { need } of part.kernels) group.kernels.push({ need, count: 0 })
    }
    const begin = this.#begins[id]!
    for (let at = begin; at < begin + shape.kernels.length; at++) group.kernels[at]!.count += count
    this.#total += count
  }

  /** What is wanted of agents like this one, for each kind of accelerator it has; without any, for each slot. */
  mainsOf(agent: number): Main[] {
    const { slots, capacity } = this.#fleet
    const has = (slot: number): boolean => capacity[agent * slots.length + slot]! > 0
    const own = slots.map((_, slot) => slot).filter(has)
    const wanted = this.#wantedOf(agent, own)
    const accelerators = own.filter(slot => isAccelerator(slots[slot]!))
    const mains = accelerators.length > 0 ? accelerators : own
    return mains.map(slot => ({
      slot,
      isShared: isShared(slots[slot]!),
      unit: accelerators.length === 0 ? null : isShared(slots[slot]!) ? wholeDevice : 1,
      waste: isShared(slots[slot]!)
        ? byUnit(wasteByRest(sharesOf(wanted, slot)))
        : new Float64Array(0),
      several:
        accelerators.length === 0
          ? []
          : severalOf(wanted, slot, isShared(slots[slot]!) ? wholeDevice : 1),
      companions: own
        .filter(other => other !== slot && !accelerators.includes(other))
        .map(other => companionOf(wanted, slot, other)),
    }))
  }

  /** What may be wanted of an agent: kernels of sessions for which it will do and that ask for slots that it has. */
  #wantedOf(agent: number, own: readonly number[]): Counted[] {
    const view = this.#fleet.agents[agent]!
    const lacks = this.#fleet.slots.map((_, slot) => slot).filter(slot => !own.includes(slot))
    const mayAsk = ({ eligibility, total }: Group): boolean =>
      !lacks.some(slot => total.of(slot) > 0) &&
      whyRuledOut(view, { ...eligibility, runtime: '', imageId: null }) === undefined
    return [...this.#groups.values()].filter(mayAsk).flatMap(group => group.kernels)
  }
}

function companionOf(
  wanted: readonly Counted[],
  slot: number,
  other: number,
): Main['companions'][number] {
  let sum = 0
  let sumOther = 0
  for (const { need, count } of wanted)
    if (need.of(slot) > 0) {
      sum += count * need.of(slot)
      sumOther += count * need.of(other)
    }
  if (sum === 0) return { slot: other, mean: 0, spread: 0 }
  const mean = sumOther / sum
  let variance = 0
  for (const { need, count } of wanted)
    if (need.of(slot) > 0) variance += count * (need.of(other) - mean * need.of(slot)) ** 2
  return { slot: other, mean, spread: Math.sqrt(variance / sum) }
}

function severalOf(wanted: readonly Counted[], slot: number, unit: number): Main['several'] {
  const parts = new Map<number, number>()
  let all = 0
  for (const { need, count } of wanted) {
    all += count
    const devices = need.of(slot) / unit
    if (devices > 1) parts.set(devices, (parts.get(devices) ?? 0) + count)
  }
  return [...parts].map(([count, part]) => ({ count, part: part / all }))
}

/** How often shares of each number of steps are wanted; whole devices are at 100. */
function sharesOf(wanted: readonly Counted[], slot: number): Float64Array {
  const amounts = new Float64Array(steps + 1)
  for (const { need, count } of wanted) {
    const amount = need.of(slot)
    if (amount >= wholeDevice) amounts[steps]! += (count * amount) / wholeDevice
    else if (amount > 0) amounts[Math.ceil((amount * steps) / wholeDevice)]! += count
  }
  return amounts
}

const byUnit = (waste: Float64Array): Float64Array =>
  Float64Array.from(
    { length: wholeDevice + 1 },
    (_, rest) => waste[Math.floor((rest * steps) / wholeDevice)]! / steps,
  )

/** Of each rest of a device, in steps: what of it will hardly be used. */
function wasteByRest(amounts: Float64Array): Float64Array {
  const all = amounts.reduce((sum, amount) => sum + amount, 0)
  const wanted = Array.from(amounts, (amount, size): Wanted => ({ size, amount })).filter(
    one => one.amount > 0 && one.size < steps,
  )
  const worth = worthByRest(wanted)
  const waste = new Float64Array(steps + 1)
  for (let rest = 1; rest <= steps; rest++) {
    let chance = neverFilled
    let expected = neverFilled * rest
    for (let size = 1; size <= rest; size++) {
      const part = all === 0 ? 0 : amounts[size]! / all
      chance += part
      expected += part * waste[rest - size]!
    }
    waste[rest] = expected / chance
  }
  return waste.map((value, rest) => (1 - byPrice) * value + byPrice * (rest - worth[rest]!))
}
