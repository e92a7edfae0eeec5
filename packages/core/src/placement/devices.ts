import type { Fleet, Taken } from './fleet.ts'
import { isShared, wholeDevice } from '../slots.ts'
import type { Need } from './needs.ts'

/** How a selector chooses among the devices of an agent. */
export interface DeviceChoice {
  /** Whether the emptier group of devices is taken first, to spread the load, or the fuller one, to keep others whole. */
  readonly isSpreading: boolean
  /** Of shared devices with room for an amount, the one of least cost is taken. */
  readonly shareCost: (agent: number, slot: number, free: number, amount: number) => number
}

/** The devices that give a kernel what it needs, on an agent where it fits. */
export function chooseDevices(
  fleet: Fleet,
  agent: number,
  need: Need,
  choice: DeviceChoice,
): Taken[] {
  const taken: Taken[] = []
  for (let slot = 0; slot < fleet.slots.length; slot++) {
    const amount = need.of(slot)
    if (amount === 0) continue
    const row = agent * fleet.slots.length + slot
    const from = fleet.deviceFrom[row]!
    const least = isShared(fleet.slots[slot]!) ? wholeDevice : 1
    if (amount < least) taken.push({ device: partOf(fleet, agent, slot, amount, choice), amount })
    else if (fleet.deviceFrom[row + 1]! - from === 1) taken.push({ device: from, amount })
    else takeWhole(fleet, { row, amount, least }, choice.isSpreading, taken)
  }
  return taken
}

/** One device with room for a share: never split over two. */
function partOf(
  fleet: Fleet,
  agent: number,
  slot: number,
  amount: number,
  { shareCost }: DeviceChoice,
): number {
  const row = agent * fleet.slots.length + slot
  let best = -1
  let least = Infinity
  for (let device = fleet.deviceFrom[row]!; device < fleet.deviceFrom[row + 1]!; device++) {
    const free = fleet.deviceFree[device]!
    if (free < amount) continue
    const cost = shareCost(agent, slot, free, amount)
    if (best === -1 || cost < least) {
      best = device
      least = cost
    }
  }
  return best
}

interface Wholes {
  /** Of the agent and the slot. */
  readonly row: number
  readonly amount: number
  /** What is free of a device that will do. */
  readonly least: number
}

/** Whole devices, near each other where their places are known: of one fast link, else of one NUMA node, else of few. */
function takeWhole(
  fleet: Fleet,
  { row, amount, least }: Wholes,
  isSpreading: boolean,
  taken: Taken[],
): void {
  const usable: number[] = []
  let found = 0
  for (let device = fleet.deviceFrom[row]!; device < fleet.deviceFrom[row + 1]!; device++) {
    if (fleet.deviceFree[device]! < least) continue
    if (!fleet.hasPlaces && found >= amount) break
    found += fleet.deviceFree[device]!
    usable.push(device)
  }
  let rest = amount
  for (const device of fleet.hasPlaces ? nearest(fleet, usable, amount, isSpreading) : usable) {
    if (rest === 0) break
    const part = Math.min(fleet.deviceFree[device]!, rest)
    taken.push({ device, amount: part })
    rest -= part
  }
}

/** Devices in the order in which they are taken. */
function nearest(
  fleet: Fleet,
  usable: readonly number[],
  amount: number,
  isSpreading: boolean,
): readonly number[] {
  const best = (found: Group[]): Group | undefined =>
    found
      .filter(group => group.free >= amount)
      .sort((a, b) => (isSpreading ? b.free - a.free : a.free - b.free))[0]
  const linked = best(groups(fleet, usable, fleet.linkOf))
  if (linked) return linked.devices
  const near = best(groups(fleet, usable, fleet.numaOf))
  if (near) return largestFirst(fleet, near.devices, fleet.linkOf)
  return largestFirst(fleet, usable, fleet.numaOf)
}

/** So that as few groups as will do are used. Devices of which nothing is reported come last. */
function largestFirst(fleet: Fleet, devices: readonly number[], placeOf: Int32Array): number[] {
  const grouped = groups(fleet, devices, placeOf)
    .sort((a, b) => b.free - a.free)
    .flatMap(group => group.devices)
  return [...grouped, ...devices.filter(device => placeOf[device] === -1)]
}

interface Group {
  readonly devices: number[]
  free: number
}

function groups(fleet: Fleet, devices: readonly number[], placeOf: Int32Array): Group[] {
  const found = new Map<number, Group>()
  for (const device of devices) {
    const place = placeOf[device]!
    if (place === -1) continue
    const group = found.get(place) ?? { devices: [], free: 0 }
    group.devices.push(device)
    group.free += fleet.deviceFree[device]!
    found.set(place, group)
  }
  return [...found.values()]
}
