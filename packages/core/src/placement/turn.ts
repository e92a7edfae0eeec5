import type { Reason } from '@capstan/contract/session'
import type { Demand, PlacedKernel, Snapshot } from '../placement.ts'
import { checkReady } from './checks.ts'
import { chooseDevices } from './devices.ts'
import { Fleet, type Taken } from './fleet.ts'
import { Ledger } from './ledger.ts'
import { Pool } from './pool.ts'
import { explainBehind, explainShortage } from './reasons.ts'
import { type Selection, selection } from './select.ts'
import { type Part, type Shape, Shapes } from './shapes.ts'

export type Outcome =
  | { readonly kernels: readonly PlacedKernel[] }
  | { readonly reason: Reason; readonly wasTried: boolean }

interface Holding {
  readonly at: number
  readonly agent: number
  readonly taken: readonly Taken[]
}

/**
 * One turn under way: sessions are offered one after the other, and each is placed or told why not. Free capacity only
 * shrinks, so what did not fit once is not tried again for the next session that asks for the same.
 */
export class Turn {
  readonly fleet: Fleet
  readonly shapes: Shapes
  readonly #snapshot: Snapshot
  readonly #ledger: Ledger
  readonly #selection: Selection
  readonly #pools = new Map<string, Pool>()
  /** By shape. */
  readonly #refused: ((Outcome & { reason: Reason }) | undefined)[] = []
  /** By agent: somebody who came first needs it. */
  readonly #kept: Uint8Array
  #head: Demand | undefined
  readonly #holders = new Map<string, Uint8Array | undefined>()
  /** By service: how many replicas each agent has. */
  readonly #replicas = new Map<string, Map<number, number>>()
  readonly #agentIndex: ReadonlyMap<string, number>

  constructor(snapshot: Snapshot) {
    this.#snapshot = snapshot
    this.fleet = new Fleet(snapshot.agents)
    this.shapes = new Shapes(this.fleet)
    this.#ledger = new Ledger(snapshot.accounts)
    this.#selection = selection(snapshot.selector, this.fleet)
    this.#kept = new Uint8Array(this.fleet.size)
    this.#agentIndex = new Map(this.fleet.agents.map((agent, index) => [agent.id, index]))
    for (const arrivals of snapshot.arrivals ?? [])
      this.note(this.shapes.of(arrivals), arrivals.count)
    for (const { serviceId, kernels } of snapshot.running ?? [])
      for (const { agentId } of kernels) this.#noteReplica(serviceId, this.#agentIndex.get(agentId))
  }

  /** Somebody asked for this, as often: `balanced` goes by it. */
  note(shape: Shape, count = 1): void {
    this.#selection.note(shape, count)
  }

  offer(demand: Demand, shape: Shape): Outcome {
    // One that its own time or policy holds back keeps nobody else waiting.
    const heldBack =
      checkReady(demand, this.#snapshot.now) ?? this.#ledger.check(demand.accessKey, shape)
    if (heldBack) return { reason: heldBack, wasTried: false }
    const refused = this.#refused[shape.id]
    if (refused) return refused
    const kernels = this.#place(demand, shape)
    if (kernels) {
      this.#ledger.add(demand.accessKey, shape)
      return { kernels }
    }
    return this.#refuse(demand, shape)
  }

  #refuse(demand: Demand, shape: Shape): Outcome {
    const isBehind = this.#head !== undefined && this.#wouldFitOnKept(shape)
    const outcome = isBehind
      ? { reason: explainBehind(this.#head!), wasTried: false }
      : {
          reason: explainShortage(demand, shape, this.fleet, this.#poolOf(shape, 0)),
          wasTried: true,
        }
    this.#refused[shape.id] = outcome
    if (!isBehind && demand.skips < this.#snapshot.retriesToSkip) this.#keepFor(demand, shape)
    return outcome
  }

  /** Keeps all agents that could ever hold it for a session that was not tried often enough (SCH-08). */
  #keepFor(demand: Demand, shape: Shape): void {
    let isAny = false
    for (const [index, part] of shape.parts.entries()) {
      if (part.need.isImpossible) return
      const pool = this.#poolOf(shape, index)
      for (let agent = 0; agent < this.fleet.size; agent++) {
        if (!pool.has(agent) || !this.fleet.fits(agent, part.need, this.fleet.roomWhenEmpty))
          continue
        isAny = true
        if (this.#kept[agent] === 1) continue
        this.#kept[agent] = 1
        this.fleet.changes.push(agent)
      }
    }
    if (isAny) this.#head ??= demand
  }

  /** Whether it would fit if no agent were kept: roughly, kernel by kernel. */
  #wouldFitOnKept(shape: Shape): boolean {
    return shape.parts.every(({ need }, index) => {
      const pool = this.#poolOf(shape, index)
      return (
        !need.isImpossible && (pool.keptList.first(need) !== -1 || pool.open.first(need) !== -1)
      )
    })
  }

  /** Places all kernels of a session, or none. */
  #place(demand: Demand, shape: Shape): PlacedKernel[] | undefined {
    const held: Holding[] = []
    for (const [index, part] of shape.parts.entries()) {
      const agent = part.need.isImpossible
        ? -1
        : this.#agentFor(demand, part, this.#poolOf(shape, index))
      const own = agent === -1 ? undefined : this.#hold(agent, part)
      if (!own) {
        for (const { agent: other, taken } of held) this.fleet.give(other, taken)
        return undefined
      }
      held.push(...own)
    }
    for (const { agent } of held) this.#noteReplica(demand.serviceId, agent)
    return held
      .sort((a, b) => a.at - b.at)
      .map(({ at, agent, taken }) => ({
        kernelIndex: demand.kernels[at]!.kernelIndex,
        agentId: this.fleet.agents[agent]!.id,
        devices: taken.map(({ device, amount }) => ({
          deviceId: this.fleet.deviceIds[device]!,
          slot: this.fleet.slotOf(device),
          amount,
        })),
      }))
  }

  /** Takes what the kernels of a part need, or nothing if they do not fit together. */
  #hold(agent: number, { kernels }: Part): Holding[] | undefined {
    const held: Holding[] = []
    for (const { at, need } of kernels) {
      if (!this.fleet.fits(agent, need)) {
        for (const { taken } of held) this.fleet.give(agent, taken)
        return undefined
      }
      const taken = chooseDevices(this.fleet, agent, need, this.#selection)
      this.fleet.take(agent, taken)
      held.push({ at, agent, taken })
    }
    return held
  }

  #agentFor(demand: Demand, part: Part, pool: Pool): number {
    const accepts =
      part.kernels.length > 1 ? (agent: number) => this.#fitsTogether(agent, part) : undefined
    const holders = this.#holdersOf(demand.imageId)
    const hasImage = holders && ((agent: number): boolean => holders[agent] === 1)
    const find = (allowed?: (agent: number) => boolean): number =>
      this.#selection.find(pool, part.need, hasImage, both(accepts, allowed))
    const penalties = this.#penalties(demand)
    if (penalties.size === 0) return find()
    const good = find(agent => !penalties.has(agent))
    if (good !== -1) return good
    for (const level of [...new Set(penalties.values())].sort((a, b) => a - b)) {
      const agent = find(one => penalties.get(one) === level)
      if (agent !== -1) return agent
    }
    return -1
  }

  #fitsTogether(agent: number, part: Part): boolean {
    const held = this.#hold(agent, part)
    for (const { taken } of held ?? []) this.fleet.give(agent, taken)
    return held !== undefined
  }

  /** Agents to be taken last, worst last: those where a start failed, and those that have replicas of the service (SCH-05). */
  #penalties({ failedAgentIds, serviceId }: Demand): ReadonlyMap<number, number> {
    const replicas =
      this.#snapshot.enforceSpreading === true && serviceId !== null && serviceId !== undefined
        ? this.#replicas.get(serviceId)
        : undefined
    const penalties = new Map(replicas)
    for (const id of failedAgentIds) {
      const agent = this.#agentIndex.get(id)
      if (agent !== undefined) penalties.set(agent, (penalties.get(agent) ?? 0) + 1e6)
    }
    return penalties
  }

  #noteReplica(serviceId: string | null | undefined, agent: number | undefined): void {
    if (serviceId === null || serviceId === undefined || agent === undefined) return
    const counts = this.#replicas.get(serviceId) ?? new Map<number, number>()
    counts.set(agent, (counts.get(agent) ?? 0) + 1)
    this.#replicas.set(serviceId, counts)
  }

  #poolOf({ eligibility, parts }: Shape, index: number): Pool {
    const { need } = parts[index]!
    const key = `${eligibility.id} ${need.mask}`
    const known = this.#pools.get(key)
    if (known) return known
    const pool = new Pool(this.fleet, eligibility, need, this.#selection.isSpreading, this.#kept)
    this.#pools.set(key, pool)
    return pool
  }

  #holdersOf(imageId: string): Uint8Array | undefined {
    if (this.#holders.has(imageId)) return this.#holders.get(imageId)
    const has = Uint8Array.from(this.fleet.agents, agent => Number(agent.images.has(imageId)))
    const holders = has.includes(1) ? has : undefined
    this.#holders.set(imageId, holders)
    return holders
  }
}

type Accepts = (agent: number) => boolean

const both = (a: Accepts | undefined, b: Accepts | undefined): Accepts | undefined =>
  a && b ? agent => b(agent) && a(agent) : (a ?? b)
