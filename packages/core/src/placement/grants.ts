import type { PlacedKernel } from '../placement.ts'
import type { Layout } from './layout.ts'
import type { Taken } from './fleet.ts'

type Grant = PlacedKernel['devices'][number]

/**
 * What kernels are given of devices, as a plan tells it. Devices of different agents mostly have the same names, and kernels
 * ask for the same amounts: equal grants are one object, so that a plan of a hundred thousand starts stays small.
 */
export class Grants {
  readonly #layout: Layout
  /** By device: the number of its name. */
  readonly #nameOf: Int32Array
  /** By number of the name, then by amount. */
  readonly #known: Map<number, Grant>[] = []

  constructor(layout: Layout) {
    this.#layout = layout
    this.#nameOf = new Int32Array(layout.devices.length).fill(-1)
  }

  of({ device, amount }: Taken): Grant {
    let name = this.#nameOf[device]!
    if (name === -1) this.#nameOf[device] = name = this.#number(device)
    const known = this.#known[name]!
    const grant = known.get(amount)
    if (grant) return grant
    const { id, slot } = this.#layout.devices[device]!
    const made = { deviceId: id, slot, amount }
    known.set(amount, made)
    return made
  }

  readonly #numbers = new Map<string, Map<string, number>>()

  #number(device: number): number {
    const { id, slot } = this.#layout.devices[device]!
    let bySlot = this.#numbers.get(id)
    if (!bySlot) this.#numbers.set(id, (bySlot = new Map()))
    const known = bySlot.get(slot)
    if (known !== undefined) return known
    bySlot.set(slot, this.#known.length)
    return this.#known.push(new Map()) - 1
  }
}
