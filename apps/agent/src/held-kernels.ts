import { isDeepStrictEqual } from 'node:util'
import type { KeptKernel } from '@capstan/contract/sync'

/** What an answer of the manager says of kernels, to a report that named those that are held. */
export interface Telling<K> {
  readonly kernels: readonly K[]
  readonly kept: readonly KeptKernel[]
  readonly dropped: readonly string[]
}

/** What an answer changes. */
export interface HeldNews<K> {
  /** Kernels that are new, or of which something else is wanted than before. */
  readonly changed: readonly K[]
  /** Those that nobody wants any more. */
  readonly dropped: readonly string[]
}

const asUsual = { desired: 'run' as const, openApps: [], isLogComplete: false }

const isAsUsual = ({ desired, openApps, isLogComplete }: KeptKernel): boolean =>
  desired === 'run' && openApps.length === 0 && !isLogComplete

/**
 * The kernels that an agent was told to run or to stop. The manager tells all of each only once, and afterwards only what is not
 * as usual: what an answer costs grows with what changed, not with how many there are.
 */
export class HeldKernels<K extends KeptKernel> {
  readonly #byId = new Map<string, K>()
  /** Of which more is wanted than to run on. */
  readonly #unusual = new Set<string>()
  #isSure = false

  get byId(): ReadonlyMap<string, K> {
    return this.#byId
  }

  /** What the manager need not tell again: nothing at first, and after something was missing. */
  get ids(): string[] {
    return this.#isSure ? [...this.#byId.keys()] : []
  }

  /** All is to be told again. */
  doubt(): void {
    this.#isSure = false
  }

  /** Takes over an answer to a report that told `ids`. Throws where it leaves out what was not told before: all is asked for then. */
  take({ kernels, kept, dropped }: Telling<K>): HeldNews<K> {
    const gone = this.#isSure ? dropped : this.#otherThan(kernels)
    this.#isSure = false
    const told = [...kernels, ...kept.map(one => this.#with(one))]
    const named = new Set([...told.map(({ kernelId }) => kernelId), ...gone])
    const again = [...this.#unusual]
      .filter(id => !named.has(id))
      .map(kernelId => this.#with({ kernelId, ...asUsual }))
    const changed = [...told, ...again].filter(kernel => this.#byId.get(kernel.kernelId) !== kernel)
    for (const id of gone) this.#forget(id)
    for (const kernel of changed) this.#keep(kernel)
    this.#isSure = true
    return { changed, dropped: gone }
  }

  #otherThan(kernels: readonly K[]): string[] {
    const ids = new Set(kernels.map(({ kernelId }) => kernelId))
    return [...this.#byId.keys()].filter(id => !ids.has(id))
  }

  /** The very same object where nothing changed. */
  #with(part: Partial<KeptKernel> & Pick<KeptKernel, 'kernelId'>): K {
    const known = this.#byId.get(part.kernelId)
    if (!known) throw new Error(`the manager left out what kernel ${part.kernelId} is`)
    const merged = { ...known, ...part }
    return isDeepStrictEqual(merged, known) ? known : merged
  }

  #keep(kernel: K): void {
    this.#byId.set(kernel.kernelId, kernel)
    if (isAsUsual(kernel)) this.#unusual.delete(kernel.kernelId)
    else this.#unusual.add(kernel.kernelId)
  }

  #forget(id: string): void {
    this.#byId.delete(id)
    this.#unusual.delete(id)
  }
}
