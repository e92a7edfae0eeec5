import type { Demand, PlacedKernel, Snapshot } from '../placement.ts'
import type { Fleet } from './fleet.ts'
import { Grants } from './grants.ts'
import { hold, holdOne, type Holding, release } from './holding.ts'
import { Members } from './members.ts'
import { Pool } from './pool.ts'
import { type Selection, selection } from './select.ts'
import type { Eligibility, Part, Shape } from './shapes.ts'

type Accepts = (agent: number) => boolean

interface Sought {
  readonly part: Part
  readonly pool: Pool
  readonly hasImage: Accepts | undefined
  readonly penalties: ReadonlyMap<number, number> | undefined
}

/** An agent to be taken after all others, however many replicas these have. */
const failedPenalty = 1e6

/** Finds agents and devices for the kernels of a session, as the selector takes them. */
export class Placer {
  readonly selection: Selection
  readonly #fleet: Fleet
  readonly #grants: Grants
  readonly #spreads: boolean
  /** By agent; kept for those who came first. */
  readonly #kept: Uint8Array
  /** By eligibility. */
  readonly #members: Members[] = []
  /** By `Part.order`. */
  readonly #pools: Pool[] = []
  readonly #holders = new Map<string, Accepts | undefined>()
  /** By service: how many replicas each agent has. */
  readonly #replicas = new Map<string, Map<number, number>>()

  constructor(snapshot: Snapshot, fleet: Fleet, kept: Uint8Array) {
    this.#fleet = fleet
    this.#kept = kept
    this.#grants = new Grants(fleet)
    this.selection = selection(snapshot.selector, fleet)
    this.#spreads = snapshot.enforceSpreading === true
    if (!this.#spreads) return
    for (const { serviceId, kernels } of snapshot.running ?? [])
      for (const { agentId } of kernels) this.#noteReplica(serviceId, fleet.agentIndex.get(agentId))
  }

  /** The agents for a part of a shape, in the order in which they are taken. */
  poolOf({ eligibility, parts }: Shape, index: number): Pool {
    const { need, order } = parts[index]!
    return (this.#pools[order] ??= new Pool(
      this.#fleet,
      this.membersFor(eligibility),
      need,
      this.selection.order,
      this.#kept,
    ))
  }

  /** All agents that will do for a shape, whatever is free on them. */
  membersFor(eligibility: Eligibility): Members {
    return (this.#members[eligibility.id] ??= new Members(this.#fleet, eligibility))
  }

  /** Places all kernels of a session, or none. */
  place(demand: Demand, shape: Shape): PlacedKernel[] | undefined {
    const { parts, kernels } = shape
    if (kernels.length === 1) return this.#placeOne(demand, shape)
    const held: Holding[] = []
    for (let index = 0; index < parts.length; index++) {
      const agent = this.#agentFor(demand, shape, index)
      if (agent === -1 || !this.#hold(agent, parts[index]!, held)) {
        release(this.#fleet, held)
        return undefined
      }
    }
    held.sort((a, b) => a.at - b.at)
    return held.map(one => this.#settle(demand, one))
  }

  /** Most sessions have one kernel, for which an agent that is found will do. */
  #placeOne(demand: Demand, shape: Shape): PlacedKernel[] | undefined {
    const agent = this.#agentFor(demand, shape, 0)
    if (agent === -1) return undefined
    const kernel = shape.parts[0]!.kernels[0]!
    return [this.#settle(demand, holdOne(this.#fleet, agent, kernel, this.selection))]
  }

  /** What is held becomes what a kernel is given. */
  #settle({ kernels, serviceId }: Demand, { at, agent, taken }: Holding): PlacedKernel {
    if (this.#spreads) this.#noteReplica(serviceId, agent)
    return {
      kernelIndex: kernels[at]!.kernelIndex,
      agentId: this.#fleet.agents[agent]!.id,
      devices: taken.map(this.#grants.of),
    }
  }

  #agentFor(demand: Demand, shape: Shape, index: number): number {
    const part = shape.parts[index]!
    if (part.need.isImpossible) return -1
    const pool = this.poolOf(shape, index)
    const hasImage = this.#holdersOf(demand.imageId)
    const penalties = this.#penalties(demand)
    return !penalties && part.kernels.length === 1
      ? this.selection.find(pool, part.need, hasImage)
      : this.#agentAmong({ part, pool, hasImage, penalties })
  }

  /** One that all kernels of a part fit on together, and of these one that is penalized least. */
  #agentAmong({ part, pool, hasImage, penalties }: Sought): number {
    const accepts =
      part.kernels.length > 1 ? (agent: number) => this.#fitsTogether(agent, part) : undefined
    const find = (allowed?: Accepts): number =>
      this.selection.find(pool, part.need, hasImage, both(accepts, allowed))
    if (!penalties) return find()
    const good = find(agent => !penalties.has(agent))
    if (good !== -1) return good
    for (const level of [...new Set(penalties.values())].sort((a, b) => a - b)) {
      const agent = find(one => penalties.get(one) === level)
      if (agent !== -1) return agent
    }
    return -1
  }

  #hold(agent: number, part: Part, held: Holding[]): boolean {
    return hold(this.#fleet, agent, part, { choice: this.selection, held })
  }

  #fitsTogether(agent: number, part: Part): boolean {
    const held: Holding[] = []
    const fits = this.#hold(agent, part, held)
    release(this.#fleet, held)
    return fits
  }

  /** Agents to be taken last, worst last: those where a start failed, and those that have replicas of the service (SCH-05). */
  #penalties({ failedAgentIds, serviceId }: Demand): ReadonlyMap<number, number> | undefined {
    const replicas =
      serviceId === null || serviceId === undefined ? undefined : this.#replicas.get(serviceId)
    if (failedAgentIds.length === 0) return replicas
    const penalties = new Map(replicas)
    for (const id of failedAgentIds) {
      const agent = this.#fleet.agentIndex.get(id)
      if (agent !== undefined) penalties.set(agent, (penalties.get(agent) ?? 0) + failedPenalty)
    }
    return penalties
  }

  #noteReplica(serviceId: string | null | undefined, agent: number | undefined): void {
    if (serviceId === null || serviceId === undefined || agent === undefined) return
    const counts = this.#replicas.get(serviceId) ?? new Map<number, number>()
    counts.set(agent, (counts.get(agent) ?? 0) + 1)
    this.#replicas.set(serviceId, counts)
  }

  /** Which agents have an image; undefined where none has it, or all. */
  #holdersOf(imageId: string): Accepts | undefined {
    if (imageId === this.#lastImage) return this.#lastHolders
    this.#lastImage = imageId
    return (this.#lastHolders = this.#knownHolders(imageId))
  }

  #lastImage: string | undefined
  #lastHolders: Accepts | undefined

  #knownHolders(imageId: string): Accepts | undefined {
    if (this.#holders.has(imageId)) return this.#holders.get(imageId)
    const has = Uint8Array.from(this.#fleet.agents, agent => Number(agent.images.has(imageId)))
    const tells = has.includes(1) && has.includes(0)
    const holders = tells ? (agent: number): boolean => has[agent] === 1 : undefined
    this.#holders.set(imageId, holders)
    return holders
  }
}

const both = (a: Accepts | undefined, b: Accepts | undefined): Accepts | undefined =>
  a && b ? agent => b(agent) && a(agent) : (a ?? b)
