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
  /** Kernels to begin: should their container be there, starting it finds it. */
  readonly begin: readonly string[]
  /** Others are not looked after: their containers must be found first. */
  readonly asksForLook: boolean
}

/**
 * Pure: the difference between what is wanted now and what is looked after. One that is to stop is never begun without a
 * look: an agent that died may have started it and told nobody, and ended is said only of what is not there.
 */
export function compare(
  wanted: readonly {
    readonly kernelId: string
    readonly hasStarted: boolean
    readonly desired: 'run' | 'stop'
  }[],
  kept: ReadonlySet<string>,
): News {
  const wants = new Set(wanted.map(kernel => kernel.kernelId))
  const unknown = wanted.filter(kernel => !kept.has(kernel.kernelId))
  const begin = unknown.filter(kernel => !kernel.hasStarted && kernel.desired === 'run')
  return {
    drop: [...kept].filter(kernelId => !wants.has(kernelId)),
    begin: begin.map(kernel => kernel.kernelId),
    asksForLook: begin.length < unknown.length,
  }
}
