/**
 * Chance from a seed: the same seed gives the same numbers on every machine. Generator: sfc32 of Chris Doty-Humphrey's
 * PractRand (three words of state and a counter, period at least 2^32).
 */
export class Random {
  #a: number
  #b: number
  #c: number
  #counter = 1

  constructor(seed: number) {
    this.#a = seed | 0
    this.#b = 0x9e37_79b9 ^ Math.floor(seed / 2 ** 32)
    this.#c = 0x243f_6a88
    // The state forgets the pattern of small seeds.
    for (let i = 0; i < 15; i++) this.#bits()
  }

  #bits(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0
    return sum >>> 0
  }

  /** From 0 to below 1. */
  share(): number {
    return this.#bits() / 2 ** 32
  }

  /** A whole number from 0 to below `count`. */
  below(count: number): number {
    return Math.floor(this.share() * count)
  }

  /** A whole number from `from` to `to`, both included. */
  between(from: number, to: number): number {
    return from + this.below(to - from + 1)
  }

  chance(probability: number): boolean {
    return this.share() < probability
  }

  /** One of a list that is not empty. */
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!
  }

  /** Time to the next of events that come at random, `mean` apart on average. */
  wait(mean: number): number {
    return -Math.log(1 - this.share()) * mean
  }
}
