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

/**
 * Pure: whether a kernel that is not looked after may be begun at once, without a look at the engine: should its container be
 * there, starting it finds it. One that has run is looked for first, and so is one that is to stop: an agent that died may have
 * started it and told nobody, and ended is said only of what is not there.
 */
export const mayBegin = ({
  hasStarted,
  desired,
}: {
  readonly hasStarted: boolean
  readonly desired: 'run' | 'stop'
}): boolean => !hasStarted && desired === 'run'
