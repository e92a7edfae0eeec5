import type { Amounts } from '../slots.ts'
import type { Fleet } from './fleet.ts'

/** How good an agent is for a kernel: higher is taken first. */
export type Score = (fleet: Fleet, agent: number, amounts: Amounts) => number

/** How agents are chosen among those that fit (SCH-04). */
export type Selector = 'dispersed' | 'concentrated' | 'balanced'

/** Mean free part of the slots that are asked for. */
function freeness(fleet: Fleet, agent: number, amounts: Amounts): number {
  const slots = Object.keys(amounts)
  return slots.reduce((sum, slot) => sum + fleet.freeShare(agent, slot), 0) / slots.length
}

/** How far apart the free parts of the slots will be when the amounts are taken; fuller agents first among equals. */
function unevenness(fleet: Fleet, agent: number, amounts: Amounts): number {
  const left = fleet.slotsOf(agent).map(slot => fleet.freeShare(agent, slot, amounts[slot]))
  return Math.max(...left) - Math.min(...left) + freeness(fleet, agent, amounts) / 1000
}

export const selectors: Readonly<Record<Selector, Score>> = {
  /** Most free first: spreads load. */
  dispersed: freeness,
  /** Least free first: packs onto agents in use, leaves others empty. */
  concentrated: (fleet, agent, amounts) => -freeness(fleet, agent, amounts),
  /** Keeps the free parts of an agent's slots alike, so that what remains can be used together. */
  balanced: (fleet, agent, amounts) => -unevenness(fleet, agent, amounts),
}
