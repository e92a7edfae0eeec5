/** What is to be done with the containers that were found, so that they match what is wanted. */
export interface Actions {
  /** Kernels to begin looking after, with the container that is there already. */
  readonly adopt: readonly { readonly kernelId: string; readonly containerId: string | undefined }[]
  /** Containers that nobody wants. */
  readonly remove: readonly string[]
}

/**
 * Pure: the difference between what is wanted, what is looked after, and what is there. A container is removed only when
 * its kernel is not wanted; of two containers of one kernel the first is kept.
 */
export function reconcile(
  wanted: readonly string[],
  kept: ReadonlySet<string>,
  found: readonly { readonly id: string; readonly kernelId: string }[],
): Actions {
  const wants = new Set(wanted)
  const byKernel = new Map<string, string>()
  const remove: string[] = []
  for (const { id, kernelId } of found)
    if (!wants.has(kernelId) || byKernel.has(kernelId)) remove.push(id)
    else byKernel.set(kernelId, id)
  return {
    adopt: [...wants]
      .filter(kernelId => !kept.has(kernelId))
      .map(kernelId => ({ kernelId, containerId: byKernel.get(kernelId) })),
    remove,
  }
}

/** What news of what is wanted asks for at once, without a look at the engine. */
export interface News {
  /** Kernels that are looked after and not wanted any more. */
  readonly drop: readonly string[]
  /** Kernels to begin: nothing of them can be there yet. */
  readonly begin: readonly string[]
  /** Some have started before: their containers must be found first. */
  readonly asksForLook: boolean
}

/** Pure: the difference between what is wanted now and what is looked after. */
export function compare(
  wanted: readonly { readonly kernelId: string; readonly hasStarted: boolean }[],
  kept: ReadonlySet<string>,
): News {
  const wants = new Set(wanted.map(kernel => kernel.kernelId))
  const unknown = wanted.filter(kernel => !kept.has(kernel.kernelId))
  return {
    drop: [...kept].filter(kernelId => !wants.has(kernelId)),
    begin: unknown.filter(kernel => !kernel.hasStarted).map(kernel => kernel.kernelId),
    asksForLook: unknown.some(kernel => kernel.hasStarted),
  }
}
