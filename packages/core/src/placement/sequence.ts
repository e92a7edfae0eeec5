import type { Demand } from '../placement.ts'

/** Whose turn it is among equals of priority (SCH-03). */
export type Sequencer = 'fifo' | 'lifo'

type Order = (a: Demand, b: Demand) => number

const byId: Order = (a, b) => (a.sessionId < b.sessionId ? -1 : Number(a.sessionId > b.sessionId))
const byPriority: Order = (a, b) => b.priority - a.priority

/** Total orders: two sessions never tie. */
export const sequencers: Readonly<Record<Sequencer, Order>> = {
  /** The earliest enqueued first. */
  fifo: (a, b) => byPriority(a, b) || a.enqueuedAt - b.enqueuedAt || byId(a, b),
  /** The latest enqueued first. */
  lifo: (a, b) => byPriority(a, b) || b.enqueuedAt - a.enqueuedAt || byId(b, a),
}
