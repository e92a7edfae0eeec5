import type { AgentView, Demand, Snapshot } from '@capstan/core/placement'
import type { Selector } from '@capstan/core/placement/select'
import type { Sequencer } from '@capstan/core/placement/sequence'
import { below, randomOf } from './random.ts'

const gib = 2 ** 30
const owners = 500

/** How large a turn is, and how it is decided. */
export interface Size {
  readonly agents: number
  readonly pending: number
  readonly sequencer: Sequencer
  readonly selector: Selector
}

/** All agents empty, and so many sessions of mixed sizes waiting, in four slots. */
export const snapshotOf = ({ agents, pending, sequencer, selector }: Size): Snapshot => ({
  agents: Array.from({ length: agents }, (_, i) => agentOf(i)),
  queue: queueOf(pending),
  accounts: new Map(),
  sequencer,
  selector,
  retriesToSkip: 0,
})

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
