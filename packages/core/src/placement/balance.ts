import type { AgentView } from '../placement.ts'
import type { Fleet } from './fleet.ts'
import { wholeDevice } from '../slots.ts'
import { type Main, Mix } from './mix.ts'
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
  /** By agent: of which kind it is, numbered. */
  readonly #kinds: Int32Array
  /** By kind. */
  #mains: (readonly Main[] | undefined)[] = []
  /** By agent: what is unusable now, and of which version of the agent that is. */
  readonly #present: Float64Array
  readonly #presentAt: Int32Array
  /** Agent × slot: the waste on shared devices, of the same version. */
  readonly #waste: Float64Array
  /** Agent × slot: what a free unit counts where nothing else tells agents apart. */
  readonly #tie: Float64Array

  constructor(fleet: Fleet) {
    this.#fleet = fleet
    this.#mix = new Mix(fleet)
    this.#present = new Float64Array(fleet.size)
    this.#presentAt = new Int32Array(fleet.size).fill(-1)
    this.#tie = fleet.capacity.map(capacity => (capacity > 0 ? tieWeight / capacity : 0))
    this.#waste = new Float64Array(fleet.size * fleet.slots.length)
    this.#kinds = kindsOf(fleet)
  }

  /** Somebody asked for this. */
  note(shape: Shape, count: number): void {
    this.#mix.add(shape, count)
  }

  /** How much of an agent will stay unusable as it is now; equal for agents of one kind with the same rests. */
  unusable(agent: number): number {
    this.#look()
    const version = this.#fleet.versions[agent]!
    if (this.#presentAt[agent] !== version) {
      this.#measureWaste(agent)
      this.#present[agent] = this.unusableAfter(agent, undefined)
      this.#presentAt[agent] = version
    }
    return this.#present[agent]!
  }

  /** By how much a share makes the rest of one device less usable. */
  shareCost(agent: number, slot: number, free: number, amount: number): number {
    this.#look()
    const main = this.#of(agent).find(one => one.slot === slot)
    return main ? wasteOf(main, free - amount) - wasteOf(main, free) : free
  }

  /** Looks at what is wanted anew where that has become much more. */
  #look(): void {
    if (this.#mix.total <= this.#judgedAt * growth) return
    this.#judgedAt = this.#mix.total
    this.#mains = []
    this.#presentAt.fill(-1)
  }

  #of(agent: number): readonly Main[] {
    return (this.#mains[this.#kinds[agent]!] ??= this.#mix.mainsOf(agent))
  }

  /** The same once a need is taken, if any. To be asked after `unusable`: it goes by what is wasted now. */
  unusableAfter(agent: number, need: Need | undefined): number {
    const { slots, free, capacity } = this.#fleet
    const row = agent * slots.length
    let sum = 0
    for (const main of this.#of(agent)) {
      const amount = need === undefined ? 0 : need.of(main.slot)
      let usable = free[row + main.slot]! - amount
      let wholes = usable
      if (main.isShared) {
        const rest = this.#restFor(agent, main, amount)
        const devices = Math.max(1, amount / wholeDevice)
        const more = wasteOf(main, rest - amount / devices) - wasteOf(main, rest)
        const wasted = this.#waste[row + main.slot]! + devices * more
        wholes = this.#wholesOf(agent, main) - (rest >= wholeDevice ? devices : 0)
        usable -= wasted * wholeDevice
        sum += wasted
      }
      for (const { count, part } of main.several) if (wholes < count) sum += part * wholes
      const unit = main.unit ?? Math.max(1, capacity[row + main.slot]!)
      for (const { slot, mean, spread } of main.companions) {
        const left = free[row + slot]! - (need === undefined ? 0 : need.of(slot))
        sum += stranded(left, mean * needWhenShort, spread, usable) / unit
      }
    }
    for (let slot = 0; slot < slots.length; slot++)
      sum += this.#tie[row + slot]! * (free[row + slot]! - (need === undefined ? 0 : need.of(slot)))
    return sum
  }

  /** What is free of the device of which an amount is best taken; 0 where nothing is. */
  #restFor(agent: number, main: Main, amount: number): number {
    if (amount === 0 || amount >= wholeDevice) return Math.min(amount, wholeDevice)
    const { slots, deviceFrom, deviceFree } = this.#fleet
    const row = agent * slots.length + main.slot
    const end = deviceFrom[row + 1]!
    let best = amount
    let least = Infinity
    for (let device = deviceFrom[row]!; device < end; device++) {
      const rest = deviceFree[device]!
      if (rest < amount) continue
      const cost = wasteOf(main, rest - amount) - wasteOf(main, rest)
      if (cost >= least) continue
      least = cost
      best = rest
    }
    return best
  }

  #wholesOf(agent: number, { slot }: Main): number {
    const { room, size, wholeColumn } = this.#fleet
    return room[wholeColumn[slot]! * size + agent]!
  }

  #measureWaste(agent: number): void {
    const { slots, deviceFrom, deviceFree } = this.#fleet
    for (const main of this.#of(agent)) {
      if (!main.isShared) continue
      const row = agent * slots.length + main.slot
      let sum = 0
      for (let device = deviceFrom[row]!; device < deviceFrom[row + 1]!; device++)
        sum += wasteOf(main, deviceFree[device]!)
      this.#waste[row] = sum
    }
  }
}

function kindsOf(fleet: Fleet): Int32Array {
  const numbers = new Map<string, number>()
  const kinds = new Int32Array(fleet.size)
  for (let agent = 0; agent < kinds.length; agent++) {
    const kind = kindOf(fleet, fleet.agents[agent]!, agent)
    const number = numbers.get(kind) ?? numbers.size
    numbers.set(kind, number)
    kinds[agent] = number
  }
  return kinds
}

/** What sessions go by that say which agents will do. */
function kindOf({ slots, capacity }: Fleet, agent: AgentView, index: number): string {
  let has = ''
  for (let slot = 0; slot < slots.length; slot++)
    has += capacity[index * slots.length + slot]! > 0 ? '1' : '0'
  const models: string[] = []
  for (let at = 0; at < agent.devices.length; at++) {
    const { model } = agent.devices[at]!
    if (model !== undefined && !models.includes(model)) models.push(model)
  }
  return `${agent.architecture}|${has}|${models.sort().join('|')}`
}

/** In devices. */
function wasteOf({ waste }: Main, rest: number): number {
  return waste[Math.min(wholeDevice, rest)]!
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
