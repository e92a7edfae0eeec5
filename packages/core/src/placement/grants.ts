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
  /** By device: its slot and name, numbered. */
  readonly #nameOf: Int32Array
  /** By number of the name, then by amount. */
  readonly #known: Map<number, Grant>[] = []

  constructor(layout: Layout) {
    this.#layout = layout
    this.#nameOf = this.#numberNames()
  }

  readonly of = ({ device, amount }: Taken): Grant => {
    const known = this.#known[this.#nameOf[device]!]!
    const grant = known.get(amount)
    if (grant) return grant
    const { id, slot } = this.#layout.devices[device]!
    const made = { deviceId: id, slot, amount }
    known.set(amount, made)
    return made
  }

  #numberNames(): Int32Array {
    const { slots, devices, deviceFrom } = this.#layout
    const numbers = slots.map(() => new Map<string, number>())
    const names = new Int32Array(devices.length)
    for (let row = 0; row + 1 < deviceFrom.length; row++) {
      const bySlot = numbers[row % slots.length]!
      for (let device = deviceFrom[row]!; device < deviceFrom[row + 1]!; device++) {
        const { id } = devices[device]!
        let number = bySlot.get(id)
        if (number === undefined) {
          number = this.#known.push(new Map()) - 1
          bySlot.set(id, number)
        }
        names[device] = number
      }
    }
    return names
  }
}
