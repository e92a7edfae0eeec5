import type { Fleet } from './fleet.ts'
import { Heap } from './heap.ts'
import { type RuledOut, whyRuledOut } from './ruled-out.ts'
import type { Eligibility } from './shapes.ts'

/** The agents that will do for some sessions, whatever is free on them and whatever slots they have. */
export class Members {
  /** In the order of their ids. */
  readonly all: readonly number[]
  readonly ruledOut: Readonly<Partial<Record<RuledOut, number>>>
  readonly #fleet: Fleet
  readonly #isMember: Uint8Array
  /** By column. */
  readonly #richest: (Heap | undefined)[]
  /** Column × agent: the room by which they are in order there. */
  readonly #rooms: Float64Array

  constructor(fleet: Fleet, eligibility: Eligibility) {
    this.#fleet = fleet
    this.#isMember = new Uint8Array(fleet.size)
    const ruledOut: Partial<Record<RuledOut, number>> = {}
    const all: number[] = []
    for (let agent = 0; agent < fleet.size; agent++) {
      const why = whyRuledOut(fleet.agents[agent]!, eligibility)
      if (why === undefined) {
        all.push(agent)
        this.#isMember[agent] = 1
      } else ruledOut[why] = (ruledOut[why] ?? 0) + 1
    }
    this.all = all
    this.ruledOut = ruledOut
    this.#richest = Array.from({ length: fleet.columns })
    this.#rooms = new Float64Array(fleet.columns * fleet.size)
  }

  has(agent: number): boolean {
    return this.#isMember[agent] === 1
  }

  /** Who has most room in a column, the first of equals; -1: there is nobody. Agents that are kept count too. */
  richest(column: number): number {
    const { room, size } = this.#fleet
    const heap = (this.#richest[column] ??= this.#ordered(column))
    for (;;) {
      const agent = heap.top
      if (agent === undefined) return -1
      // Others only lost room since they were put in order: who still has the most of all then, has it now.
      const has = room[column * size + agent]!
      if (this.#rooms[column * size + agent] === has) return agent
      this.#rooms[column * size + agent] = has
      heap.sinkTop()
    }
  }

  #ordered(column: number): Heap {
    const { room, size } = this.#fleet
    const rooms = this.#rooms.subarray(column * size, (column + 1) * size)
    const heap = new Heap((a, b) => rooms[a]! > rooms[b]! || (rooms[a] === rooms[b] && a < b))
    for (const agent of this.all) {
      rooms[agent] = room[column * size + agent]!
      heap.push(agent)
    }
    return heap
  }
}
