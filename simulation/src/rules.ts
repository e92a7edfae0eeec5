import { nextStep } from '@capstan/agent/next-step'
import { mayBegin, reconcile } from '@capstan/agent/reconcile'
import type { SessionStatus } from '@capstan/contract/session'
import type { KeptKernel } from '@capstan/contract/sync'
import { resolve, stateOf } from '@capstan/core/dependency'
import { kernelChanges } from '@capstan/core/kernel-report'
import { checkAsked } from '@capstan/core/limits'
import { plan } from '@capstan/core/placement'
import { endStatus, isEnded, isStarting, startingStatuses } from '@capstan/core/session'
import { settle } from '@capstan/core/settle'

/**
 * Every rule that the simulated parts go by. The first are the product's own functions; the rest say what the database, a
 * container engine and the housekeeper hold, where the product says it in SQL or leaves it to an engine. A mutation is
 * another set, with one of them broken.
 */
export interface Rules {
  readonly plan: typeof plan
  readonly settle: typeof settle
  readonly stateOf: typeof stateOf
  readonly resolve: typeof resolve
  readonly kernelChanges: typeof kernelChanges
  readonly endStatus: typeof endStatus
  readonly checkAsked: typeof checkAsked
  readonly reconcile: typeof reconcile
  readonly mayBegin: typeof mayBegin
  readonly nextStep: typeof nextStep
  /** Trigger `allocation_within_capacity`: what may be given of a device. */
  readonly isWithinCapacity: (given: number, capacity: number) => boolean
  /** Trigger `kernel_frees_allocation`: whether a kernel that is written lets go of what it holds. */
  readonly freesAllocation: (to: SessionStatus) => boolean
  /** `reclaimUnstarted` of housekeeper.loop.ts: whether a kernel of a lost agent is tried elsewhere. */
  readonly isReclaimable: (kernel: Reclaimed) => boolean
  /** `readNews` of agent/desired.store.ts: whether an agent is told of a kernel that it holds. */
  readonly isUnusual: (kernel: KeptKernel) => boolean
  /** The same: whether an agent is told that nobody wants a kernel any more that it holds. */
  readonly tellsOfDropped: boolean
  /** The promise of `Driver.start`: the container that was made before is found, there is never a second one. */
  readonly findsContainerOfSameName: boolean
}

interface Reclaimed {
  readonly status: SessionStatus
  readonly startedAt: Date | null
  readonly session: { readonly status: SessionStatus }
}

const unstarted: readonly SessionStatus[] = [...startingStatuses, 'terminating']

export const rules: Rules = {
  plan,
  settle,
  stateOf,
  resolve,
  kernelChanges,
  endStatus,
  checkAsked,
  reconcile,
  mayBegin,
  nextStep,
  isWithinCapacity: (given, capacity) => given <= capacity,
  freesAllocation: isEnded,
  isReclaimable: ({ status, startedAt, session }) =>
    (startedAt === null && unstarted.includes(status)) ||
    (status === 'terminating' && isStarting(session.status)),
  isUnusual: ({ desired, isLogComplete }) => desired === 'stop' || isLogComplete,
  tellsOfDropped: true,
  findsContainerOfSameName: true,
}
