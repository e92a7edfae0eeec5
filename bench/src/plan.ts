import { plan } from '@capstan/core/placement'
import type { Selector } from '@capstan/core/placement/select'
import type { Sequencer } from '@capstan/core/placement/sequence'
import { countOf } from './flags.ts'
import type { Figures } from './main.ts'
import { type Size, snapshotOf } from './plan-size.ts'
import { median, rounded } from './statistics.ts'

const sequencers: readonly Sequencer[] = ['fifo', 'lifo', 'drf', 'fair-share', 'priority']
const selectors: readonly Selector[] = ['dispersed', 'concentrated', 'balanced']
const rounds = 3

/**
 * Processor time of one turn: all agents empty, more sessions waiting than fit, four slots, mixed sizes. And how it grows
 * with the number of sessions and of agents, from an eighth of each up: the slope of logarithms, fitted by least squares.
 */
export async function planBench(flags: readonly string[]): Promise<Figures> {
  const agents = countOf(flags, 'agents', 5000)
  const pending = countOf(flags, 'pending', 100_000)
  const figures: Record<string, number> = {}
  for (const sequencer of sequencers)
    for (const selector of selectors) {
      const took = measure({ agents, pending, sequencer, selector })
      figures[`turnMs.${sequencer}.${selector}`] = rounded(took)
    }
  for (const selector of selectors) {
    const parts = [1 / 8, 1 / 4, 1 / 2, 1]
    const bySessions = parts.map(part => scaled({ agents, pending: pending * part }, selector))
    const byAgents = parts.map(part => scaled({ agents: agents * part, pending }, selector))
    figures[`exponentPending.${selector}`] = rounded(slope(parts, bySessions))
    figures[`exponentAgents.${selector}`] = rounded(slope(parts, byAgents))
  }
  return figures
}

const scaled = (size: { agents: number; pending: number }, selector: Selector): number =>
  measure({
    agents: Math.ceil(size.agents),
    pending: Math.ceil(size.pending),
    sequencer: 'drf',
    selector,
  })

/** Median of a few turns, after one that warms up. */
function measure(size: Size): number {
  const snapshot = snapshotOf(size)
  const taken: number[] = []
  for (let round = 0; round <= rounds; round++) {
    const before = process.cpuUsage()
    plan(snapshot)
    const { user, system } = process.cpuUsage(before)
    if (round > 0) taken.push((user + system) / 1000)
  }
  return median(taken)
}

/** Of the logarithms of `y` over those of `x`. */
function slope(x: readonly number[], y: readonly number[]): number {
  const logs = x.map((value, i) => [Math.log(value), Math.log(y[i]!)] as const)
  const meanX = logs.reduce((sum, [a]) => sum + a, 0) / logs.length
  const meanY = logs.reduce((sum, [, b]) => sum + b, 0) / logs.length
  const over = logs.reduce((sum, [a, b]) => sum + (a - meanX) * (b - meanY), 0)
  return over / logs.reduce((sum, [a]) => sum + (a - meanX) ** 2, 0)
}
