import { isDeepStrictEqual } from 'node:util'
import type { Desired, DesiredKernel, KeptKernel } from '@capstan/contract/sync'

/** The kernels that an agent was told to run or to stop: the manager tells all of each only once. */
export class HeldKernels {
  #byId: ReadonlyMap<string, DesiredKernel> | undefined

  /** None at first, and after something was missing. */
  get ids(): string[] {
    return [...(this.#byId?.keys() ?? [])]
  }

  /** All that is wanted from now on. Throws where the manager leaves out what was not told before: all is to be asked for then. */
  take({ kernels, kept }: Pick<Desired, 'kernels' | 'kept'>): DesiredKernel[] {
    const known = this.#byId
    this.#byId = undefined
    const wanted = [...kernels, ...kept.map(one => merged(known?.get(one.kernelId), one))]
    this.#byId = new Map(wanted.map(kernel => [kernel.kernelId, kernel]))
    return wanted
  }
}

/** The very same object where nothing changed. */
function merged(known: DesiredKernel | undefined, kept: KeptKernel): DesiredKernel {
  if (!known) throw new Error(`the manager left out what kernel ${kept.kernelId} is`)
  return isAsKnown(known, kept) ? known : { ...known, ...kept }
}

/** Of what may change alone: an answer names all containers, and to compare all of each was most of what it cost. */
const isAsKnown = (known: DesiredKernel, kept: KeptKernel): boolean =>
  Object.entries(kept).every(([field, value]) =>
    // Its fields are some of those of the other.
    isDeepStrictEqual(value, known[field as keyof KeptKernel]),
  )
