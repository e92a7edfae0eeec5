import type { SessionStatus } from '@capstan/contract/session'
import { isEnded } from '@capstan/core/session'
import type { Rules } from '../rules.ts'
import type {
  AgentRow,
  AllocationRow,
  DeviceRow,
  GroupRow,
  KernelRow,
  KeypairRow,
  SessionRequest,
  SessionRow,
} from './rows.ts'

/** A transaction that the database refuses: nothing of it is written. */
export class Refused extends Error {}

/** Hears of each row that is written, and of each commit. */
export interface Watch {
  readonly sessionMoved: (session: SessionRow, from: SessionStatus | null) => void
  readonly kernelMoved: (kernel: KernelRow, from: SessionStatus | null) => void
  readonly allocated: (kernel: KernelRow, row: AllocationRow) => void
  readonly freed: (kernel: KernelRow, row: AllocationRow) => void
  readonly deviceChanged: (agent: AgentRow, device: DeviceRow) => void
  /** Something that the constraints are for, and that never happens while the rules hold. */
  readonly constraintBroken: (what: string) => void
}

/**
 * PostgreSQL with the tables of a cluster, as far as scheduling and running sessions go: rows, and what its triggers and
 * unique indexes hold. Functions of this folder are the transactions; each is one commit.
 */
export class Database {
  readonly groups = new Map<string, GroupRow>()
  readonly keypairs = new Map<string, KeypairRow>()
  readonly agents = new Map<string, AgentRow>()
  /** Those that have not ended, in the order of their ids. */
  readonly live = new Map<string, SessionRow>()
  readonly rules: Rules
  readonly watch: Watch
  readonly #clock: () => number
  #sessionCount = 0
  #kernelCount = 0

  constructor(rules: Rules, watch: Watch, clock: () => number) {
    this.rules = rules
    this.watch = watch
    this.#clock = clock
  }

  /** `now()`: all that compares times in the product does so here, by the database's clock. */
  get now(): number {
    return this.#clock()
  }

  insertSession(request: SessionRequest, id?: string): SessionRow {
    const session: SessionRow = {
      ...request,
      id: id ?? `s${String(++this.#sessionCount).padStart(6, '0')}`,
      createdAt: this.now,
      releasedAt: request.dependsOn.length > 0 ? Infinity : null,
      status: 'pending',
      reason: null,
      result: 'undefined',
      exitCode: null,
      failures: 0,
      skips: 0,
      scheduledAt: null,
      startedAt: null,
      endedAt: null,
      kernels: [],
      failedAgentIds: new Set(),
    }
    this.live.set(session.id, session)
    this.watch.sessionMoved(session, null)
    return session
  }

  /** Trigger `session_ended_is_final`. */
  moveSession(session: SessionRow, to: SessionStatus): void {
    const from = session.status
    if (from === to) return
    if (isEnded(from)) this.watch.constraintBroken(`session ${session.id} leaves ${from} for ${to}`)
    session.status = to
    if (isEnded(to)) {
      session.endedAt = this.now
      this.live.delete(session.id)
    }
    this.watch.sessionMoved(session, from)
  }

  /** Unique index `kernel_one_live`; trigger `allocation_within_capacity` is asked before, in `place`. */
  insertKernel(session: SessionRow, index: number, agentId: string): KernelRow {
    const kernel: KernelRow = {
      id: `k${String(++this.#kernelCount).padStart(6, '0')}`,
      session,
      attempt: session.failures,
      index,
      agentId,
      status: 'scheduled',
      reason: null,
      createdAt: this.now,
      startedAt: null,
      endedAt: null,
      exitCode: null,
      containerId: null,
      progress: null,
      apps: [],
      isLogComplete: false,
      allocations: [],
    }
    if (session.kernels.some(other => other.index === index && !isEnded(other.status)))
      this.watch.constraintBroken(`session ${session.id} has two live kernels at place ${index}`)
    session.kernels.push(kernel)
    this.agent(agentId).kernels.add(kernel)
    this.watch.kernelMoved(kernel, null)
    return kernel
  }

  allocate(kernel: KernelRow, rows: readonly AllocationRow[]): void {
    kernel.allocations = rows
    const { devices } = this.agent(kernel.agentId)
    for (const row of rows) {
      devices.get(row.deviceId)!.given += row.amount
      this.watch.allocated(kernel, row)
    }
  }

  /** Triggers `kernel_ended_is_final` and `kernel_frees_allocation`. */
  moveKernel(kernel: KernelRow, to: SessionStatus, endedAt = this.now): void {
    const from = kernel.status
    if (isEnded(from) && from !== to)
      this.watch.constraintBroken(`kernel ${kernel.id} leaves ${from} for ${to}`)
    kernel.status = to
    if (isEnded(to)) kernel.endedAt ??= endedAt
    // One that was stopped for another has no reason of its own, and says nothing against its agent.
    if (to === 'error' && kernel.reason !== null) kernel.session.failedAgentIds.add(kernel.agentId)
    if (this.rules.freesAllocation(to)) this.#free(kernel)
    this.#forget(kernel)
    if (from !== to) this.watch.kernelMoved(kernel, from)
  }

  completeLog(kernel: KernelRow): void {
    kernel.isLogComplete = true
    this.#forget(kernel)
  }

  /** Partial index `kernel_wanted`. */
  #forget(kernel: KernelRow): void {
    if (isEnded(kernel.status) && kernel.isLogComplete)
      this.agent(kernel.agentId).kernels.delete(kernel)
  }

  #free(kernel: KernelRow): void {
    const { devices } = this.agent(kernel.agentId)
    for (const row of kernel.allocations) {
      devices.get(row.deviceId)!.given -= row.amount
      this.watch.freed(kernel, row)
    }
    kernel.allocations = []
  }

  /** Foreign keys see to it that there is one. */
  agent(id: string): AgentRow {
    const agent = this.agents.get(id)
    if (!agent) throw new Error(`there is no agent ${id}`)
    return agent
  }

  group(name: string): GroupRow {
    const group = this.groups.get(name)
    if (!group) throw new Error(`there is no group ${name}`)
    return group
  }
}
