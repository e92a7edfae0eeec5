import type { Demand, Snapshot } from '../placement.ts'
import { freeSince } from './checks.ts'
import { byTime } from './sequence.ts'

/** For so many agents are kept in one turn: more would keep too much idle. */
const mostReserved = 4

/**
 * Places in the queue of those that go before all others of their priority, because they were passed over for too long: the
 * earliest first. Only what would fit if nothing ran is worth keeping agents for.
 */
export function passedOver(
  { queue, now, retriesToSkip, reserveAfterMs }: Snapshot,
  isStartable: (place: number) => boolean,
): number[] {
  const found: number[] = []
  if (now === undefined || reserveAfterMs === undefined) return found
  const isOverdue = (demand: Demand): boolean => {
    const since = freeSince(demand)
    return demand.skips >= retriesToSkip && since !== null && now - since >= reserveAfterMs
  }
  for (const place of byTime(queue)) {
    if (isOverdue(queue[place]!) && isStartable(place)) found.push(place)
    if (found.length === mostReserved) break
  }
  return found
}
