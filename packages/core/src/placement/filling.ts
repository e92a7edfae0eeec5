import { dominantShare, projectedUse } from '../fairness.ts'
import { plus } from '../limits.ts'
import type { Demand, Owner } from '../placement.ts'
import type { Amounts } from '../slots.ts'
import { Heap } from './heap.ts'
import type { Sequence } from './sequence.ts'
import type { Shape } from './shapes.ts'

/** What an order by shares depends on besides the queue. */
export interface Shares {
  readonly owners: ReadonlyMap<string, Owner>
  readonly capacity: Amounts
  /** By place in the queue. */
  readonly shapes: readonly Shape[]
}

interface Line {
  /** Places in the queue. */
  readonly places: number[]
  at: number
  readonly owner: Owner
  held: Amounts
  share: number
}

/**
 * Progressive filling: next is always the owner who has least, for the weight; what they are given counts at once. Higher
 * priority goes first whoever has it; owners who tie go in the order in which they asked.
 */
export function fillingByShare(
  queue: readonly Demand[],
  ordered: Int32Array,
  { owners, capacity, shapes }: Shares,
  by: 'drf' | 'fair-share',
): Sequence {
  const shareOf = ({ owner, held }: Pick<Line, 'owner' | 'held'>): number => {
    const use = by === 'drf' ? held : projectedUse(owner.pastUse, held)
    return dominantShare(use, capacity) / owner.weight
  }
  const heldBy = new Map<string, Amounts>()
  let lines: Line[] = []
  const newHeap = (): Heap =>
    new Heap(
      (a, b) => lines[a]!.share < lines[b]!.share || (lines[a]!.share === lines[b]!.share && a < b),
    )
  let heap = newHeap()
  let begun = 0
  /** Lines of the next priority, by owner. */
  const openBand = (): void => {
    const found = new Map<string, Line>()
    const { priority } = queue[ordered[begun]!]!
    for (; begun < ordered.length; begun++) {
      const place = ordered[begun]!
      const { ownerId, priority: own } = queue[place]!
      if (own !== priority) break
      const line = found.get(ownerId)
      if (line) line.places.push(place)
      else {
        const owner = owners.get(ownerId) ?? { weight: 1, held: {}, pastUse: {} }
        const held = heldBy.get(ownerId) ?? owner.held
        const share = shareOf({ owner, held })
        found.set(ownerId, { places: [place], at: 0, owner, held, share })
      }
    }
    lines = [...found.values()]
    heap = newHeap()
    for (let line = 0; line < lines.length; line++) heap.push(line)
  }
  let last: number | undefined
  return {
    next: () => {
      const top = heap.top
      if (top !== undefined && lines[top]!.at === lines[top]!.places.length) heap.removeTop()
      else heap.sinkTop()
      if (heap.top === undefined && begun < ordered.length) openBand()
      const line = heap.top === undefined ? undefined : lines[heap.top]!
      last = line?.places[line.at++]
      return last
    },
    notePlaced: () => {
      if (last === undefined || heap.top === undefined) return
      const line = lines[heap.top]!
      line.held = plus(line.held, shapes[last]!.asked)
      line.share = shareOf(line)
      heldBy.set(queue[last]!.ownerId, line.held)
    },
  }
}
