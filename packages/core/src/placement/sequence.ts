import { unreachable } from '../unreachable.ts'
import type { Demand } from '../placement.ts'
import { fillingByShare, type Shares } from './filling.ts'

/** Whose turn it is among equals of priority (SCH-03). `priority` is `fifo` that may end sessions for others. */
export type Sequencer = 'fifo' | 'lifo' | 'drf' | 'fair-share' | 'priority'

/** Places in the queue, in the order in which they are tried. What is placed on the way may change the order of the rest. */
export interface Sequence {
  next: () => number | undefined
  /** The session that `next` gave last has been placed. */
  notePlaced: () => void
}

type Order = (a: Demand, b: Demand) => number

const byId: Order = (a, b) => (a.sessionId < b.sessionId ? -1 : Number(a.sessionId > b.sessionId))
const byPriority: Order = (a, b) => b.priority - a.priority

/** The earliest enqueued first. A total order: two sessions never tie. */
const earliest: Order = (a, b) => byPriority(a, b) || a.enqueuedAt - b.enqueuedAt || byId(a, b)
/** The latest enqueued first. */
const latest: Order = (a, b) => byPriority(a, b) || b.enqueuedAt - a.enqueuedAt || byId(b, a)

/**
 * The order of a turn. Higher priority always goes first, and of equals those that were passed over for too long, in the
 * order given; the sequencer decides among the rest.
 */
export function sequence(
  sequencer: Sequencer,
  queue: readonly Demand[],
  shares: Shares,
  first: readonly number[],
): Sequence {
  switch (sequencer) {
    case 'fifo':
    case 'priority':
      return inOrder(firstOfBand(queue, sorted(queue, earliest), first))
    case 'lifo':
      return inOrder(firstOfBand(queue, sorted(queue, latest), first))
    case 'drf':
    case 'fair-share':
      return fillingByShare(queue, firstOfBand(queue, sorted(queue, earliest), first), shares, {
        by: sequencer,
        bandOf: bandsWith(queue, first),
      })
    default:
      return unreachable(sequencer)
  }
}

/** Each that goes first is by itself between a priority and the next higher one. */
function bandsWith(queue: readonly Demand[], first: readonly number[]): (place: number) => number {
  const ranks = new Map(first.map((place, rank) => [place, rank]))
  return place => {
    const rank = ranks.size === 0 ? undefined : ranks.get(place)
    return queue[place]!.priority + (rank === undefined ? 0 : 1 / (rank + 2))
  }
}

/** Places in the queue, the highest priority and then the earliest first. */
export const byTime = (queue: readonly Demand[]): Int32Array => sorted(queue, earliest)

/** Those that go first before the others of their priority; nobody else changes places. */
function firstOfBand(
  queue: readonly Demand[],
  ordered: Int32Array,
  first: readonly number[],
): Int32Array {
  if (first.length === 0) return ordered
  const own = new Set(first)
  const moved = new Int32Array(ordered.length)
  let next = 0
  let priority: number | undefined
  for (const place of ordered) {
    if (queue[place]!.priority !== priority) {
      ;({ priority } = queue[place]!)
      for (const one of first) if (queue[one]!.priority === priority) moved[next++] = one
    }
    if (!own.has(place)) moved[next++] = place
  }
  return moved
}

/** A queue mostly comes in its order, or in the opposite of it. */
function sorted(queue: readonly Demand[], order: Order): Int32Array {
  const places = new Int32Array(queue.length)
  let isSorted = true
  let isReversed = true
  for (let at = 0; at < places.length; at++) {
    places[at] = at
    if (at === 0 || !(isSorted || isReversed)) continue
    const isBefore = order(queue[at - 1]!, queue[at]!) <= 0
    isSorted &&= isBefore
    isReversed &&= !isBefore
  }
  if (isSorted) return places
  if (isReversed) return places.toReversed()
  return places.sort((a, b) => order(queue[a]!, queue[b]!))
}

function inOrder(places: Int32Array): Sequence {
  let at = 0
  return { next: () => places[at++], notePlaced: () => {} }
}
