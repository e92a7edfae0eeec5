import type { Running, Snapshot } from '../placement.ts'
import type { Fleet, Taken } from './fleet.ts'

/** What somebody holds, or is to hold, of an agent. */
export interface Piece {
  readonly agent: number
  readonly taken: readonly Taken[]
}

/** What becomes free at a time that is known, in milliseconds since the epoch. */
export interface Release {
  readonly at: number
  readonly sessionId: string
  readonly pieces: readonly Piece[]
}

/** What becomes free when, as far as lifetimes and sessions that are ending tell. */
export class Future {
  readonly #fleet: Fleet
  readonly #now: number
  #releases: Release[]
  #isSorted = false

  constructor(fleet: Fleet, { running = [], now = 0 }: Snapshot) {
    this.#fleet = fleet
    this.#now = now
    this.#releases = running.flatMap(session => {
      const at = endOf(session, now)
      return at === null
        ? []
        : [{ at, sessionId: session.sessionId, pieces: this.piecesOf(session) }]
    })
  }

  /** Earliest first; never before now. */
  get releases(): readonly Release[] {
    if (!this.#isSorted) this.#releases.sort((a, b) => a.at - b.at || compare(a, b))
    this.#isSorted = true
    return this.#releases
  }

  /** A session will let go of what it holds: one that was placed, or that is told to end. */
  add({ at, ...release }: Release): void {
    this.#releases.push({ ...release, at: Math.max(at, this.#now) })
    this.#isSorted = false
  }

  /** What a session that runs holds of the agents of the fleet. */
  piecesOf({ kernels }: Pick<Running, 'kernels'>): Piece[] {
    const { slots, deviceFrom, devices, agentIndex } = this.#fleet
    return kernels.flatMap(kernel => {
      const agent = agentIndex.get(kernel.agentId)
      if (agent === undefined) return []
      const taken: Taken[] = []
      for (const { deviceId, slot, amount } of kernel.devices)
        for (
          let at = deviceFrom[agent * slots.length]!;
          at < deviceFrom[(agent + 1) * slots.length]!;
          at++
        )
          if (devices[at]!.id === deviceId && devices[at]!.slot === slot)
            taken.push({ device: at, amount })
      return [{ agent, taken }]
    })
  }

  /**
   * Adds what becomes free until a time to what is free of each device. Where more is given out than there is, as after
   * hardware was taken away, that much has to end first.
   */
  addTo(free: Float64Array, time: number): void {
    const { devices } = this.#fleet
    for (let device = 0; device < free.length; device++)
      free[device]! += Math.min(0, devices[device]!.free)
    for (const { at, pieces } of this.releases) {
      if (at > time) break
      for (const { taken } of pieces)
        for (const { device, amount } of taken) free[device]! += amount
    }
  }
}

/** When a session that runs has ended at the latest; null: not known. */
function endOf({ isEnding, endsAt }: Running, now: number): number | null {
  if (isEnding) return now
  return endsAt === null ? null : Math.max(now, endsAt)
}

const compare = (a: Release, b: Release): number =>
  a.sessionId < b.sessionId ? -1 : Number(a.sessionId > b.sessionId)
