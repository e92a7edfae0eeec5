import type { KernelDemand } from '../placement.ts'
import type { Amounts } from '../slots.ts'
import { isShared, wholeDevice } from '../slots.ts'
import type { Layout } from './layout.ts'

/** What kernels ask of one agent, by columns of the fleet and by slots, as a piece of a long array. */
export class Need {
  /** By column from `from`, then by slot. 0: not asked for. */
  readonly values: Float64Array
  readonly from: number
  readonly #slotsFrom: number
  /** Sum of 2^slot over the slots that are asked for. */
  readonly mask: number
  /** No agent could ever have it: a slot that there is not, or a part of a device beside whole ones. */
  readonly isImpossible: boolean

  constructor(
    piece: Pick<Need, 'values' | 'from'> & { readonly slotsFrom: number },
    { mask, isImpossible }: Pick<Need, 'mask' | 'isImpossible'>,
  ) {
    this.values = piece.values
    this.from = piece.from
    this.#slotsFrom = piece.slotsFrom
    this.mask = mask
    this.isImpossible = isImpossible
  }

  /** In smallest units of the slot. */
  of(slot: number): number {
    return this.values[this.#slotsFrom + slot]!
  }

  inColumn(column: number): number {
    return this.values[this.from + column]!
  }
}

const pieceLength = 8192

/** Makes needs; thousands of them share an array, for a turn has many thousand. */
export class Needs {
  readonly #layout: Layout
  readonly #width: number
  #values = new Float64Array(0)
  #from = 0
  #last: { readonly amounts: Amounts; readonly need: Need } | undefined

  constructor(layout: Layout) {
    this.#layout = layout
    this.#width = layout.columns + layout.slots.length
  }

  /** Kernels of a session are mostly alike, and then share one. */
  ofOne(amounts: Amounts): Need {
    if (this.#last?.amounts === amounts) return this.#last.need
    const need = this.ofAll([{ amounts }])
    this.#last = { amounts, need }
    return need
  }

  /** The sum of what kernels ask of one agent: shared devices count by the largest part and the number of whole ones. */
  ofAll(kernels: readonly Pick<KernelDemand, 'amounts'>[]): Need {
    const { slotIndex } = this.#layout
    const from = this.#next()
    const slotsFrom = from + this.#layout.columns
    let mask = 0
    let isImpossible = false
    for (const { amounts } of kernels)
      for (const name in amounts) {
        const amount = amounts[name]!
        if (amount <= 0) continue
        const slot = slotIndex.get(name)
        if (slot === undefined) {
          isImpossible = true
          continue
        }
        if (this.#values[slotsFrom + slot] === 0) mask += 2 ** slot
        this.#values[slotsFrom + slot]! += amount
        if (!this.#addToColumns(from, slot, amount)) isImpossible = true
      }
    return new Need({ values: this.#values, from, slotsFrom }, { mask, isImpossible })
  }

  /** False: no agent can have it. */
  #addToColumns(from: number, slot: number, amount: number): boolean {
    const values = this.#values
    if (!isShared(this.#layout.slots[slot]!)) values[from + slot]! += amount
    else if (amount < wholeDevice) values[from + slot] = Math.max(values[from + slot]!, amount)
    else {
      values[from + this.#layout.wholeColumn[slot]!]! += amount / wholeDevice
      return amount % wholeDevice === 0
    }
    return true
  }

  #next(): number {
    const from = this.#from
    this.#from += this.#width
    if (this.#from <= this.#values.length) return from
    this.#values = new Float64Array(Math.max(pieceLength, this.#width))
    this.#from = this.#width
    return 0
  }
}

/** What kernels ask for together, by slot; slots that no agent has are among them. */
export function askedOf(kernels: readonly Pick<KernelDemand, 'amounts'>[]): Record<string, number> {
  const asked: Record<string, number> = {}
  for (const { amounts } of kernels)
    for (const slot in amounts)
      if (amounts[slot]! > 0) asked[slot] = (asked[slot] ?? 0) + amounts[slot]!
  return asked
}
