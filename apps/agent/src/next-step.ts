/**
 * What is known of a kernel's container: none was made or found; whether a start that was asked for has made one; it is gone; or
 * where the engine says that it is.
 */
export type Seen = 'none' | 'unknown' | 'gone' | 'created' | 'running' | 'ended'

/**
 * What to do about a kernel next. `vanish`: it has ended, and something else than us removed its container. `finish`: it
 * has ended by itself, or is about to for want of memory. `serve`: it runs, and is looked after. `find`: the engine is asked
 * whether there is one.
 */
export type Step = 'rest' | 'find' | 'start' | 'serve' | 'stop' | 'finish' | 'end' | 'vanish'

export interface KernelState {
  readonly desired: 'run' | 'stop'
  /** The manager has seen it run. */
  readonly hasStarted: boolean
  /** Its end was noted before: what is left is to send its log. */
  readonly hasEnded: boolean
  readonly isOutOfMemory: boolean
  readonly container: Seen
}

/**
 * Pure and level-triggered: the same state always asks for the same step. A container that has run is never started a
 * second time, and one that is to stop is never started.
 */
export function nextStep(state: KernelState): Step {
  const { desired, hasStarted, hasEnded, isOutOfMemory, container } = state
  if (hasEnded) return 'rest'
  if (container === 'unknown') return 'find'
  if (container === 'none' || container === 'gone') {
    if (desired === 'stop') return 'end'
    return container === 'gone' || hasStarted ? 'vanish' : 'start'
  }
  if (desired === 'stop') return 'stop'
  if (container === 'created') return hasStarted ? 'vanish' : 'start'
  return container === 'running' && !isOutOfMemory ? 'serve' : 'finish'
}
