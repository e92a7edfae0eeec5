import type { SessionStatus } from '@capstan/contract/session'
import type { Watch } from '../model/database.ts'
import type { AgentRow, AllocationRow, DeviceRow, KernelRow, SessionRow } from '../model/rows.ts'
import type { World } from '../world.ts'
import { Containers } from './containers.ts'
import { Ledger } from './ledger.ts'
import { Turns } from './turns.ts'

/** All invariants that are looked at while the world goes on. */
export class Checks implements Watch {
  readonly ledger: Ledger
  readonly turns: Turns
  readonly containers: Containers
  readonly #world: World

  constructor(world: World) {
    const fail = (invariant: string, message: string): void => world.fail(invariant, message)
    this.#world = world
    this.ledger = new Ledger(fail)
    this.turns = new Turns(fail)
    this.containers = new Containers(world)
  }

  sessionMoved(session: SessionRow, from: SessionStatus | null): void {
    this.#world.note(session.id, session.status, session.reason?.code)
    this.ledger.sessionMoved(session, from)
    if (session.status === 'scheduled') this.#checkTime(session)
  }

  /** Nobody starts before its time, or before those that it waits for have ended well. */
  #checkTime({ id, startsAt, dependsOn }: SessionRow): void {
    const { now } = this.#world.db
    if (startsAt !== null && now < startsAt)
      this.#world.fail('start time', `${id} starts ${startsAt - now} ms too early`)
    for (const { id: other, type, status, startedAt, exitCode } of dependsOn) {
      const hasEndedWell =
        status === 'terminated' && startedAt !== null && (type !== 'batch' || exitCode === 0)
      if (!hasEndedWell)
        this.#world.fail('dependencies', `${id} starts after ${other}, which is ${status}`)
    }
  }

  kernelMoved(kernel: KernelRow, from: SessionStatus | null): void {
    this.#world.note(kernel.id, kernel.status, kernel.agentId)
    this.ledger.kernelMoved(kernel, from)
    this.containers.kernelMoved(kernel, from)
  }

  allocated(kernel: KernelRow, row: AllocationRow): void {
    this.ledger.allocated(kernel, row)
  }

  freed(kernel: KernelRow, row: AllocationRow): void {
    this.ledger.freed(kernel, row)
  }

  deviceChanged(agent: AgentRow, device: DeviceRow): void {
    this.ledger.deviceChanged(agent, device)
  }

  constraintBroken(what: string): void {
    this.ledger.constraintBroken(what)
  }
}
