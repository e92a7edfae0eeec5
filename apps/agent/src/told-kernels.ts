/** How often all kernels are told, news or not: whatever went wrong on the way is put right then. Milliseconds. */
const allEveryMs = 300_000

/** What one report says of kernels. */
export interface KernelNews<K> {
  readonly number: number
  readonly kernels: readonly K[]
}

/**
 * Which observations of kernels the manager has by reports that it answered: only others are told. An observation is never
 * changed, but replaced by another one.
 */
export class ToldKernels<K extends { readonly kernelId: string }> {
  #known = new Map<string, K>()
  /** Reports are counted: which was the last that was sent, and below which none counts any more. */
  #sent = 0
  #newest = 0
  #allDueAt = -Infinity

  /** What the next report says, at this time. */
  next(observed: readonly K[], nowMs: number): KernelNews<K> {
    if (nowMs >= this.#allDueAt) {
      this.#known.clear()
      this.#allDueAt = nowMs + allEveryMs
    }
    if (this.#known.size > observed.length) this.#keepOnly(observed)
    const kernels = observed.filter(one => this.#known.get(one.kernelId) !== one)
    return { number: ++this.#sent, kernels }
  }

  /** One that was left open may be answered after a newer one: which of the two the manager took last is not known then. */
  answered({ number, kernels }: KernelNews<K>): void {
    if (number < this.#newest) return this.#known.clear()
    this.#newest = number
    for (const one of kernels) this.#known.set(one.kernelId, one)
  }

  /** The manager was away: it may have gone back to what it knew before. */
  doubt(): void {
    this.#known.clear()
  }

  /** The manager knows nothing any more, whatever it answers to former reports. */
  forget(): void {
    this.#known.clear()
    this.#newest = this.#sent + 1
  }

  #keepOnly(observed: readonly K[]): void {
    const ids = new Set(observed.map(({ kernelId }) => kernelId))
    for (const id of this.#known.keys()) if (!ids.has(id)) this.#known.delete(id)
  }
}
