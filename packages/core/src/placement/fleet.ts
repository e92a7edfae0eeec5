import type { AgentView, Demand, PlacedKernel } from '../placement.ts'
import type { Amounts } from '../slots.ts'
import type { Score } from './select.ts'

/** What rules an agent out whatever is free on it. */
export type RuledOut = 'architecture' | 'runtime' | 'image'

interface Device {
  readonly id: string
  readonly capacity: number
}

/** Devices behind one slot, over all agents, as flat arrays: agent `a` has those from `from[a]` to `from[a + 1]`. */
interface SlotDevices {
  readonly devices: readonly Device[]
  readonly free: Float64Array
  readonly from: Int32Array
}

interface Taken {
  readonly slot: string
  readonly index: number
  readonly amount: number
}

/** The agents of a turn, and what is still free on them. Placing takes from it. */
export class Fleet {
  readonly agents: readonly AgentView[]
  readonly #slots: ReadonlyMap<string, SlotDevices>

  constructor(agents: readonly AgentView[]) {
    this.agents = agents
    this.#slots = toSlotDevices(agents)
  }

  /** All that there is of each slot, given out or not. */
  capacity(): Amounts {
    const sum: Record<string, number> = {}
    for (const [slot, { devices }] of this.#slots)
      sum[slot] = devices.reduce((all, device) => all + device.capacity, 0)
    return sum
  }

  /** Places all kernels of a session, or none. `barred` agents are kept free for somebody before it. */
  place(demand: Demand, score: Score, barred?: ReadonlySet<number>): PlacedKernel[] | undefined {
    const taken: Taken[] = []
    const kernels: PlacedKernel[] = []
    for (const { kernelIndex, amounts } of demand.kernels) {
      const agent = this.#best(demand, amounts, score, barred)
      if (agent === -1) {
        for (const { slot, index, amount } of taken) this.#slots.get(slot)!.free[index]! += amount
        return undefined
      }
      const own = this.#take(agent, amounts)
      taken.push(...own)
      const devices = own.map(({ slot, index, amount }) => ({
        deviceId: this.#slots.get(slot)!.devices[index]!.id,
        slot,
        amount,
      }))
      kernels.push({ kernelIndex, agentId: this.agents[agent]!.id, devices })
    }
    return kernels
  }

  /** Whether it would fit if no agent were kept free. Takes nothing. */
  couldPlace(demand: Demand): boolean {
    const before = new Map([...this.#slots].map(([slot, { free }]) => [slot, free.slice()]))
    const kernels = this.place(demand, () => 0)
    if (kernels) for (const [slot, free] of before) this.#slots.get(slot)!.free.set(free)
    return kernels !== undefined
  }

  /** Agents that could hold a kernel of this session if they were empty. */
  everHolding(demand: Demand): ReadonlySet<number> {
    const all = this.agents.map((_, agent) => agent)
    return new Set(
      all.filter(
        agent =>
          this.ruledOut(agent, demand) === undefined &&
          demand.kernels.some(kernel => this.#holds(agent, kernel.amounts, 'capacity')),
      ),
    )
  }

  ruledOut(agent: number, demand: Demand): RuledOut | undefined {
    const { architecture, runtimes, images } = this.agents[agent]!
    if (architecture !== demand.architecture) return 'architecture'
    if (!runtimes.includes(demand.runtime)) return 'runtime'
    if (demand.needsImageInstalled && !images.has(demand.imageId)) return 'image'
    return undefined
  }

  /** The most of a slot that one session could get of this agent now: whole devices add up, shares do not. */
  available(agent: number, slot: string): number {
    return this.#sum(agent, slot, 'free')
  }

  /** Slots of which an agent has something. */
  slotsOf(agent: number): string[] {
    return [...this.#slots]
      .filter(([, { from }]) => from[agent + 1]! > from[agent]!)
      .map(([slot]) => slot)
  }

  /** Free part of a slot on an agent once `taken` is gone, 0 to 1; 1 where it has none of it. */
  freeShare(agent: number, slot: string, taken = 0): number {
    const devices = this.#slots.get(slot)
    if (!devices) return 1
    let free = 0
    let capacity = 0
    for (let i = devices.from[agent]!; i < devices.from[agent + 1]!; i++) {
      free += devices.free[i]!
      capacity += devices.devices[i]!.capacity
    }
    return capacity === 0 ? 1 : (free - taken) / capacity
  }

  #best(
    demand: Demand,
    amounts: Amounts,
    score: Score,
    barred: ReadonlySet<number> | undefined,
  ): number {
    let best = -1
    let bestRank: readonly number[] = []
    for (let agent = 0; agent < this.agents.length; agent++) {
      if (barred?.has(agent)) continue
      if (!this.#holds(agent, amounts, 'free') || this.ruledOut(agent, demand) !== undefined)
        continue
      const { id, images } = this.agents[agent]!
      const rank = [
        demand.failedAgentIds.includes(id) ? 1 : 0,
        -score(this, agent, amounts),
        // Among equals, one that need not pull the image.
        images.has(demand.imageId) ? 0 : 1,
      ]
      if (best === -1 || isBefore(rank, bestRank)) {
        best = agent
        bestRank = rank
      }
    }
    return best
  }

  #holds(agent: number, amounts: Amounts, of: 'free' | 'capacity'): boolean {
    for (const slot in amounts) if (this.#sum(agent, slot, of) < amounts[slot]!) return false
    return true
  }

  #sum(agent: number, slot: string, of: 'free' | 'capacity'): number {
    const devices = this.#slots.get(slot)
    if (!devices) return 0
    let sum = 0
    for (let i = devices.from[agent]!; i < devices.from[agent + 1]!; i++) {
      const amount = of === 'free' ? devices.free[i]! : devices.devices[i]!.capacity
      // A share comes from one device, never split over two.
      sum = slot.endsWith('.shares') ? Math.max(sum, amount) : sum + amount
    }
    return sum
  }

  #take(agent: number, amounts: Amounts): Taken[] {
    const taken: Taken[] = []
    for (const [slot, amount] of Object.entries(amounts)) {
      const devices = this.#slots.get(slot)!
      let rest = amount
      for (const index of order(devices, agent, slot)) {
        if (rest === 0) break
        const free = devices.free[index]!
        if (slot.endsWith('.shares') && free < rest) continue
        const part = Math.min(free, rest)
        if (part === 0) continue
        devices.free[index]! -= part
        rest -= part
        taken.push({ slot, index, amount: part })
      }
    }
    return taken
  }
}

/** Devices of an agent in the order in which they are used: of shared ones the fullest first, so that others stay whole. */
function order({ free, from }: SlotDevices, agent: number, slot: string): number[] {
  const indexes = Array.from(
    { length: from[agent + 1]! - from[agent]! },
    (_, i) => from[agent]! + i,
  )
  return slot.endsWith('.shares') ? indexes.sort((a, b) => free[a]! - free[b]! || a - b) : indexes
}

function isBefore(a: readonly number[], b: readonly number[]): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i]! < b[i]!
  return false
}

function toSlotDevices(agents: readonly AgentView[]): Map<string, SlotDevices> {
  const names = new Set(agents.flatMap(agent => agent.devices.map(device => device.slot)))
  return new Map(
    [...names].map(slot => {
      const own = agents.map(agent => agent.devices.filter(device => device.slot === slot))
      const from = new Int32Array(agents.length + 1)
      for (const [agent, list] of own.entries()) from[agent + 1] = from[agent]! + list.length
      const devices = own.flat()
      return [
        slot,
        { devices, free: Float64Array.from(devices, device => Math.max(0, device.free)), from },
      ]
    }),
  )
}
