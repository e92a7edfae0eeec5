import type { Demand, KernelDemand } from '../placement.ts'
import type { Layout } from './layout.ts'
import { type Need, Needs } from './needs.ts'
import { Rows } from './rows.ts'

/** Agents that will do, whatever is free on them. */
export interface Eligibility {
  readonly id: number
  readonly architecture: string
  readonly runtime: string
  /** Null: need not be there. */
  readonly imageId: string | null
  /** Empty: any. */
  readonly deviceModels: readonly string[]
  /** Empty: any. */
  readonly agentIds: readonly string[]
}

/** What sessions have in common that fit, or do not fit, alike. */
export interface Shape {
  readonly id: number
  readonly eligibility: Eligibility
  /** Largest first; of a session that has to be on one agent, all of them together are one. */
  readonly parts: readonly Part[]
  /** Of all kernels together. */
  readonly total: Need
  /** Of one of the sessions. */
  readonly kernels: readonly KernelDemand[]
  /** As of a part that needs the total. */
  readonly order: number
}

/** Kernels that go to the same agent. */
export interface Part {
  /** Of all of them together: necessary, and for one kernel also sufficient. */
  readonly need: Need
  /** Which kernel of the demand, and what it needs; shared devices are chosen kernel by kernel. */
  readonly kernels: readonly { readonly at: number; readonly need: Need }[]
  /** Of the order in which a selector takes agents for it (`Pool`): from 0. */
  readonly order: number
}

/** Gives equal sessions the same shape. */
export class Shapes {
  readonly all: Shape[] = []
  readonly #layout: Layout
  readonly #needs: Needs
  readonly #rows = new Rows()
  /** Of slots, also of those that no agent has. */
  readonly #slotNumbers: Map<string, number>
  readonly #eligibilities = new Map<string, Eligibility>()
  /** By eligibility, then by slots. */
  readonly #orders: Map<number, number>[] = []
  #orderCount = 0
  #last: { readonly asked: Asked; readonly eligibility: Eligibility } | undefined
  #row = new Float64Array(64)

  constructor(layout: Layout) {
    this.#layout = layout
    this.#needs = new Needs(layout)
    this.#slotNumbers = new Map(layout.slotIndex)
  }

  of(demand: Asked): Shape {
    const eligibility = this.#eligibilityOf(demand)
    const number = this.#rows.numberOf(this.#row, this.#write(demand, eligibility))
    return (this.all[number] ??= this.#compile(demand, eligibility))
  }

  /** What tells shapes apart, as a row of numbers; answers how many. */
  #write({ kernels, clusterMode }: Asked, eligibility: Eligibility): number {
    this.#row[0] = clusterMode === 'single-node' ? -1 - eligibility.id : eligibility.id
    let length = 1
    for (const { amounts } of kernels) {
      for (const slot in amounts) {
        const amount = amounts[slot]!
        if (amount <= 0) continue
        if (length + 3 > this.#row.length) this.#lengthen()
        this.#row[length++] = this.#slotNumber(slot)
        this.#row[length++] = amount
      }
      if (length + 3 > this.#row.length) this.#lengthen()
      this.#row[length++] = -1
    }
    return length
  }

  #lengthen(): void {
    const longer = new Float64Array(2 * this.#row.length)
    longer.set(this.#row)
    this.#row = longer
  }

  #slotNumber(slot: string): number {
    const known = this.#slotNumbers.get(slot)
    if (known !== undefined) return known
    const number = this.#slotNumbers.size
    this.#slotNumbers.set(slot, number)
    return number
  }

  #eligibilityOf(demand: Asked): Eligibility {
    // Neighbours in a queue mostly ask for the same.
    const last = this.#last
    if (last && isAlike(last.asked, demand)) return last.eligibility
    const eligibility = this.#knownEligibility(demand)
    this.#last = { asked: demand, eligibility }
    return eligibility
  }

  #knownEligibility(demand: Asked): Eligibility {
    const { architecture, runtime = '', needsImageInstalled = false, imageId = '' } = demand
    const { deviceModels = [], agentIds = [] } = demand
    const image = needsImageInstalled ? imageId : null
    const key = JSON.stringify([architecture, runtime, image, deviceModels, agentIds])
    const known = this.#eligibilities.get(key)
    if (known) return known
    const id = this.#eligibilities.size
    const made = { id, architecture, runtime, imageId: image, deviceModels, agentIds }
    this.#eligibilities.set(key, made)
    return made
  }

  /** One number for all needs of the same slots by sessions for which the same agents will do. */
  #orderOf({ id }: Eligibility, { mask }: Need): number {
    while (this.#orders.length <= id) this.#orders.push(new Map())
    const known = this.#orders[id]!.get(mask)
    if (known !== undefined) return known
    this.#orders[id]!.set(mask, this.#orderCount)
    return this.#orderCount++
  }

  #compile({ kernels, clusterMode }: Asked, eligibility: Eligibility): Shape {
    const id = this.all.length
    if (kernels.length === 1) {
      const need = this.#needs.ofAll(kernels)
      const order = this.#orderOf(eligibility, need)
      const parts = [{ need, kernels: [{ at: 0, need }], order }]
      return { id, eligibility, parts, total: need, kernels, order }
    }
    const own = kernels.map(({ amounts }, at) => ({ at, need: this.#needs.ofOne(amounts) }))
    const together = this.#needs.ofAll(kernels)
    const sizeOf = ({ need }: Part['kernels'][number]): number => this.#sizeOf(need)
    const largest = own.toSorted((a, b) => sizeOf(b) - sizeOf(a) || a.at - b.at)
    const partOf = (need: Need, members: Part['kernels']): Part => ({
      need,
      kernels: members,
      order: this.#orderOf(eligibility, need),
    })
    const parts =
      clusterMode === 'single-node'
        ? [partOf(together, largest)]
        : largest.map(kernel => partOf(kernel.need, [kernel]))
    const order = this.#orderOf(eligibility, together)
    return { id, eligibility, parts, total: together, kernels, order }
  }

  #sizeOf(need: Need): number {
    let sum = 0
    for (let slot = 0; slot < this.#layout.slots.length; slot++) sum += need.of(slot)
    return sum
  }
}

/** What a shape is made of. */
type Asked = Pick<Demand, 'kernels' | 'architecture'> & Partial<Demand>

const isAlike = (a: Asked, b: Asked): boolean =>
  a.architecture === b.architecture &&
  a.runtime === b.runtime &&
  a.deviceModels === b.deviceModels &&
  a.agentIds === b.agentIds &&
  a.needsImageInstalled === b.needsImageInstalled &&
  (a.needsImageInstalled !== true || a.imageId === b.imageId)
