import { type AgentView, type Demand, plan, type Snapshot } from '@capstan/core/placement'
import type { Selector } from '@capstan/core/placement/select'
import type { Sequencer } from '@capstan/core/placement/sequence'
import { countOf } from './flags.ts'
import type { Figures } from './main.ts'
import { below, randomOf } from './random.ts'
import { median, rounded } from './statistics.ts'

const sequencers: readonly Sequencer[] = ['fifo', 'lifo', 'drf', 'fair-share', 'priority']
const selectors: readonly Selector[] = ['dispersed', 'concentrated', 'balanced']
const gib = 2 ** 30
const owners = 500
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

interface Case {
  readonly agents: number
  readonly pending: number
  readonly sequencer: Sequencer
  readonly selector: Selector
}

/** Median of a few turns, after one that warms up. */
function measure({ agents, pending, sequencer, selector }: Case): number {
  const snapshot: Snapshot = {
    agents: Array.from({ length: agents }, (_, i) => agentOf(i)),
    queue: queueOf(pending),
    accounts: new Map(),
    sequencer,
    selector,
    retriesToSkip: 0,
  }
  const taken: number[] = []
  for (let round = 0; round <= rounds; round++) {
    const before = process.cpuUsage()
    plan(snapshot)
    const { user, system } = process.cpuUsage(before)
    if (round > 0) taken.push((user + system) / 1000)
  }
  return median(taken)
}

/** Three kinds of node: with whole GPUs, with shared ones, without. */
function agentOf(i: number): AgentView {
  const gpus = i % 4 === 3 ? 0 : 8
  const slot = i % 4 === 2 ? 'cuda.shares' : 'cuda.device'
  const capacity = slot === 'cuda.shares' ? 1000 : 1
  return {
    id: `agent-${String(i).padStart(6, '0')}`,
    architecture: 'x86_64',
    runtimes: ['docker'],
    images: new Set(),
    devices: [
      { id: 'cpu', slot: 'cpu', capacity: 64_000, free: 64_000 },
      { id: 'mem', slot: 'mem', capacity: 512 * gib, free: 512 * gib },
      ...Array.from({ length: gpus }, (_, n) => ({
        id: `gpu${n}`,
        slot,
        capacity,
        free: capacity,
      })),
    ],
  }
}

function queueOf(length: number): Demand[] {
  const random = randomOf(1)
  return Array.from({ length }, (_, i) => ({
    sessionId: `session-${String(i).padStart(7, '0')}`,
    ownerId: `owner-${below(random, owners)}`,
    accessKey: 'key',
    priority: 10,
    enqueuedAt: i,
    imageId: 'image',
    architecture: 'x86_64',
    runtime: 'docker',
    needsImageInstalled: false,
    failedAgentIds: [],
    skips: 0,
    kernels: [{ kernelIndex: 0, amounts: amountsOf(random) }],
  }))
}

/** Half ask for whole GPUs, a quarter for a share, a quarter for none; cores and memory vary freely: thousands of sizes. */
function amountsOf(random: () => number): Record<string, number> {
  const base = { cpu: 1000 * (1 + below(random, 16)), mem: gib * (1 + below(random, 64)) }
  const kind = below(random, 4)
  if (kind < 2) return { ...base, 'cuda.device': 2 ** below(random, 4) }
  return kind === 2 ? { ...base, 'cuda.shares': 100 * (1 + below(random, 9)) } : base
}

/** Of the logarithms of `y` over those of `x`. */
function slope(x: readonly number[], y: readonly number[]): number {
  const logs = x.map((value, i) => [Math.log(value), Math.log(y[i]!)] as const)
  const meanX = logs.reduce((sum, [a]) => sum + a, 0) / logs.length
  const meanY = logs.reduce((sum, [, b]) => sum + b, 0) / logs.length
  const over = logs.reduce((sum, [a, b]) => sum + (a - meanX) * (b - meanY), 0)
  return over / logs.reduce((sum, [a]) => sum + (a - meanX) ** 2, 0)
}
