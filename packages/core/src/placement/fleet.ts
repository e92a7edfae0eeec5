import type { AgentView } from '../placement.ts'
import type { Need } from './shapes.ts'

/** Smallest units of a shared device: shares are thousandths. */
export const wholeDevice = 1000

export const isShared = (slot: string): boolean => slot.endsWith('.shares')
export const isAccelerator = (slot: string): boolean => slot !== 'cpu' && slot !== 'mem'

/** An amount taken of a device; devices are numbered over all agents. */
export interface Taken {
  readonly device: number
  readonly amount: number
}

/**
 * The agents of a turn and what is free on them, in flat arrays: one row per agent, agents in the order of their ids.
 *
 * What a need is compared with is a row of `room`: the most of each column that one kernel could get there. A column is a
 * slot; for shared devices it holds the largest free part of one device, and a second column counts the devices that are
 * free as a whole. So whether a kernel fits is one comparison for each column that it asks for, devices included.
 */
export class Fleet {
  readonly agents: readonly AgentView[]
  readonly slots: readonly string[]
  readonly slotIndex: ReadonlyMap<string, number>
  readonly columns: number
  /** By slot: the column that counts wholly free devices, or -1. */
  readonly wholeColumn: Int32Array
  /** Agent × column: now, and if nothing ran there. */
  readonly room: Float64Array
  readonly roomWhenEmpty: Float64Array
  /** Agent × slot: sums over devices. */
  readonly free: Float64Array
  readonly capacity: Float64Array
  readonly deviceFree: Float64Array
  readonly deviceCapacity: Float64Array
  readonly deviceIds: readonly string[]
  /** Device × 2: fast link and NUMA node, numbered within the fleet; -1 where not reported. */
  readonly linkOf: Int32Array
  readonly numaOf: Int32Array
  /** Devices of agent `a` and slot `s` are those from `deviceFrom[a * slots + s]` to the next. */
  readonly deviceFrom: Int32Array
  /** Agents whose room changed, in order; readers remember how far they have read. */
  readonly changes: number[] = []
  readonly #slotNames: readonly string[]

  constructor(agents: readonly AgentView[]) {
    this.agents = [...agents].sort((a, b) => (a.id < b.id ? -1 : Number(a.id > b.id)))
    const devices = this.agents.map(agent => agent.devices)
    this.slots = [...new Set(devices.flatMap(own => own.map(device => device.slot)))].sort()
    this.slotIndex = new Map(this.slots.map((slot, index) => [slot, index]))
    const shared = this.slots.filter(isShared)
    this.columns = this.slots.length + shared.length
    this.wholeColumn = Int32Array.from(this.slots, slot =>
      isShared(slot) ? this.slots.length + shared.indexOf(slot) : -1,
    )
    const ordered = devices.flatMap(own =>
      this.slots.map(slot => own.filter(device => device.slot === slot)),
    )
    this.deviceFrom = new Int32Array(ordered.length + 1)
    for (const [row, list] of ordered.entries())
      this.deviceFrom[row + 1] = this.deviceFrom[row]! + list.length
    const all = ordered.flat()
    this.deviceIds = all.map(device => device.id)
    this.#slotNames = all.map(device => device.slot)
    this.deviceFree = Float64Array.from(all, device => device.capacity)
    this.deviceCapacity = Float64Array.from(all, device => device.capacity)
    this.linkOf = numbered(all.map(device => device.linkGroup))
    this.numaOf = numbered(all.map(device => device.numaNode))
    this.room = new Float64Array(this.agents.length * this.columns)
    this.free = new Float64Array(this.agents.length * this.slots.length)
    this.#measureAll()
    this.roomWhenEmpty = this.room.slice()
    this.capacity = this.free.slice()
    for (const [device, { free, capacity }] of all.entries())
      this.deviceFree[device] = Math.min(Math.max(0, free), capacity)
    this.#measureAll()
  }

  get size(): number {
    return this.agents.length
  }

  fits(agent: number, { columns, amounts }: Need, room: Float64Array = this.room): boolean {
    const row = agent * this.columns
    for (let i = 0; i < columns.length; i++)
      if (room[row + columns[i]!]! < amounts[i]!) return false
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
  }

  /** Kinds of accelerator that an agent has and that are not asked for: it is kept for those who ask. */
  extras(agent: number, isAsked: (slot: number) => boolean): number {
    let count = 0
    const row = agent * this.slots.length
    for (let slot = 0; slot < this.slots.length; slot++)
      if (this.capacity[row + slot]! > 0 && isAccelerator(this.slots[slot]!) && !isAsked(slot))
        count++
    return count
  }

  slotOf(device: number): string {
    return this.#slotNames[device]!
  }

  /** All that there is of each slot, given out or not. */
  total(): Record<string, number> {
    const sums = this.slots.map((slot, index): [string, number] => {
      let sum = 0
      for (let agent = 0; agent < this.size; agent++)
        sum += this.capacity[agent * this.slots.length + index]!
      return [slot, sum]
    })
    return Object.fromEntries(sums)
  }

  #measureAll(): void {
    for (let agent = 0; agent < this.size; agent++) this.#measure(agent)
  }

  #measure(agent: number): void {
    for (let slot = 0; slot < this.slots.length; slot++) {
      const row = agent * this.slots.length + slot
      const whole = this.wholeColumn[slot]!
      let sum = 0
      let most = 0
      let wholes = 0
      for (let device = this.deviceFrom[row]!; device < this.deviceFrom[row + 1]!; device++) {
        const free = this.deviceFree[device]!
        sum += free
        if (free > most) most = free
        if (free >= wholeDevice) wholes++
      }
      this.free[row] = sum
      this.room[agent * this.columns + slot] = whole === -1 ? sum : most
      if (whole !== -1) this.room[agent * this.columns + whole] = wholes
    }
  }
}

/** Equal values get equal numbers; those that are absent get -1. */
function numbered(values: readonly (string | number | undefined)[]): Int32Array {
  const known = new Map<string | number, number>()
  return Int32Array.from(values, value => {
    if (value === undefined) return -1
    const number = known.get(value) ?? known.size
    known.set(value, number)
    return number
  })
}
