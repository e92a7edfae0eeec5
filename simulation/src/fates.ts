import type { Random } from './random.ts'
import type { World } from './world.ts'

export interface StartFate {
  readonly startMs: number
  readonly failure: 'image' | 'refused' | undefined
  /** It was made, and then did not start. */
  readonly isLeftCreated: boolean
}

export interface RunFate {
  /** Until it ends by itself; infinite: until it is stopped. */
  readonly runMs: number
  readonly exitCode: number
  readonly isOutOfMemory: boolean
  readonly vanishes: boolean
}

/** The longest that a container runs when the storm is over, in milliseconds. */
export const longestCalmRunMs = 60_000

/** What becomes of containers and images. */
export class Fates {
  readonly #random: Random
  readonly #world: World

  constructor(world: World) {
    this.#world = world
    this.#random = world.random
  }

  startOf(isPulled: boolean): StartFate {
    const random = this.#random
    const { isCalm, scenario } = this.#world
    const startMs = 50 + random.wait(600)
    if (isCalm) return { startMs, failure: undefined, isLeftCreated: false }
    if (!isPulled && random.chance(0.05)) return { startMs, failure: 'image', isLeftCreated: false }
    const fails = random.chance(scenario.failShare)
    const isLeftCreated = fails && random.chance(0.5)
    return { startMs, failure: fails && !isLeftCreated ? 'refused' : undefined, isLeftCreated }
  }

  runOf(): RunFate {
    const random = this.#random
    const { isCalm, scenario } = this.#world
    const short = 500 + random.wait(scenario.meanRunMs)
    if (isCalm) {
      const runMs = Math.min(longestCalmRunMs, short)
      return { runMs, exitCode: 0, isOutOfMemory: false, vanishes: false }
    }
    const runMs = random.chance(0.2) ? Infinity : short
    const isOutOfMemory = random.chance(0.04)
    const exitCode = isOutOfMemory ? 137 : random.pick([0, 0, 0, 1, 2])
    return { runMs, exitCode, isOutOfMemory, vanishes: random.chance(0.03) }
  }

  pullOf(): { readonly pullMs: number; readonly isFound: boolean } {
    const isFound = this.#world.isCalm || this.#random.chance(0.9)
    return { pullMs: 200 + this.#random.wait(3000), isFound }
  }
}
