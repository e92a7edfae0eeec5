import { setTimeout as sleep } from 'node:timers/promises'

/** How long a lull has to last, in milliseconds. */
const quietMs = 400

/** What waits for a lull waits no longer than this. Milliseconds. */
const patienceMs = 5000

/** A start that is over sooner is quick: it is not worth telling anything before. Milliseconds. */
export const quickStartMs = 250

/** The starts that are going on at a node. What is less urgent waits for a lull, so as not to slow them. */
export class Starts {
  #running = 0
  #lastEnd = -Infinity
  #lastMs = Infinity

  /** As far as the last one tells. */
  get areQuick(): boolean {
    return this.#lastMs < quickStartMs
  }

  async count<T>(start: Promise<T>): Promise<T> {
    const begunAt = performance.now()
    this.#running++
    try {
      return await start
    } finally {
      this.#running--
      this.#lastEnd = performance.now()
      this.#lastMs = this.#lastEnd - begunAt
    }
  }

  /** Resolves when nothing has been starting for a moment, or patience is over. */
  async lull(): Promise<void> {
    const deadline = performance.now() + patienceMs
    for (;;) {
      const now = performance.now()
      const since = this.#running > 0 ? 0 : now - this.#lastEnd
      if (since >= quietMs || now >= deadline) return
      await sleep(quietMs - since, undefined, { ref: false })
    }
  }
}
