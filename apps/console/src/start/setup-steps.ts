import type { systemApi } from '@capstan/contract/system'
import type * as z from 'zod'

export type Setup = z.output<typeof systemApi.setup.output>

export interface Progress {
  readonly hasNode: boolean
  /** Some environment to start a session in. */
  readonly hasEnvironment: boolean
  /** An engine answers, and there is nothing for it to run yet. */
  readonly needsImage: boolean
  readonly hasStarted: boolean
  /** Nothing is left to be told. */
  readonly isDone: boolean
}

/** How far a new installation has come. */
export function progressOf(setup: Setup): Progress {
  const hasNode = setup.connectedAgents > 0
  const hasEnvironment = setup.containerImages + setup.localImages > 0
  const needsImage = setup.engineAgents > 0 && setup.containerImages === 0
  const hasStarted = setup.mySessions > 0
  return {
    hasNode,
    hasEnvironment,
    needsImage,
    hasStarted,
    isDone: hasNode && hasEnvironment && hasStarted && !needsImage && setup.hasProxy,
  }
}
