import type { Demand } from '../placement.ts'
import type { Refusal } from './outcome.ts'
import type { Shape } from './shapes.ts'
import type { Turn } from './turn.ts'

/**
 * What a turn goes by of the sessions of a queue, by place. They are read once, in the order in which they lie in memory: to
 * fetch each again when its turn comes, in any other order, takes longer than to tell it what others of its shape were told.
 */
export class Entries {
  readonly sessionIds: readonly string[]
  readonly #turn: Turn
  /** By number. */
  readonly #shapes: Int32Array
  /** Whether more than room decides: these are offered one by one. */
  readonly #isSpecial: Uint8Array

  constructor(queue: readonly Demand[], turn: Turn) {
    this.#turn = turn
    this.sessionIds = queue.map(demand => demand.sessionId)
    this.#shapes = new Int32Array(queue.length)
    this.#isSpecial = new Uint8Array(queue.length)
    for (let place = 0; place < queue.length; place++) {
      const demand = queue[place]!
      this.#shapes[place] = turn.shapes.of(demand).id
      this.#isSpecial[place] = Number(!turn.needsRoomAlone(demand))
    }
    this.#noteAll()
  }

  shapeAt(place: number): Shape {
    return this.#turn.shapes.all[this.#shapes[place]!]!
  }

  /** Why it waits, if that is known of all of its shape. */
  refusalAt(place: number): Refusal | undefined {
    return this.#isSpecial[place] === 1 ? undefined : this.#turn.refusalOf(this.#shapes[place]!)
  }

  /** Each shape once, with how many ask for it. */
  #noteAll(): void {
    const { all } = this.#turn.shapes
    const counts = new Int32Array(all.length)
    for (let place = 0; place < this.#shapes.length; place++) counts[this.#shapes[place]!]!++
    for (let id = 0; id < counts.length; id++)
      if (counts[id]! > 0) this.#turn.note(all[id]!, counts[id])
  }
}
