import type { Fleet } from './fleet.ts'
import type { Need } from './needs.ts'

/**
 * The most room that any member of a group of agents has, by column, for several groups: rows of one array, for they are
 * looked through from first to last. May be too high after members left, until somebody measures.
 */
export class MostRoom {
  readonly #fleet: Fleet
  readonly #columns: number
  /** Group × column. */
  #rows = new Float64Array(0)

  constructor(fleet: Fleet) {
    this.#fleet = fleet
    this.#columns = fleet.columns
  }

  /** False: no member has room for it. */
  mayHold(group: number, { values, from }: Need): boolean {
    const columns = this.#columns
    const rows = this.#rows
    const row = group * columns
    for (let column = 0; column < columns; column++)
      if (rows[row + column]! < values[from + column]!) return false
    return true
  }

  /** A group joins, before those from `group` on. */
  insert(group: number, members: Int32Array): void {
    const columns = this.#columns
    const longer = new Float64Array(this.#rows.length + columns)
    longer.set(this.#rows.subarray(0, group * columns))
    longer.set(this.#rows.subarray(group * columns), (group + 1) * columns)
    this.#rows = longer
    this.measure(group, members)
  }

  remove(group: number): void {
    this.#rows.copyWithin(group * this.#columns, (group + 1) * this.#columns)
    this.#rows = this.#rows.subarray(0, this.#rows.length - this.#columns)
  }

  /** The members of the next group join those of a group. */
  merge(group: number): void {
    const row = group * this.#columns
    for (let at = row; at < row + this.#columns; at++)
      this.#rows[at] = Math.max(this.#rows[at]!, this.#rows[at + this.#columns]!)
    this.remove(group + 1)
  }

  /** A member joins, or has more room than before. */
  raise(group: number, agent: number): void {
    const columns = this.#columns
    const rows = this.#rows
    const { room, size } = this.#fleet
    for (let column = 0; column < columns; column++) {
      const has = room[column * size + agent]!
      if (has > rows[group * columns + column]!) rows[group * columns + column] = has
    }
  }

  measure(group: number, members: Int32Array, count = members.length): void {
    const columns = this.#columns
    const { room, size } = this.#fleet
    for (let column = 0; column < columns; column++) {
      let most = 0
      for (let place = 0; place < count; place++) {
        const has = room[column * size + members[place]!]!
        if (has > most) most = has
      }
      this.#rows[group * columns + column] = most
    }
  }
}
