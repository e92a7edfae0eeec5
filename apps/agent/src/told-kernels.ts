/** How often all kernels are told, news or not: whatever went wrong on the way is put right then. Milliseconds. */
const allEveryMs = 300_000

/** How long a report that is not answered, given up or not, may still be taken. Milliseconds. */
const onItsWayMs = 60_000

/** What one report says of kernels. */
export interface KernelNews<K> {
  readonly number: number
  readonly kernels: readonly K[]
  /** Those of which no report on its way says otherwise: managers may take two in any order. */
  readonly sure: readonly K[]
}

/** An observation, and the reports on their way that tell it. */
interface Telling<K> {
  readonly one: K
  readonly numbers: Set<number>
  lastAtMs: number
}

/**
 * Which observations of kernels the manager has by reports that it answered: only others are told. An observation is never
 * changed, but replaced by another one.
 */
export class ToldKernels<K extends { readonly kernelId: string }> {
  #known = new Map<string, K>()
  #onTheirWay = new Map<string, Telling<K>[]>()
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
    if (Math.max(this.#known.size, this.#onTheirWay.size) > observed.length)
      this.#keepOnly(observed)
    const kernels = observed.filter(one => this.#known.get(one.kernelId) !== one)
    const number = ++this.#sent
    return { number, kernels, sure: kernels.filter(one => this.#send(one, number, nowMs)) }
  }

  /** One that was left open may be answered after a newer one: which of the two the manager took last is not known then. */
  answered({ number, kernels, sure }: KernelNews<K>): void {
    for (const one of kernels) this.#arrived(one, number)
    if (number < this.#newest) return this.#known.clear()
    this.#newest = number
    for (const one of sure) this.#known.set(one.kernelId, one)
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

  /** Answers whether all reports on their way say the same. */
  #send(one: K, number: number, nowMs: number): boolean {
    const tellings = (this.#onTheirWay.get(one.kernelId) ?? []).filter(
      ({ lastAtMs }) => nowMs - lastAtMs < onItsWayMs,
    )
    const same = tellings.find(telling => telling.one === one)
    const telling = same ?? { one, numbers: new Set(), lastAtMs: nowMs }
    telling.numbers.add(number)
    telling.lastAtMs = nowMs
    if (!same) tellings.push(telling)
    this.#onTheirWay.set(one.kernelId, tellings)
    return tellings.length === 1
  }

  #arrived(one: K, number: number): void {
    const tellings = this.#onTheirWay.get(one.kernelId)
    const left = tellings?.filter(({ one: other, numbers }) => {
      if (other === one) numbers.delete(number)
      return numbers.size > 0
    })
    if (left?.length) this.#onTheirWay.set(one.kernelId, left)
    else this.#onTheirWay.delete(one.kernelId)
  }

  #keepOnly(observed: readonly K[]): void {
    const ids = new Set(observed.map(({ kernelId }) => kernelId))
    for (const map of [this.#known, this.#onTheirWay])
      for (const id of map.keys()) if (!ids.has(id)) map.delete(id)
  }
}
