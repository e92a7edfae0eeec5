import type { Fleet } from './fleet.ts'
import { wholeDevice } from '../slots.ts'
import { type Main, Mix } from './mix.ts'
import { steps } from './prices.ts'
import type { Need } from './needs.ts'
import type { Shape } from './shapes.ts'

/** When cores or memory run short, sessions that need less of them are still served: of the mean this part counts. */
const needWhenShort = 0.5
/** Fuller agents first where nothing else tells them apart. */
const tieWeight = 1e-4
/** What is wanted is looked at anew when this much more has been asked for. */
const growth = 1.3

/**
 * What remains of agents, and how much of that will stay unusable, given what has been asked for: rests of shared devices
 * that nobody wants, devices without cores or memory beside them, agents too broken for those who want several whole
 * devices. In devices; of agents without any, in agents. `balanced` places where it grows least.
 */
export class Balance {
  readonly #fleet: Fleet
  readonly #mix: Mix
  #judgedAt = 0
  /** By kind of agent. */
  #mains = new Map<string, Main[]>()
  readonly #kinds: readonly string[]
  #mainsOfAgent: (readonly Main[] | undefined)[] = []
  /** By agent: what is unusable now, and of which version of the agent that is. */
  readonly #present: Float64Array
  readonly #presentAt: Int32Array

  constructor(fleet: Fleet) {
    this.#fleet = fleet
    this.#mix = new Mix(fleet)
    this.#present = new Float64Array(fleet.size)
    this.#presentAt = new Int32Array(fleet.size).fill(-1)
    this.#kinds = fleet.agents.map((agent, index) => {
      const slots = fleet.slots.map((_, slot) =>
        Number(fleet.capacity[index * fleet.slots.length + slot]! > 0),
      )
      return `${agent.architecture}|${slots.join('')}|${[...new Set(agent.devices.map(one => one.model ?? ''))].sort().join('|')}`
    })
  }

  /** Somebody asked for this. */
  note(shape: Shape, count: number): void {
    this.#mix.add(shape, count)
  }

  /** By how much a kernel makes the rest of an agent less usable. */
  cost(agent: number, need: Need): number {
    return this.#unusable(agent, need) - this.unusable(agent)
  }

  /** How much of an agent will stay unusable as it is now; equal for agents of one kind with the same rests. */
  unusable(agent: number): number {
    this.#look()
    const version = this.#fleet.versions[agent]!
    if (this.#presentAt[agent] !== version) {
      this.#present[agent] = this.#unusable(agent, undefined)
      this.#presentAt[agent] = version
    }
    return this.#present[agent]!
  }

  /** The same for a share of one device. */
  shareCost(agent: number, slot: number, free: number, amount: number): number {
    const main = this.#of(agent).find(one => one.slot === slot)
    return main ? wasteOf(main, free - amount) - wasteOf(main, free) : free
  }

  /** Looks at what is wanted anew where that has become much more. */
  #look(): void {
    if (this.#mix.total <= this.#judgedAt * growth) return
    this.#judgedAt = this.#mix.total
    this.#mains = new Map()
    this.#mainsOfAgent = []
    this.#presentAt.fill(-1)
  }

  #of(agent: number): readonly Main[] {
    this.#look()
    const known = this.#mainsOfAgent[agent]
    if (known) return known
    const kind = this.#kinds[agent]!
    const mains = this.#mains.get(kind) ?? this.#mix.mainsOf(agent)
    this.#mains.set(kind, mains)
    this.#mainsOfAgent[agent] = mains
    return mains
  }

  #unusable(agent: number, need: Need | undefined): number {
    const { slots, free, capacity } = this.#fleet
    const row = agent * slots.length
    let sum = 0
    for (const main of this.#of(agent)) {
      const usable = this.#usable(agent, main, need?.of(main.slot) ?? 0)
      const unit = main.unit ?? Math.max(1, capacity[row + main.slot]!)
      sum += this.#broken + this.#wasted
      for (const { slot, mean, spread } of main.companions) {
        const left = free[row + slot]! - (need?.of(slot) ?? 0)
        sum += stranded(left, mean * needWhenShort, spread, usable) / unit
      }
    }
    for (let slot = 0; slot < slots.length; slot++)
      if (capacity[row + slot]! > 0)
        sum += (tieWeight * (free[row + slot]! - (need?.of(slot) ?? 0))) / capacity[row + slot]!
    return sum
  }

  #wasted = 0
  #broken = 0

  /** Smallest units that can be used of the devices once `amount` is taken; leaves the rest in `#wasted` and `#broken`. */
  #usable(agent: number, main: Main, amount: number): number {
    const { slots, deviceFrom, deviceFree, free } = this.#fleet
    const row = agent * slots.length + main.slot
    this.#wasted = 0
    this.#broken = 0
    if (main.unit === null) return free[row]! - amount
    let wholes = 0
    let left = free[row]! - amount
    if (main.isShared) {
      let best = 0
      let bestCost = Infinity
      for (let device = deviceFrom[row]!; device < deviceFrom[row + 1]!; device++) {
        const rest = deviceFree[device]!
        if (rest >= wholeDevice) wholes++
        this.#wasted += wasteOf(main, rest)
        if (amount === 0 || amount >= wholeDevice || rest < amount) continue
        const cost = wasteOf(main, rest - amount) - wasteOf(main, rest)
        if (cost >= bestCost) continue
        bestCost = cost
        best = rest
      }
      if (amount >= wholeDevice) {
        wholes -= amount / wholeDevice
        this.#wasted -= (amount / wholeDevice) * wasteOf(main, wholeDevice)
      } else if (bestCost < Infinity) {
        this.#wasted += bestCost
        if (best >= wholeDevice) wholes--
      }
      left -= this.#wasted * wholeDevice
    } else wholes = left
    for (const { count, part } of main.several) if (wholes < count) this.#broken += part * wholes
    return left
  }
}

/** In devices. */
function wasteOf({ waste }: Main, rest: number): number {
  return waste[Math.min(steps, Math.floor((rest * steps) / wholeDevice))]! / steps
}

/**
 * Units that will be stranded for want of a companion, when `usable` units want `mean` of it each, more or less: the loss
 * function of a normal distribution.
 */
function stranded(left: number, mean: number, spread: number, usable: number): number {
  if (usable <= 0 || mean <= 0) return 0
  const deviation = spread * Math.sqrt(usable) + 1e-9
  return (deviation * normalLoss((left - mean * usable) / deviation)) / mean
}

const lossStep = 0.01
const lossRange = 5
const lossTable = Float64Array.from({ length: (2 * lossRange) / lossStep + 1 }, (_, i) =>
  exactNormalLoss(i * lossStep - lossRange),
)

/** Expected shortfall of a standard normal variable beyond z. */
function normalLoss(z: number): number {
  if (z >= lossRange) return 0
  if (z <= -lossRange) return -z
  return lossTable[Math.round((z + lossRange) / lossStep)]!
}

function exactNormalLoss(z: number): number {
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)
  return density - z * upperTail(z, density)
}

/** Abramowitz and Stegun, Handbook of Mathematical Functions, 26.2.17; error below 1e-7. */
function upperTail(z: number, density: number): number {
  if (z < 0) return 1 - upperTail(-z, density)
  const t = 1 / (1 + 0.2316419 * z)
  const polynomial = [0.31938153, -0.356563782, 1.781477937, -1.821255978, 1.330274429]
  return density * polynomial.reduceRight((sum, factor) => (sum + factor) * t, 0)
}
