import type { SessionStatus } from '@capstan/contract/session'
import { isEnded } from '@capstan/core/session'
import type { Watch } from '../model/database.ts'
import type { AgentRow, AllocationRow, DeviceRow, KernelRow, SessionRow } from '../model/rows.ts'

/** Tells of an invariant that does not hold. */
export type Fail = (invariant: string, message: string) => void

interface Device {
  capacity: number
  given: number
}

/**
 * Books of its own on what is written to the database: what is given out of each device, who holds what, and which sessions
 * changed since it last looked.
 */
export class Ledger implements Watch {
  readonly #fail: Fail
  readonly #devices = new Map<string, Device>()
  /** Allocation rows that are held, by kernel and device. */
  readonly #held = new Map<string, number>()
  readonly #endedAs = new Map<string, SessionStatus>()
  readonly #changed = new Set<SessionRow>()
  /** When something was last written that brings a session or a kernel further. */
  #writes = 0

  constructor(fail: Fail) {
    this.#fail = fail
  }

  /** Grows with each move of a session or kernel. */
  get writes(): number {
    return this.#writes
  }

  get heldCount(): number {
    return this.#held.size
  }

  sessionMoved(session: SessionRow, from: SessionStatus | null): void {
    this.#moved(session.id, session.status, from)
    this.#changed.add(session)
  }

  kernelMoved(kernel: KernelRow, from: SessionStatus | null): void {
    this.#moved(kernel.id, kernel.status, from)
    this.#changed.add(kernel.session)
  }

  #moved(id: string, to: SessionStatus, from: SessionStatus | null): void {
    this.#writes++
    const ended = this.#endedAs.get(id)
    if (ended !== undefined && to !== ended)
      this.#fail('ended is final', `${id} leaves ${ended} for ${to} (from ${from})`)
    if (isEnded(to)) this.#endedAs.set(id, to)
  }

  allocated(kernel: KernelRow, { deviceId, amount }: AllocationRow): void {
    const key = `${kernel.agentId}/${deviceId}`
    const device = this.#devices.get(key) ?? { capacity: 0, given: 0 }
    device.given += amount
    if (device.given > device.capacity)
      this.#fail('SCH-10', `${key} gives ${device.given} of ${device.capacity} to ${kernel.id}`)
    if (isEnded(kernel.status))
      this.#fail('only live kernels hold', `${kernel.id} is ${kernel.status}`)
    this.#held.set(`${kernel.id} ${deviceId}`, amount)
  }

  freed(kernel: KernelRow, { deviceId, amount }: AllocationRow): void {
    const key = `${kernel.id} ${deviceId}`
    if (this.#held.get(key) !== amount)
      this.#fail('freed exactly once', `${kernel.id} frees ${amount} of ${deviceId}, not held`)
    this.#held.delete(key)
    const device = this.#devices.get(`${kernel.agentId}/${deviceId}`)
    if (device) device.given -= amount
    if (!isEnded(kernel.status))
      this.#fail('live kernels hold', `${kernel.id} is ${kernel.status} and lets go of ${deviceId}`)
  }

  deviceChanged(agent: AgentRow, { id, capacity, given }: DeviceRow): void {
    const key = `${agent.id}/${id}`
    const device = this.#devices.get(key)
    if (!device) this.#devices.set(key, { capacity, given: 0 })
    else device.capacity = capacity
    if ((device?.given ?? 0) !== given)
      this.#fail('use is a sum', `${key} gives ${given}; its rows add up to ${device?.given ?? 0}`)
  }

  constraintBroken(what: string): void {
    this.#fail('constraint', what)
  }

  /** To be called when an event is over: sessions that changed are consistent again. */
  check(): void {
    for (const session of this.#changed) this.#checkSession(session)
    this.#changed.clear()
  }

  #checkSession(session: SessionRow): void {
    const { id, status, kernels, clusterSize, failures } = session
    const live = kernels.filter(kernel => !isEnded(kernel.status))
    for (const kernel of kernels) this.#checkHeld(kernel)
    if (status === 'pending' || isEnded(status)) {
      if (live.length > 0)
        this.#fail('all or none', `${id} is ${status} with ${live.length} live kernels`)
      return
    }
    if (kernels.length !== clusterSize || kernels.some(kernel => kernel.attempt !== failures))
      this.#fail(
        'all or none',
        `${id} is ${status} with ${kernels.length} of ${clusterSize} kernels`,
      )
    if (status === 'running' && kernels.some(kernel => kernel.status !== 'running'))
      this.#fail(
        'all or none',
        `${id} runs with kernels ${kernels.map(one => one.status).join(', ')}`,
      )
    if (live.length === 0 && kernels.length > 0)
      this.#fail('settled', `${id} is ${status} though all its kernels have ended`)
  }

  #checkHeld(kernel: KernelRow): void {
    const held = kernel.allocations.length
    if (isEnded(kernel.status) && held > 0)
      this.#fail(
        'only live kernels hold',
        `${kernel.id} is ${kernel.status} and holds ${held} rows`,
      )
    if (!isEnded(kernel.status) && held === 0)
      this.#fail('live kernels hold', `${kernel.id} is ${kernel.status} and holds nothing`)
  }
}
