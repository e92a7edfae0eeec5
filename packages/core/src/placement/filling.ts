import type { Demand, Owner } from '../placement.ts'
import { Heap } from './heap.ts'
import type { Layout } from './layout.ts'
import type { Sequence } from './sequence.ts'
import type { Shape } from './shapes.ts'

/** What an order by shares depends on besides the queue. */
export interface Shares {
  readonly owners: ReadonlyMap<string, Owner>
  readonly layout: Layout
  /** By place in the queue. */
  readonly shapeAt: (place: number) => Shape
}

interface Line {
  /** Places in the queue. */
  readonly places: number[]
  at: number
  readonly use: Use
}

/** What counts for an owner, by slot, and their share of it all. */
interface Use {
  readonly weight: number
  readonly amounts: Float64Array
  share: number
}

const nobody: Owner = { weight: 1, held: {}, pastUse: {} }

/**
 * Progressive filling: next is always the owner who has least, for the weight; what they are given counts at once. Those of
 * a higher band go first whoever has them; owners who tie go in the order in which they asked.
 */
export function fillingByShare(
  queue: readonly Demand[],
  ordered: Int32Array,
  { owners, layout, shapeAt }: Shares,
  { by, bandOf }: { by: 'drf' | 'fair-share'; bandOf: (place: number) => number },
): Sequence {
  const { slots } = layout
  const total = totalOf(layout)
  // As `projectedUse` has it: half of the past, half of the present.
  const part = by === 'drf' ? 1 : 1 / 2
  const shareOf = (amounts: Float64Array, weight: number): number => {
    let most = 0
    for (let slot = 0; slot < slots.length; slot++)
      if (total[slot]! > 0 && amounts[slot]! > most * total[slot]!)
        most = amounts[slot]! / total[slot]!
    return most / weight
  }
  const uses = new Map<string, Use>()
  const useOf = (ownerId: string): Use => {
    const known = uses.get(ownerId)
    if (known) return known
    const { weight, held, pastUse } = owners.get(ownerId) ?? nobody
    const amounts = Float64Array.from(
      slots,
      slot => part * (held[slot] ?? 0) + (1 - part) * (pastUse[slot] ?? 0),
    )
    const use = { weight, amounts, share: shareOf(amounts, weight) }
    uses.set(ownerId, use)
    return use
  }
  let lines: Line[] = []
  /** By line. */
  let shareOfLine = new Float64Array(0)
  const isBefore = (a: number, b: number): boolean => {
    const difference = shareOfLine[a]! - shareOfLine[b]!
    return difference < 0 || (difference === 0 && a < b)
  }
  let heap = new Heap(isBefore)
  let begun = 0
  /** Lines of the next band, by owner. */
  const openBand = (): void => {
    const found = new Map<string, Line>()
    const band = bandOf(ordered[begun]!)
    for (; begun < ordered.length; begun++) {
      const place = ordered[begun]!
      if (bandOf(place) !== band) break
      const { ownerId } = queue[place]!
      const line = found.get(ownerId)
      if (line) line.places.push(place)
      else found.set(ownerId, { places: [place], at: 0, use: useOf(ownerId) })
    }
    lines = [...found.values()]
    shareOfLine = Float64Array.from(lines, line => line.use.share)
    heap = new Heap(isBefore)
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
      const { use } = lines[heap.top]!
      const { total: more } = shapeAt(last)
      for (let slot = 0; slot < slots.length; slot++) use.amounts[slot]! += part * more.of(slot)
      use.share = shareOf(use.amounts, use.weight)
      shareOfLine[heap.top] = use.share
    },
  }
}

/** By slot: all that there is, given out or not. */
function totalOf({ agents, slots, capacity }: Layout): Float64Array {
  const sums = new Float64Array(slots.length)
  for (let row = 0; row < agents.length * slots.length; row++)
    sums[row % slots.length]! += capacity[row]!
  return sums
}
