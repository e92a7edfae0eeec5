import type { Demand, Running, Snapshot } from '../placement.ts'
import type { DeviceChoice } from './devices.ts'
import { Fleet } from './fleet.ts'
import type { Future, Piece } from './future.ts'
import { hold, type Holding, release } from './holding.ts'
import type { WillDo } from './reservations.ts'
import type { Shape } from './shapes.ts'

interface Candidate {
  readonly session: Running
  readonly pieces: readonly Piece[]
}

/** For so many sessions at most others are looked for in one turn. */
const mostTries = 64

/** Which sessions that agreed to it are ended so that one of higher priority can start: as few and as young as will do. */
export class Preemption {
  readonly #fleet: Fleet
  readonly #choice: DeviceChoice
  readonly #willDo: WillDo
  /** The lowest priority first, of equals the youngest. */
  readonly #candidates: readonly Candidate[]
  readonly #chosen = new Set<Running>()
  readonly #hopeless = new Set<Shape>()
  readonly #lowest: number
  /** As if all candidates, and all that is ending, had ended. */
  readonly #potential: Fleet
  #tries = 0

  constructor(
    { running = [], now = 0 }: Snapshot,
    fleet: Fleet,
    given: { future: Future; choice: DeviceChoice; willDo: WillDo },
  ) {
    this.#fleet = fleet
    this.#choice = given.choice
    this.#willDo = given.willDo
    this.#candidates = running
      .filter(one => one.isPreemptible && !one.isEnding)
      .sort(lowestYoungest)
      .map(session => ({ session, pieces: given.future.piecesOf(session) }))
    // What is ending was told to for somebody: what it leaves is kept too.
    this.#lowest = running.reduce(
      (least, one) => (one.isEnding || one.isPreemptible ? Math.min(least, one.priority) : least),
      Infinity,
    )
    const free = fleet.deviceFree.slice()
    given.future.addTo(free, now)
    this.#potential = new Fleet(fleet, free)
    for (const { pieces } of this.#candidates) release(this.#potential, pieces)
  }

  /**
   * Whether it is worth looking: there are such sessions of lower priority, and somewhere there would be room if all of them
   * and all that is ending had ended. What did not help once does not help the next that asks for the same.
   */
  mayHelp({ priority }: Demand, shape: Shape): boolean {
    if (priority <= this.#lowest || this.#hopeless.has(shape) || this.#tries >= mostTries)
      return false
    const fits = shape.parts.every(
      ({ need }) =>
        !need.isImpossible &&
        this.#fleet.agents.some(
          (_, agent) => this.#willDo(shape, agent) && this.#potential.fits(agent, need),
        ),
    )
    if (fits) this.#tries++
    else this.#hopeless.add(shape)
    return fits
  }

  /** Those whose end makes room for a session on top of `free`; none if nothing does. They are taken at once. */
  victimsFor(demand: Demand, shape: Shape, free: Float64Array): readonly Running[] {
    const open = this.#candidates.filter(
      ({ session }) => session.priority < demand.priority && !this.#chosen.has(session),
    )
    const fleet = new Fleet(this.#fleet, free)
    let best: readonly Candidate[] = []
    for (const [agents, own] of groupsOf(shape, open, fleet.size)) {
      if (best.length > 0 && own.length === 0) continue
      const found = this.#fewest(fleet, shape, { agents, own })
      if (found.length > 0 && (best.length === 0 || isBetter(found, best))) best = found
    }
    for (const { session } of best) this.#chosen.add(session)
    if (best.length === 0) this.#hopeless.add(shape)
    return best.map(one => one.session)
  }

  /** One after the other until it fits; then those are left out without which it fits too, the oldest first. */
  #fewest(fleet: Fleet, shape: Shape, { agents, own }: Group): Candidate[] {
    const ended: Candidate[] = []
    const fits = (): boolean => this.#fits(fleet, shape, agents)
    for (const candidate of own) {
      if (fits()) break
      release(fleet, candidate.pieces)
      ended.push(candidate)
    }
    const isEnough = fits()
    const needed = new Set(ended)
    if (isEnough)
      for (const candidate of ended.toSorted((a, b) => a.session.startedAt - b.session.startedAt)) {
        take(fleet, candidate)
        if (fits()) needed.delete(candidate)
        else release(fleet, candidate.pieces)
      }
    for (const candidate of needed) take(fleet, candidate)
    return isEnough ? [...needed] : []
  }

  #fits(fleet: Fleet, shape: Shape, agents: readonly number[]): boolean {
    const held: Holding[] = []
    const fits = shape.parts.every(part =>
      agents.some(
        agent =>
          this.#willDo(shape, agent) && hold(fleet, agent, part, { choice: this.#choice, held }),
      ),
    )
    release(fleet, held)
    return fits
  }
}

interface Group {
  readonly agents: readonly number[]
  readonly own: readonly Candidate[]
}

/** Where one agent will do each is looked at by itself; else all together. */
function groupsOf(
  shape: Shape,
  open: readonly Candidate[],
  size: number,
): [readonly number[], readonly Candidate[]][] {
  if (shape.parts.length > 1) return [[Array.from({ length: size }, (_, agent) => agent), open]]
  const byAgent = new Map<number, Candidate[]>()
  for (const candidate of open)
    for (const agent of new Set(candidate.pieces.map(piece => piece.agent)))
      byAgent.set(agent, [...(byAgent.get(agent) ?? []), candidate])
  return [...byAgent].sort(([a], [b]) => a - b).map(([agent, own]) => [[agent], own])
}

function take(fleet: Fleet, { pieces }: Candidate): void {
  for (const { agent, taken } of pieces) fleet.take(agent, taken)
}

/** Fewer are better; of as many, those of which the oldest is younger. */
function isBetter(a: readonly Candidate[], b: readonly Candidate[]): boolean {
  if (a.length !== b.length) return a.length < b.length
  return oldest(a) > oldest(b)
}

const oldest = (ended: readonly Candidate[]): number =>
  Math.min(...ended.map(one => one.session.startedAt))

function lowestYoungest(a: Running, b: Running): number {
  if (a.priority !== b.priority) return a.priority - b.priority
  if (a.startedAt !== b.startedAt) return b.startedAt - a.startedAt
  return a.sessionId < b.sessionId ? -1 : Number(a.sessionId > b.sessionId)
}
