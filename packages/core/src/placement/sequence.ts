import { dominantShare, projectedUse } from '../fairness.ts'
import { plus } from '../limits.ts'
import type { Demand, Owner } from '../placement.ts'
import type { Amounts } from '../slots.ts'

/** Whose turn it is among equals of priority (SCH-03). `priority` is `fifo` that may end sessions for others. */
export type Sequencer = 'fifo' | 'lifo' | 'drf' | 'fair-share' | 'priority'

/** What the order of a turn depends on besides the queue. */
export interface Shares {
  readonly owners: ReadonlyMap<string, Owner>
  readonly capacity: Amounts
}

/** Sessions in the order in which they are tried. What is placed on the way changes the order of the rest. */
export interface Sequence {
  next: () => Demand | undefined
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
    case 'lifo':
      return inOrder([...queue].sort(latest))
    case 'drf':
      return byShare([...queue].sort(earliest), shares, ({ held }) => held)
    case 'fair-share':
      return byShare([...queue].sort(earliest), shares, ({ pastUse, held }) =>
        projectedUse(pastUse, held),
      )
    case 'fifo':
    case 'priority':
      return inOrder([...queue].sort(earliest))
    default:
      return unreachable(sequencer)
  }
}

function unreachable(value: never): never {
  throw new Error(`unexpected ${String(value)}`)
}

function inOrder(ordered: readonly Demand[]): Sequence {
  let at = 0
  return { next: () => ordered[at++], notePlaced: () => {} }
}

interface Line {
  readonly ownerId: string
  readonly demands: Demand[]
  at: number
}

/**
 * Progressive filling: next is always the owner who has least, for the weight; what they are given counts at once. Higher
 * priority goes first whoever has it; owners who tie go in the order in which they asked.
 */
function byShare(
  ordered: readonly Demand[],
  { owners, capacity }: Shares,
  useOf: (owner: Owner) => Amounts,
): Sequence {
  const states = new Map<string, Owner>()
  const stateOf = (id: string): Owner =>
    states.get(id) ?? owners.get(id) ?? { weight: 1, held: {}, pastUse: {} }
  const shareOf = (id: string): number => {
    const owner = stateOf(id)
    return dominantShare(useOf(owner), capacity) / owner.weight
  }
  const bands = [...Map.groupBy(ordered, one => one.priority).values()]
  let lines: Line[] = []
  let last: Demand | undefined
  const next = (): Demand | undefined => {
    lines = lines.filter(line => line.at < line.demands.length)
    if (lines.length === 0) {
      const band = bands.shift()
      if (!band) return undefined
      lines = [...Map.groupBy(band, one => one.ownerId)].map(([ownerId, demands]) => ({
        ownerId,
        demands,
        at: 0,
      }))
    }
    let least = lines[0]!
    for (const line of lines) if (shareOf(line.ownerId) < shareOf(least.ownerId)) least = line
    last = least.demands[least.at++]
    return last
  }
  const notePlaced = (): void => {
    if (!last) return
    const owner = stateOf(last.ownerId)
    const held = last.kernels.reduce<Amounts>((sum, one) => plus(sum, one.amounts), owner.held)
    states.set(last.ownerId, { ...owner, held })
  }
  return { next, notePlaced }
}
