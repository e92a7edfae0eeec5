import type { Demand } from '../placement.ts'
import type { DeviceChoice } from './devices.ts'
import type { Fleet } from './fleet.ts'
import type { Piece, Release } from './future.ts'
import { hold, type Holding } from './holding.ts'
import type { WillDo } from './reservations.ts'
import type { Shape } from './shapes.ts'

/** One that waits for room. */
export interface Waiter {
  readonly demand: Demand
  readonly shape: Shape
}

/** Starts are foretold for so many at most, from the first on, and over so many ends of others. */
export const mostForetold = 100
const mostReleases = 2000

/**
 * About when those who wait start, in milliseconds since the epoch, by session id: what ends is given to them in their
 * order, with smaller ones going first where larger ones do not fit yet. Those of whom nothing is known are left out.
 */
export function foretell(
  present: Fleet,
  releases: readonly Release[],
  waiters: readonly Waiter[],
  { choice, willDo }: { choice: DeviceChoice; willDo: WillDo },
): Map<string, number> {
  const fleet = present.copy()
  const starts = new Map<string, number>()
  let left = waiters.slice(0, mostForetold)
  const coming = releases.slice(0, mostReleases)
  for (let next = 0; next < coming.length && left.length > 0;) {
    const { at } = coming[next]!
    const changed = new Set<number>()
    for (; next < coming.length && coming[next]!.at === at; next++)
      for (const { agent, taken } of coming[next]!.pieces) {
        give(fleet, agent, taken)
        changed.add(agent)
      }
    const agents = [...changed].sort((a, b) => a - b)
    const failed = new Set<Shape>()
    left = left.filter(({ demand, shape }) => {
      if (failed.has(shape)) return true
      const held = start(fleet, shape, agents, { choice, willDo })
      if (!held) failed.add(shape)
      else {
        starts.set(demand.sessionId, at)
        if (typeof demand.endsAt === 'number')
          insert(coming, next, demand.endsAt, { demand, held, at })
      }
      return !held
    })
  }
  return starts
}

/** Holds what a session needs, of agents where something has become free for one of its parts at least. */
function start(
  fleet: Fleet,
  shape: Shape,
  changed: readonly number[],
  { choice, willDo }: { choice: DeviceChoice; willDo: WillDo },
): Holding[] | undefined {
  const fitsIn = (agents: Iterable<number>, index: number): number | undefined => {
    for (const agent of agents)
      if (willDo(shape, agent) && fleet.fits(agent, shape.parts[index]!.need)) return agent
    return undefined
  }
  if (
    shape.parts.every(
      (part, index) => part.need.isImpossible || fitsIn(changed, index) === undefined,
    )
  )
    return undefined
  const held: Holding[] = []
  for (const [index, part] of shape.parts.entries()) {
    const agent = fitsIn(changed, index) ?? fitsIn(fleet.agents.keys(), index)
    if (agent === undefined || !hold(fleet, agent, part, { choice, held })) {
      for (const one of held) fleet.give(one.agent, one.taken)
      return undefined
    }
  }
  return held
}

/** What it holds is free when it ends. */
function insert(
  coming: Release[],
  from: number,
  endsAt: number,
  { demand, held, at }: { demand: Demand; held: readonly Holding[]; at: number },
): void {
  const release = { at: Math.max(endsAt, at + 1), sessionId: demand.sessionId, pieces: held }
  let place = from
  while (place < coming.length && coming[place]!.at <= release.at) place++
  coming.splice(place, 0, release)
}

/** Never more than there is: what is withheld for others may be among what ends. */
function give(fleet: Fleet, agent: number, taken: Piece['taken']): void {
  fleet.give(
    agent,
    taken.map(({ device, amount }) => ({
      device,
      amount: Math.min(amount, fleet.deviceCapacity[device]! - fleet.deviceFree[device]!),
    })),
  )
}
