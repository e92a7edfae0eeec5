import type { AgentView, DeviceView } from '../placement.ts'
import { type Layout, layoutOf } from './layout.ts'
import { wholeDevice } from '../slots.ts'
import type { Need } from './needs.ts'

/** An amount taken of a device; devices are numbered over all agents. */
export interface Taken {
  readonly device: number
  readonly amount: number
}

/**
 * The agents of a turn and what is free on them, in flat arrays, agents in the order of their ids.
 *
 * What a need is compared with is `room`: the most of each column that one kernel could get there. A column is a
 * slot; for shared devices it holds the largest free part of one device, and a second column counts the devices that are
 * free as a whole. So whether a kernel fits is one comparison for each column that it asks for, devices included.
 */
export class Fleet implements Layout {
  readonly size: number
  readonly agents: readonly AgentView[]
  readonly agentIndex: ReadonlyMap<string, number>
  readonly slots: readonly string[]
  readonly slotIndex: ReadonlyMap<string, number>
  readonly columns: number
  readonly wholeColumn: Int32Array
  readonly deviceFrom: Int32Array
  readonly devices: readonly DeviceView[]
  readonly deviceCapacity: Float64Array
  readonly capacity: Float64Array
  readonly linkOf: Int32Array
  readonly numaOf: Int32Array
  readonly hasPlaces: boolean
  readonly deviceFree: Float64Array
  /** Column × agent: most agents fail by the first column, and are looked at one after the other. */
  readonly room: Float64Array
  /** Agent × slot: sums over devices. */
  readonly free: Float64Array
  /** By agent: how often its room has changed. */
  readonly versions: Int32Array
  /** Agents whose room changed, in order; readers remember how far they have read. */
  readonly changes: number[] = []
  /** Of these, those that got something back. */
  readonly gains: number[] = []

  constructor(layout: Layout, deviceFree: Float64Array) {
    this.size = layout.agents.length
    this.agents = layout.agents
    this.agentIndex = layout.agentIndex
    this.slots = layout.slots
    this.slotIndex = layout.slotIndex
    this.columns = layout.columns
    this.wholeColumn = layout.wholeColumn
    this.deviceFrom = layout.deviceFrom
    this.devices = layout.devices
    this.deviceCapacity = layout.deviceCapacity
    this.capacity = layout.capacity
    this.linkOf = layout.linkOf
    this.numaOf = layout.numaOf
    this.hasPlaces = layout.hasPlaces
    this.deviceFree = deviceFree
    this.room = new Float64Array(layout.agents.length * layout.columns)
    this.free = new Float64Array(layout.agents.length * layout.slots.length)
    this.versions = new Int32Array(layout.agents.length)
    for (let agent = 0; agent < this.size; agent++) this.#measure(agent)
  }

  static of(agents: readonly AgentView[]): Fleet {
    const layout = layoutOf(agents)
    const { devices, deviceCapacity } = layout
    const free = new Float64Array(devices.length)
    for (let device = 0; device < free.length; device++)
      free[device] = Math.min(Math.max(0, devices[device]!.free), deviceCapacity[device]!)
    return new Fleet(layout, free)
  }

  /** The same agents as if nothing ran there. */
  emptied(): Fleet {
    return new Fleet(this, this.deviceCapacity.slice())
  }

  /** As it is now; what is taken of one is not taken of the other. */
  copy(): Fleet {
    return new Fleet(this, this.deviceFree.slice())
  }

  fits(agent: number, { values, from }: Need): boolean {
    const { columns, room, size } = this
    for (let column = 0; column < columns; column++)
      if (room[column * size + agent]! < values[from + column]!) return false
    return true
  }

  /** Takes amounts of devices that have them. */
  take(agent: number, taken: readonly Taken[]): void {
    for (const { device, amount } of taken) this.deviceFree[device]! -= amount
    this.#measure(agent)
    this.changes.push(agent)
  }

  give(agent: number, taken: readonly Taken[]): void {
    for (const { device, amount } of taken) this.deviceFree[device]! += amount
    this.#measure(agent)
    this.changes.push(agent)
    this.gains.push(agent)
  }

  #measure(agent: number): void {
    const { deviceFree, deviceFrom, wholeColumn } = this
    this.versions[agent]!++
    const slots = this.slots.length
    for (let slot = 0; slot < slots; slot++) {
      const row = agent * slots + slot
      const whole = wholeColumn[slot]!
      const end = deviceFrom[row + 1]!
      let sum = 0
      let most = 0
      let wholes = 0
      for (let device = deviceFrom[row]!; device < end; device++) {
        const free = deviceFree[device]!
        sum += free
        if (free > most) most = free
        if (free >= wholeDevice) wholes++
      }
      this.free[row] = sum
      this.room[slot * this.size + agent] = whole === -1 ? sum : most
      if (whole !== -1) this.room[whole * this.size + agent] = wholes
    }
  }
}
