import { Balance } from './balance.ts'
import type { DeviceChoice } from './devices.ts'
import type { Fleet } from './fleet.ts'
import type { Order, Pool } from './pool.ts'
import type { Need } from './needs.ts'
import type { Shape } from './shapes.ts'

/**
 * How agents are chosen among those that fit (SCH-04). `dispersed`: most free first, spreads load. `concentrated`: least
 * free first, packs onto agents in use, leaves others empty. `balanced`: so that what remains stays usable.
 */
export type Selector = 'dispersed' | 'concentrated' | 'balanced'

/** How many of the agents that fit `balanced` compares: more changes little, for it needs a good one, not the best. */
const compared = 4
/** How many equals are looked through for one that has the image. */
const equals = 256

export interface Selection extends DeviceChoice {
  readonly order: Order
  /** An agent for a kernel, of those accepted; -1 if there is none. Among equals one that has the image, then by id. */
  find: (
    pool: Pool,
    need: Need,
    hasImage?: (agent: number) => boolean,
    accepts?: (agent: number) => boolean,
  ) => number
  /** Somebody asked for this so often. */
  note: (shape: Shape, count: number) => void
}

export function selection(selector: Selector, fleet: Fleet): Selection {
  if (selector === 'balanced') return balanced(fleet)
  const isSpreading = selector === 'dispersed'
  return {
    order: isSpreading ? 'emptiest' : 'fullest',
    isSpreading,
    shareCost: (_agent, _slot, free) => (isSpreading ? -free : free),
    find: inOrder,
    note: () => {},
  }
}

const inOrder: Selection['find'] = (pool, need, hasImage, accepts) => {
  const { open } = pool
  const first = open.first(need, accepts)
  if (first === -1 || !hasImage || hasImage(first)) return first
  const both = (agent: number): boolean => hasImage(agent) && (!accepts || accepts(agent))
  const other = open.firstEqual(first, need, both, equals)
  return other === -1 ? first : other
}

function balanced(fleet: Fleet): Selection {
  const balance = new Balance(fleet)
  const found = new Int32Array(compared)
  let turn = 0
  const bestOf = (need: Need, count: number, hasImage?: (agent: number) => boolean): number => {
    let best = -1
    let least = Infinity
    let before = NaN
    for (let i = 0; i < count; i++) {
      const agent = found[i]!
      const present = balance.unusable(agent)
      // Those where nothing runs yet, and others, are often alike, and then cost the same.
      const isLikeBefore = present === before && found[i - 1]! < agent && !hasImage
      if (isLikeBefore) continue
      before = present
      const cost = balance.unusableAfter(agent, need) - present
      if (cost > least || (cost === least && !isBetter(agent, best, hasImage))) continue
      best = agent
      least = cost
    }
    return best
  }
  return {
    // To keep them in order by how full they are would do no better, and they would change places all the time.
    order: 'used',
    isSpreading: false,
    shareCost: (agent, slot, free, amount) =>
      balance.shareCost(agent, slot, free, amount) + free * 1e-9,
    note: (shape, count) => balance.note(shape, count),
    find: (pool, need, hasImage, accepts) => {
      const { open } = pool
      const search = { need, accepts, turn: turn++, found, count: 0 }
      for (const { used, unused } of pool.levels) {
        open.sample(search, used, compared)
        open.sample(search, unused, compared - search.count)
        if (search.count > 0) return bestOf(need, search.count, hasImage)
      }
      return -1
    },
  }
}

function isBetter(a: number, b: number, hasImage?: (agent: number) => boolean): boolean {
  const difference = Number(hasImage?.(a) ?? false) - Number(hasImage?.(b) ?? false)
  return difference === 0 ? a < b : difference > 0
}
