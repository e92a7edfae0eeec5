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

/** The order of a turn. Higher priority always goes first; the sequencer decides among equals. */
export function sequence(sequencer: Sequencer, queue: readonly Demand[], shares: Shares): Sequence {
  switch (sequencer) {
    case 'fifo':
    case 'priority':
      return inOrder(sorted(queue, earliest))
    case 'lifo':
      return inOrder(sorted(queue, latest))
    case 'drf':
    case 'fair-share':
      return fillingByShare(queue, sorted(queue, earliest), shares, {
        by: sequencer,
        bandOf: place => queue[place]!.priority,
      })
    default:
      return unreachable(sequencer)
  }
}

function sorted(queue: readonly Demand[], order: Order): Int32Array {
  const places = new Int32Array(queue.length)
  let isSorted = true
  for (let at = 0; at < places.length; at++) {
    places[at] = at
    if (at > 0 && isSorted) isSorted = order(queue[at - 1]!, queue[at]!) <= 0
  }
  return isSorted ? places : places.sort((a, b) => order(queue[a]!, queue[b]!))
}

function inOrder(places: Int32Array): Sequence {
  let at = 0
  return { next: () => places[at++], notePlaced: () => {} }
}
