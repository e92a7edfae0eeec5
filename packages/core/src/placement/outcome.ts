import type { Reason } from '@capstan/contract/session'
import type { PlacedKernel } from '../placement.ts'

export interface Refusal {
  readonly reason: Reason
  readonly wasTried: boolean
  /** By its own time or policy: room would not help. */
  readonly isHeldBack?: boolean
}

export type Outcome = { readonly kernels: readonly PlacedKernel[] } | Refusal
