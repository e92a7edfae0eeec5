import type { Fleet } from './fleet.ts'
import { MostRoom } from './most-room.ts'
import type { Need } from './needs.ts'

/** A block is split when it is full; half of this is then in each. */
const blockSize = 128

interface Block {
  readonly members: Int32Array
  count: number
}

/** Keys from one to below another. */
export interface Range {
  readonly from: number
  readonly end: number
}

/** What is sought, and what was found of it so far. */
export interface Search {
  readonly need: Need
  readonly accepts: ((agent: number) => boolean) | undefined
  /** Shifts where it begins, so that not always the same are found. */
  readonly turn: number
  readonly found: Int32Array
  count: number
}

/**
 * Agents in the order of their keys (equal keys: of their ids), in blocks that each know the most room of any member. The
 * first that fits is found by comparing with blocks, and only inside those that might hold it with members; moving an agent
 * touches two blocks. So neither depends on how many sizes of session there are.
 */
export class Blocks {
  readonly #fleet: Fleet
  /** By agent. The caller changes a key only between `remove` and `insert`. */
  readonly #keys: Float64Array
  readonly #blocks: Block[] = []
  readonly #most: MostRoom

  constructor(fleet: Fleet, keys: Float64Array, members: readonly number[] | Int32Array = []) {
    this.#fleet = fleet
    this.#keys = keys
    this.#most = new MostRoom(fleet)
    const sorted = Int32Array.from(members).sort((a, b) => keys[a]! - keys[b]! || a - b)
    for (let from = 0; from < sorted.length; from += blockSize / 2)
      this.#addBlock(this.#blocks.length, sorted.subarray(from, from + blockSize / 2))
  }

  insert(agent: number): void {
    if (this.#blocks.length === 0) this.#addBlock(0, Int32Array.of())
    const at = this.#blockFor(agent)
    const block = this.#blocks[at]!
    const { members, count } = block
    let place = count
    for (; place > 0 && this.#isBefore(agent, members[place - 1]!); place--)
      members[place] = members[place - 1]!
    members[place] = agent
    block.count++
    this.#most.raise(at, agent)
    if (block.count === blockSize) this.#split(at)
  }

  remove(agent: number): void {
    const at = this.#blockFor(agent)
    const block = this.#blocks[at]!
    const { members } = block
    let place = 0
    while (members[place] !== agent) place++
    block.count--
    for (; place < block.count; place++) members[place] = members[place + 1]!
    this.#merge(at)
  }

  /** An agent whose key stayed the same has more room than before. */
  raise(agent: number): void {
    this.#most.raise(this.#blockFor(agent), agent)
  }

  /** The first in order that fits, of those accepted; -1 if none. */
  first(need: Need, accepts?: (agent: number) => boolean): number {
    for (let at = 0; at < this.#blocks.length; at++) {
      if (!this.#most.mayHold(at, need)) continue
      const { members, count } = this.#blocks[at]!
      for (let place = 0; place < count; place++) {
        const agent = members[place]!
        if (this.#fleet.fits(agent, need) && (!accepts || accepts(agent))) return agent
      }
      if (!accepts) this.#most.measure(at, members, count)
    }
    return -1
  }

  /** Finds up to `most` more that fit and are accepted, spread evenly over a range; none only where there is none. */
  sample(search: Search, { from, end }: Range, most: number): void {
    if (most === 0) return
    const { need, accepts, turn, found } = search
    const begin = this.#countBelow(from, lastOf)
    const length = this.#countBelow(end, firstOf) - begin
    const each = Math.ceil(most / length)
    const full = search.count + most
    for (let i = 0; i < length && search.count < full; i++) {
      const at = (i + turn) % length
      if (!this.#most.mayHold(begin + at, need)) continue
      const block = this.#blocks[begin + at]!
      const low = at === 0 ? this.#membersBelow(from, block) : 0
      const high = at === length - 1 ? this.#membersBelow(end, block) : block.count
      const before = search.count
      const enough = Math.min(full, before + each)
      let place = low + (turn % (high - low))
      for (let j = low; j < high && search.count < enough; j++) {
        const agent = block.members[place]!
        place = place + 1 === high ? low : place + 1
        if (this.#fleet.fits(agent, need) && (!accepts || accepts(agent)))
          found[search.count++] = agent
      }
      if (search.count === before && !accepts)
        this.#most.measure(begin + at, block.members, block.count)
    }
  }

  /** The first that has the same key as `agent`, fits and is accepted, among the `limit` that come first; -1 if none. */
  firstEqual(
    agent: number,
    need: Need,
    accepts: (agent: number) => boolean,
    limit: number,
  ): number {
    const key = this.#keys[agent]!
    let looked = 0
    for (let at = this.#blockFor(agent); at < this.#blocks.length; at++) {
      const { members, count } = this.#blocks[at]!
      for (let place = 0; place < count; place++) {
        const other = members[place]!
        if (this.#keys[other]! > key || looked > limit) return -1
        if (this.#keys[other]! < key || other < agent) continue
        looked++
        if (accepts(other) && this.#fleet.fits(other, need)) return other
      }
    }
    return -1
  }

  #isBefore(a: number, b: number): boolean {
    const keyA = this.#keys[a]!
    const keyB = this.#keys[b]!
    return keyA < keyB || (keyA === keyB && a < b)
  }

  /** The block that an agent is in, or would go into: the first whose last member is not before it. */
  #blockFor(agent: number): number {
    let low = 0
    let high = this.#blocks.length - 1
    while (low < high) {
      const middle = (low + high) >> 1
      const { members, count } = this.#blocks[middle]!
      if (this.#isBefore(members[count - 1]!, agent)) low = middle + 1
      else high = middle
    }
    return low
  }

  /** How many blocks have their first, or their last, member below a key. */
  #countBelow(key: number, memberOf: (block: Block) => number): number {
    let low = 0
    let high = this.#blocks.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#keys[memberOf(this.#blocks[middle]!)]! < key) low = middle + 1
      else high = middle
    }
    return low
  }

  #membersBelow(key: number, { members, count }: Block): number {
    let low = 0
    let high = count
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#keys[members[middle]!]! < key) low = middle + 1
      else high = middle
    }
    return low
  }

  #addBlock(at: number, members: Int32Array): void {
    const block = { members: new Int32Array(blockSize), count: members.length }
    block.members.set(members)
    this.#blocks.splice(at, 0, block)
    this.#most.insert(at, members)
  }

  #split(at: number): void {
    const block = this.#blocks[at]!
    const upper = block.members.subarray(blockSize / 2, block.count)
    block.count = blockSize / 2
    this.#most.measure(at, block.members, block.count)
    this.#addBlock(at + 1, upper)
  }

  /** Keeps blocks from becoming many and small. */
  #merge(at: number): void {
    const block = this.#blocks[at]!
    const next = this.#blocks[at + 1]
    if (block.count === 0) {
      this.#blocks.splice(at, 1)
      this.#most.remove(at)
    } else if (next && block.count + next.count <= blockSize / 2) {
      block.members.set(next.members.subarray(0, next.count), block.count)
      block.count += next.count
      this.#blocks.splice(at + 1, 1)
      this.#most.merge(at)
    }
  }
}

const firstOf = ({ members }: Block): number => members[0]!
const lastOf = ({ members, count }: Block): number => members[count - 1]!
