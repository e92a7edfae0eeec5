import type { DeviceRow, SessionRow } from '../model/rows.ts'
import { isWanted } from '../model/report.ts'
import type { World } from '../world.ts'

/** When all is well, something moves within this time as long as something is left to do. Milliseconds. */
const stillMs = 900_000

/** Faults have ended and nobody asks for more: everything comes to rest, within a time that is known. */
export class Rest {
  readonly #world: World
  #writes = -1
  #movedAt = 0

  constructor(world: World) {
    this.#world = world
  }

  /** Whether all has ended that can, and nothing is left of it. Fails when nothing moves any more and something is left. */
  isReached(): boolean {
    const { db, checks, agenda } = this.#world
    const waiting = [...db.live.values()]
    if (waiting.every(session => session.status === 'pending' && !this.#canStart(session)))
      if (this.#isClean()) return true
    if (checks.ledger.writes !== this.#writes) {
      this.#writes = checks.ledger.writes
      this.#movedAt = agenda.now
    } else if (agenda.now - this.#movedAt > stillMs) this.#fail(waiting)
    return false
  }

  /** Nothing is held, no container is left, every log has been sent. */
  #isClean(): boolean {
    const { db, checks } = this.#world
    const isForgotten = [...db.agents.values()].every(({ kernels }) =>
      kernels.values().every(kernel => !isWanted(db, kernel)),
    )
    return checks.ledger.heldCount === 0 && checks.containers.count === 0 && isForgotten
  }

  /** Not while one that it waits for cannot either; one that waits for what has failed is to be cancelled. */
  #canStart(session: SessionRow): boolean {
    const waitsOn = session.dependsOn.filter(other => other.status === 'pending')
    return this.#fitsSomewhere(session) && waitsOn.every(other => this.#canStart(other))
  }

  /** Whether it would start on a cluster of which nothing is given out. All its kernels are alike. */
  #fitsSomewhere(session: SessionRow): boolean {
    const { amounts, architecture, group, clusterSize, clusterMode } = session
    let room = 0
    for (const agent of this.#world.db.agents.values()) {
      if (agent.group !== group || agent.architecture !== architecture) continue
      const devices = [...agent.devices.values()]
      const here = Math.min(
        ...Object.keys(amounts).map(slot => roomFor(devices, slot, amounts[slot]!)),
      )
      room = clusterMode === 'single-node' ? Math.max(room, here) : room + here
    }
    return room >= clusterSize
  }

  #fail(left: readonly SessionRow[]): void {
    const { db, checks } = this.#world
    const stuck = left.find(session => session.status !== 'pending')
    if (stuck) {
      const kernels = stuck.kernels.map(
        ({ id, status, agentId }) => `${id} ${status} on ${agentId}`,
      )
      return this.#tell('liveness', `${stuck.id} stays ${stuck.status}: ${kernels.join(', ')}`)
    }
    const starving = left.find(session => this.#canStart(session))
    if (starving)
      return this.#tell(
        'no starvation',
        `${starving.id} stays pending: ${starving.reason?.message}`,
      )
    const kernels = [...db.agents.values()].flatMap(agent => [...agent.kernels])
    const isLeft = kernels.map(
      ({ id, status, isLogComplete }) => `${id} ${status} ${isLogComplete}`,
    )
    this.#tell(
      'liveness',
      `left: ${checks.ledger.heldCount} allocations, ${checks.containers.count} containers, ${isLeft.join(', ')}`,
    )
  }

  #tell(invariant: string, message: string): void {
    this.#world.fail(invariant, message)
  }
}

/** How many kernels find so much of a slot. */
function roomFor(devices: readonly DeviceRow[], slot: string, amount: number): number {
  const own = devices.filter(device => device.slot === slot)
  if (slot.endsWith('.shares'))
    return own.reduce((sum, { capacity }) => sum + Math.floor(capacity / amount), 0)
  return Math.floor(own.reduce((sum, { capacity }) => sum + capacity, 0) / amount)
}
