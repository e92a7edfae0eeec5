import type { Device, NodeProblem, NodeUsage } from '@capstan/contract/agent'
import type { DesiredKernel } from '@capstan/contract/sync'
import type * as z from 'zod'
import type { Grant } from './grant.ts'

/** The accelerators of a node. What there is may change while the agent runs. */
export interface Accelerators {
  /** Those that can be given out, as they were last seen. */
  readonly devices: readonly z.input<typeof Device>[]
  /** Live use of each. */
  readonly use: NodeUsage['devices']
  readonly problems: readonly z.input<typeof NodeProblem>[]
  /** Looks again now and then until the signal, and calls when something else is there. */
  readonly watch: (changed: () => void, signal: AbortSignal) => Promise<void>
  /** What the container of a kernel gets of them, made ready. Throws where a device that it was promised is not there. */
  readonly grant: (kernel: DesiredKernel) => Promise<Grant>
  /** Keeps what the containers of these kernels need beside them, and ends what none needs any more. */
  readonly keep: (kernels: readonly DesiredKernel[]) => Promise<void>
}
