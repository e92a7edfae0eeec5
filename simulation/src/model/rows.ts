import type { ClusterMode, Reason, SessionStatus } from '@capstan/contract/session'
import type { Limits } from '@capstan/core/limits'
import type { Selector } from '@capstan/core/placement/select'
import type { Sequencer } from '@capstan/core/placement/sequence'
import type { Amounts } from '@capstan/core/slots'
import type { KernelReport } from '@capstan/core/kernel-report'

/** Rows of the tables of the same names, with what a simulation needs of them. Times are milliseconds of virtual time. */
export interface GroupRow {
  readonly name: string
  isActive: boolean
  sequencer: Sequencer
  selector: Selector
  /** Of the group, or of its scheduler's defaults. */
  retriesToSkip: number
  creationRetries: number
  /** 0: for ever. */
  pendingTimeoutS: number
  reserveAfterS: number | null
  halfLifeS: number
  enforcesSpreading: boolean
  isPreemptionEnabled: boolean
}

export interface KeypairRow {
  readonly accessKey: string
  readonly userId: string
  limits: Limits
  maxLifetimeS: number | null
  /** In every group. */
  weight: number
}

export interface DeviceRow {
  readonly id: string
  readonly slot: string
  capacity: number
  /** Sum of the allocations: PostgreSQL adds them up, here they are kept added. */
  given: number
}

export interface AgentRow {
  readonly id: string
  status: 'connected' | 'lost' | 'terminated'
  group: string | null
  architecture: string
  isSchedulable: boolean
  lastContactAt: number
  lostAt: number | null
  reportHash: string
  readonly devices: Map<string, DeviceRow>
  /** Kernels that are live, or whose log is not all here, in the order of their ids. */
  readonly kernels: Set<KernelRow>
}

export interface AllocationRow {
  readonly deviceId: string
  readonly slot: string
  readonly amount: number
}

export interface KernelRow {
  readonly id: string
  readonly session: SessionRow
  readonly attempt: number
  readonly index: number
  readonly agentId: string
  status: SessionStatus
  reason: Reason | null
  readonly createdAt: number
  startedAt: Date | null
  endedAt: number | null
  exitCode: number | null
  containerId: string | null
  progress: KernelReport['progress']
  apps: KernelReport['apps']
  isLogComplete: boolean
  /** Its allocation rows: gone when it has ended. */
  allocations: readonly AllocationRow[]
}

/** What is asked for. */
export interface SessionRequest {
  readonly type: 'interactive' | 'batch' | 'inference'
  readonly group: string
  readonly keypair: KeypairRow
  readonly architecture: string
  readonly priority: number
  /** Of each container. */
  readonly amounts: Amounts
  readonly clusterSize: number
  readonly clusterMode: ClusterMode
  readonly isPreemptible: boolean
  /** It waits until then, whatever room there is. */
  readonly startsAt: number | null
  /** It waits until all of these have ended well. */
  readonly dependsOn: readonly SessionRow[]
}

export interface SessionRow extends Omit<SessionRequest, 'priority'> {
  readonly id: string
  priority: number
  /** When the last of those had ended well that it waited for; null: it waits for nobody, infinite: it waits still. */
  releasedAt: number | null
  readonly createdAt: number
  status: SessionStatus
  reason: Reason | null
  result: 'undefined' | 'success' | 'failure'
  exitCode: number | null
  failures: number
  skips: number
  scheduledAt: number | null
  startedAt: number | null
  endedAt: number | null
  /** Of the present start. */
  kernels: KernelRow[]
  /** Agents on which a kernel of it ended with an error of its own. */
  readonly failedAgentIds: Set<string>
}
