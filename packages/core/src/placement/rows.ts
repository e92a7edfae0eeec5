/**
 * Numbers rows of numbers: equal rows get equal numbers, from 0 in the order in which they are first seen. A hash table with
 * open addressing, so that a row that is known costs no allocation.
 */
export class Rows {
  /** The rows, one after the other; row `n` begins at `#from[n]`. */
  #values = new Float64Array(1024)
  readonly #from: number[] = [0]
  /** Number of the row, and 1; 0: nobody is here. */
  #table = new Int32Array(1024)

  get size(): number {
    return this.#from.length - 1
  }

  /** Of the first `length` values. A number equal to the former size: it was not known. */
  numberOf(row: Float64Array, length: number): number {
    const mask = this.#table.length - 1
    for (let at = hash(row, 0, length) & mask; ; at = (at + 1) & mask) {
      const number = this.#table[at]! - 1
      if (number === -1) return this.#add(row, length, at)
      if (this.#isEqual(number, row, length)) return number
    }
  }

  #isEqual(number: number, row: Float64Array, length: number): boolean {
    const from = this.#from[number]!
    if (this.#from[number + 1]! - from !== length) return false
    for (let i = 0; i < length; i++) if (this.#values[from + i] !== row[i]) return false
    return true
  }

  #add(row: Float64Array, length: number, at: number): number {
    const number = this.size
    const from = this.#from[number]!
    if (from + length > this.#values.length) {
      const more = new Float64Array(2 * (from + length))
      more.set(this.#values)
      this.#values = more
    }
    for (let i = 0; i < length; i++) this.#values[from + i] = row[i]!
    this.#from.push(from + length)
    this.#table[at] = number + 1
    if (2 * this.size > this.#table.length) this.#grow()
    return number
  }

  #grow(): void {
    this.#table = new Int32Array(2 * this.#table.length)
    const mask = this.#table.length - 1
    for (let number = 0; number < this.size; number++) {
      let at = hash(this.#values, this.#from[number]!, this.#from[number + 1]!) & mask
      while (this.#table[at] !== 0) at = (at + 1) & mask
      this.#table[at] = number + 1
    }
  }
}

/** Multiplicative, over the low and the high half of each whole number of a row. */
function hash(values: Float64Array, from: number, end: number): number {
  let mixed = end - from
  for (let i = from; i < end; i++) {
    const value = values[i]!
    mixed = Math.imul(mixed ^ value, 0x9e3779b1)
    mixed = Math.imul(mixed ^ (mixed >>> 15) ^ (value / 2 ** 20), 0x85ebca77)
  }
  return (mixed ^ (mixed >>> 13)) >>> 0
}
