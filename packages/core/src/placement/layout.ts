import type { AgentView, DeviceView } from '../placement.ts'
import { isShared } from '../slots.ts'

export const isAccelerator = (slot: string): boolean => slot !== 'cpu' && slot !== 'mem'

/** What does not change in a turn: the agents and their devices, numbered, in flat arrays. */
export interface Layout {
  /** In the order of their ids. */
  readonly agents: readonly AgentView[]
  readonly agentIndex: ReadonlyMap<string, number>
  readonly slots: readonly string[]
  readonly slotIndex: ReadonlyMap<string, number>
  readonly columns: number
  /** By slot: the column that counts wholly free devices, or -1. */
  readonly wholeColumn: Int32Array
  /** Devices of agent `a` and slot `s` are those from `deviceFrom[a * slots + s]` to the next. */
  readonly deviceFrom: Int32Array
  readonly devices: readonly DeviceView[]
  readonly deviceCapacity: Float64Array
  /** Agent × slot: sums over devices. */
  readonly capacity: Float64Array
  /** By device: fast link and NUMA node, numbered within the fleet; -1 where not reported. */
  readonly linkOf: Int32Array
  readonly numaOf: Int32Array
  /** Whether anything at all is reported of where devices are. */
  readonly hasPlaces: boolean
}

export function layoutOf(given: readonly AgentView[]): Layout {
  const agents = [...given].sort((a, b) => (a.id < b.id ? -1 : Number(a.id > b.id)))
  const slots = slotsOf(agents)
  const slotIndex = new Map(slots.map((slot, index) => [slot, index]))
  const shared = slots.filter(isShared)
  const wholeColumn = Int32Array.from(slots, slot =>
    isShared(slot) ? slots.length + shared.indexOf(slot) : -1,
  )
  const { deviceFrom, devices } = ordered(agents, slotIndex)
  const deviceCapacity = capacityOf(devices)
  const linkOf = numbered(devices, device => device.linkGroup)
  const numaOf = numbered(devices, device => device.numaNode)
  return {
    agents,
    agentIndex: new Map(agents.map((agent, index) => [agent.id, index])),
    slots,
    slotIndex,
    columns: slots.length + shared.length,
    wholeColumn,
    deviceFrom,
    devices,
    deviceCapacity,
    capacity: sums(deviceFrom, deviceCapacity),
    linkOf,
    numaOf,
    hasPlaces: [linkOf, numaOf].some(places => places.some(place => place !== -1)),
  }
}

function slotsOf(agents: readonly AgentView[]): string[] {
  const slots = new Set<string>()
  // Loops by number, here and below: over tens of thousands, iterators take several times as long.
  for (let agent = 0; agent < agents.length; agent++) {
    const { devices } = agents[agent]!
    for (let at = 0; at < devices.length; at++) slots.add(devices[at]!.slot)
  }
  return [...slots].sort()
}

/** All devices by agent and slot; of one slot, as their agent names them. */
function ordered(
  agents: readonly AgentView[],
  slotIndex: ReadonlyMap<string, number>,
): Pick<Layout, 'deviceFrom' | 'devices'> {
  const deviceFrom = new Int32Array(agents.length * slotIndex.size + 1)
  const given = agents.flatMap(agent => agent.devices)
  const rows = new Int32Array(given.length)
  let number = 0
  for (let agent = 0; agent < agents.length; agent++)
    for (let left = agents[agent]!.devices.length; left > 0; left--) {
      const row = agent * slotIndex.size + slotIndex.get(given[number]!.slot)!
      rows[number++] = row
      deviceFrom[row + 1]!++
    }
  for (let row = 1; row < deviceFrom.length; row++) deviceFrom[row]! += deviceFrom[row - 1]!
  const next = deviceFrom.slice()
  const devices = given.slice()
  for (let at = 0; at < given.length; at++) devices[next[rows[at]!]!++] = given[at]!
  return { deviceFrom, devices }
}

function capacityOf(devices: readonly DeviceView[]): Float64Array {
  // Not by `from`: over tens of thousands that takes many times as long.
  const capacity = new Float64Array(devices.length)
  for (let device = 0; device < devices.length; device++)
    capacity[device] = devices[device]!.capacity
  return capacity
}

function sums(deviceFrom: Int32Array, deviceCapacity: Float64Array): Float64Array {
  const capacity = new Float64Array(deviceFrom.length - 1)
  for (let row = 0; row < capacity.length; row++)
    for (let device = deviceFrom[row]!; device < deviceFrom[row + 1]!; device++)
      capacity[row]! += deviceCapacity[device]!
  return capacity
}

/** Kinds of accelerator that an agent has and that are not asked for: it is kept for those who ask. */
export function extrasOf(
  { slots, capacity }: Layout,
  agent: number,
  isAsked: (slot: number) => boolean,
): number {
  let count = 0
  for (let slot = 0; slot < slots.length; slot++)
    if (capacity[agent * slots.length + slot]! > 0 && isAccelerator(slots[slot]!) && !isAsked(slot))
      count++
  return count
}

/** Equal values get equal numbers; those that are absent get -1. */
function numbered(
  devices: readonly DeviceView[],
  valueOf: (device: DeviceView) => string | number | undefined,
): Int32Array {
  const known = new Map<string | number, number>()
  const numbers = new Int32Array(devices.length).fill(-1)
  for (let device = 0; device < devices.length; device++) {
    const value = valueOf(devices[device]!)
    if (value === undefined) continue
    const number = known.get(value) ?? known.size
    known.set(value, number)
    numbers[device] = number
  }
  return numbers
}
