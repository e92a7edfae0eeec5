import type { Reason } from '@capstan/contract/session'
import type { Demand } from '../placement.ts'
import type { Fleet } from './fleet.ts'
import { describeAmount, isShared, wholeDevice } from '../slots.ts'
import { askedOf, type Need } from './needs.ts'
import type { Members } from './members.ts'
import {
  describeLack,
  describeShortage,
  describeTogether,
  explainNoAgent,
  type Lack,
  noAgents,
} from './reasons.ts'
import type { Shape } from './shapes.ts'

interface Known {
  readonly id: number
  readonly lack: Lack
  /** Nobody has so much. */
  readonly isShort: boolean
  /** What is needed; where nobody has so much, also what the most is. */
  readonly text: string
}

/** What was found of a column, for as long as nobody else has most of it and nothing more is taken there. */
interface Column {
  readonly agent: number
  readonly room: number
  readonly byNeeded: Map<number, Known>
}

/** A need that fits on none of those that would do, and what was found of its columns. */
interface Sought {
  readonly members: Members
  readonly columns: Column[]
  readonly need: Need
}

/**
 * Why sessions fit nowhere, with figures. Total: every session that was not placed gets a reason; those that lack the same
 * share one, for thousands of them wait in a long queue.
 */
export class Shortages {
  readonly #fleet: Fleet
  readonly #columns = new Map<Members, Column[]>()
  readonly #reasons = new Map<string, Reason>()
  /** By slot and amount. */
  readonly #words = new Map<string, Map<number, string>>()
  #count = 0

  constructor(fleet: Fleet) {
    this.#fleet = fleet
  }

  explain(
    demand: Pick<Demand, 'architecture' | 'runtime'>,
    shape: Shape,
    members: Members,
  ): Reason {
    if (this.#fleet.size === 0) return noAgents
    if (members.all.length === 0) return explainNoAgent(demand, members.ruledOut)
    const { need, kernels } = shape.parts[0]!
    const asked =
      kernels.length === 1 ? shape.kernels[kernels[0]!.at]!.amounts : askedOf(shape.kernels)
    const columns = this.#columnsOf(members)
    const found: Known[] = []
    for (const slot in asked)
      if (asked[slot]! > 0) found.push(this.#find({ members, columns, need }, slot, asked[slot]!))
    if (!found.some(one => one.isShort)) {
      const amounts = found.map(one => one.text)
      return this.#reason([describeTogether(shape, amounts)], [], members)
    }
    const short = found.filter(one => one.isShort)
    const key = short.map(one => one.id).join()
    const known = this.#reasons.get(key)
    if (known) return known
    const reason = this.#reason(
      short.map(one => one.text),
      short.map(one => one.lack),
      members,
    )
    this.#reasons.set(key, reason)
    return reason
  }

  #reason(parts: readonly string[], short: readonly Lack[], members: Members): Reason {
    return {
      code: 'insufficient_resources',
      message: describeShortage(parts, members.ruledOut),
      data: { short, ruledOut: members.ruledOut, agents: members.all.length },
    }
  }

  #find({ members, columns, need }: Sought, slot: string, asked: number): Known {
    const index = this.#fleet.slotIndex.get(slot)
    if (index === undefined) return this.#know({ slot, needed: asked, best: 0, bestAgentId: null })
    const isWhole = isShared(slot) && asked >= wholeDevice
    const column = isWhole ? this.#fleet.wholeColumn[index]! : index
    // Of several shares on one agent the largest counts here; that they do not fit together is told otherwise.
    const inColumn = need.inColumn(column)
    const needed = inColumn === 0 || isWhole ? asked : inColumn
    const { agent, room, byNeeded } = this.#columnOf(members, columns, column)
    const known = byNeeded.get(needed)
    if (known) return known
    const best = isWhole ? room * wholeDevice : room
    const bestAgentId = room > 0 ? this.#fleet.agents[agent]!.id : null
    const made = this.#know({ slot, needed, best, bestAgentId })
    byNeeded.set(needed, made)
    return made
  }

  #columnsOf(members: Members): Column[] {
    const known = this.#columns.get(members) ?? []
    this.#columns.set(members, known)
    return known
  }

  #columnOf(members: Members, columns: Column[], column: number): Column {
    const agent = members.richest(column)
    const room = agent === -1 ? 0 : this.#fleet.room[column * this.#fleet.size + agent]!
    const known = columns[column]
    if (known?.agent === agent && known.room === room) return known
    return (columns[column] = { agent, room, byNeeded: new Map() })
  }

  /** What is needed, in words. */
  #describe({ slot, needed }: Lack): string {
    let words = this.#words.get(slot)
    if (!words) this.#words.set(slot, (words = new Map()))
    const known = words.get(needed) ?? describeAmount(slot, needed)
    words.set(needed, known)
    return known
  }

  #know(lack: Lack): Known {
    const isShort = lack.best < lack.needed
    return {
      id: this.#count++,
      lack,
      isShort,
      text: isShort ? describeLack(lack) : this.#describe(lack),
    }
  }
}
