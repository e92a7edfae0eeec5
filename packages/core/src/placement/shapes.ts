import type { Demand } from '../placement.ts'
import type { Amounts } from '../slots.ts'
import { type Fleet, isShared, wholeDevice } from './fleet.ts'

/** What one kernel asks of one agent, by the columns of the fleet. */
export interface Need {
  readonly columns: Int32Array
  /** As many as columns. */
  readonly amounts: Float64Array
  /** By slot, in smallest units. */
  readonly bySlot: Float64Array
  /** Sum of 2^slot over the slots that are asked for. */
  readonly mask: number
  /** No agent could ever have it: a slot that there is not, or a part of a device beside whole ones. */
  readonly isImpossible: boolean
  readonly asked: Amounts
}

/** Agents that will do, whatever is free on them. */
export interface Eligibility {
  readonly id: number
  readonly architecture: string
  readonly runtime: string
  /** Null: need not be there. */
  readonly imageId: string | null
  /** Empty: any. */
  readonly deviceModels: readonly string[]
}

/** What sessions have in common that fit, or do not fit, alike. */
export interface Shape {
  readonly id: number
  readonly eligibility: Eligibility
  /** Largest first; of a session that has to be on one agent, all of them together are one. */
  readonly parts: readonly Part[]
  /** By slot, over all kernels. */
  readonly total: Float64Array
  readonly asked: Amounts
  readonly kernelCount: number
}

/** Kernels that go to the same agent. */
export interface Part {
  /** Of all of them together: necessary, and for one kernel also sufficient. */
  readonly need: Need
  /** Which kernel of the demand, and what it needs; shared devices are chosen kernel by kernel. */
  readonly kernels: readonly { readonly at: number; readonly need: Need }[]
}

/** Gives equal sessions the same shape. */
export class Shapes {
  readonly all: Shape[] = []
  readonly #fleet: Fleet
  readonly #known = new Map<string, Shape>()
  readonly #eligibilities = new Map<string, Eligibility>()

  constructor(fleet: Fleet) {
    this.#fleet = fleet
  }

  of(demand: Pick<Demand, 'kernels' | 'architecture'> & Partial<Demand>): Shape {
    const eligibility = this.#eligibilityOf(demand)
    let key = `${eligibility.id}${demand.clusterMode === 'single-node' ? 's' : 'm'}`
    for (const { amounts } of demand.kernels) {
      key += ';'
      for (const slot in amounts)
        if (amounts[slot]! > 0)
          key += `${this.#fleet.slotIndex.get(slot) ?? slot}:${amounts[slot]!},`
    }
    const known = this.#known.get(key)
    if (known) return known
    const shape = this.#compile(demand, eligibility)
    this.#known.set(key, shape)
    this.all.push(shape)
    return shape
  }

  #eligibilityOf(demand: Pick<Demand, 'architecture'> & Partial<Demand>): Eligibility {
    const { architecture, runtime = '', needsImageInstalled = false, imageId = '' } = demand
    const deviceModels = demand.deviceModels ?? []
    const image = needsImageInstalled ? imageId : null
    const key = `${architecture}|${runtime}|${image ?? ''}|${deviceModels.length === 0 ? '' : JSON.stringify(deviceModels)}`
    const known = this.#eligibilities.get(key)
    if (known) return known
    const id = this.#eligibilities.size
    const made = { id, architecture, runtime, imageId: image, deviceModels }
    this.#eligibilities.set(key, made)
    return made
  }

  #compile(
    { kernels, clusterMode }: Pick<Demand, 'kernels'> & Partial<Demand>,
    eligibility: Eligibility,
  ): Shape {
    const own = kernels.map(({ amounts }, at) => ({
      at,
      need: compileNeed(this.#fleet, [amounts]),
    }))
    const together = compileNeed(
      this.#fleet,
      kernels.map(one => one.amounts),
    )
    const largest = own.toSorted((a, b) => sizeOf(b.need) - sizeOf(a.need) || a.at - b.at)
    const parts =
      clusterMode === 'single-node'
        ? [{ need: together, kernels: largest }]
        : largest.map(kernel => ({ need: kernel.need, kernels: [kernel] }))
    return {
      id: this.all.length,
      eligibility,
      parts,
      total: together.bySlot,
      asked: together.asked,
      kernelCount: kernels.length,
    }
  }
}

const sizeOf = ({ bySlot }: Need): number => bySlot.reduce((sum, amount) => sum + amount, 0)

/** The sum of what kernels ask of one agent: shared devices count by the largest part and the number of whole ones. */
function compileNeed(fleet: Fleet, kernels: readonly Amounts[]): Need {
  const columns = new Map<number, number>()
  const bySlot = new Float64Array(fleet.slots.length)
  const asked: Record<string, number> = {}
  let mask = 0
  let isImpossible = false
  for (const amounts of kernels)
    for (const name in amounts) {
      const amount = amounts[name]!
      if (amount <= 0) continue
      asked[name] = (asked[name] ?? 0) + amount
      const slot = fleet.slotIndex.get(name)
      if (slot === undefined) {
        isImpossible = true
        continue
      }
      if (bySlot[slot] === 0) mask += 2 ** slot
      bySlot[slot]! += amount
      if (!isShared(name)) columns.set(slot, (columns.get(slot) ?? 0) + amount)
      else if (amount < wholeDevice) columns.set(slot, Math.max(columns.get(slot) ?? 0, amount))
      else {
        const whole = fleet.wholeColumn[slot]!
        columns.set(whole, (columns.get(whole) ?? 0) + amount / wholeDevice)
        isImpossible ||= amount % wholeDevice !== 0
      }
    }
  return {
    columns: Int32Array.from(columns.keys()),
    amounts: Float64Array.from(columns.values()),
    bySlot,
    mask,
    isImpossible,
    asked,
  }
}
