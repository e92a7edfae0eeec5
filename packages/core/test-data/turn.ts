import fc from 'fast-check'
import { type AgentView, type Demand, plan, type Running, type Snapshot } from '../src/placement.ts'
import type { Selector } from '../src/placement/select.ts'
import type { Sequencer } from '../src/placement/sequence.ts'

/** An agent of nothing but cores and memory, unless more is given: `gpus` whole ones. Nothing runs on it. */
export const agent = (id: string, given: Record<string, number> = {}): AgentView => {
  const { gpus = 0, ...slots } = { cpu: 4000, mem: 8000, ...given }
  return {
    id,
    architecture: 'x86_64',
    runtimes: ['docker'],
    images: new Set(),
    devices: [
      ...Object.entries(slots).map(([slot, capacity]) => ({
        id: slot,
        slot,
        capacity,
        free: capacity,
      })),
      ...Array.from({ length: gpus }, (_, i) => ({
        id: `gpu${i}`,
        slot: 'cuda.device',
        capacity: 1,
        free: 1,
      })),
    ],
  }
}

let made = 0
/** A session that waits, of one container; each made later is enqueued later. */
export const demand = (amounts: Record<string, number>, given: Partial<Demand> = {}): Demand => ({
  sessionId: `s${String(made++).padStart(6, '0')}`,
  ownerId: 'u',
  accessKey: 'k',
  priority: 10,
  enqueuedAt: made,
  imageId: 'i',
  architecture: 'x86_64',
  runtime: 'docker',
  needsImageInstalled: false,
  kernels: [{ kernelIndex: 0, amounts }],
  failedAgentIds: [],
  skips: 0,
  ...given,
})

/** The plan of a snapshot of which the rest is ordinary: fifo, dispersed, three retries. */
export const planned = (given: Partial<Snapshot>): ReturnType<typeof plan> =>
  plan({
    agents: [],
    queue: [],
    sequencer: 'fifo',
    selector: 'dispersed',
    retriesToSkip: 3,
    accounts: new Map(),
    ...given,
  })

/** Where the containers go, in the order of the plan. */
export const agentsOf = (result: ReturnType<typeof plan>): string[] =>
  result.placed.flatMap(({ kernels }) => kernels.map(kernel => kernel.agentId))

/** What a running session has besides its name and what it holds. */
export const idle: Omit<Running, 'sessionId' | 'kernels'> = {
  ownerId: 'u',
  priority: 10,
  isPreemptible: false,
  isEnding: false,
  startedAt: 0,
  endsAt: null,
}

const anyAgent = fc.record({
  cpu: fc.integer({ min: 0, max: 8000 }),
  mem: fc.integer({ min: 0, max: 8000 }),
  gpus: fc.integer({ min: 0, max: 4 }),
  shares: fc.array(fc.integer({ min: 0, max: 1000 }), { maxLength: 3 }),
})
const anyDemand = fc.record({
  kernels: fc.array(
    fc.record(
      {
        cpu: fc.integer({ min: 1, max: 5000 }),
        mem: fc.integer({ min: 1, max: 5000 }),
        'cuda.device': fc.integer({ min: 1, max: 3 }),
        'cuda.shares': fc.integer({ min: 1, max: 1000 }),
      },
      { requiredKeys: ['cpu'] },
    ),
    { minLength: 1, maxLength: 3 },
  ),
  priority: fc.integer({ min: 0, max: 2 }),
  skips: fc.integer({ min: 0, max: 4 }),
})
/** Small groups of all kinds. */
export const anySnapshot = fc
  .record({
    agents: fc.array(anyAgent, { maxLength: 5 }),
    demands: fc.array(anyDemand, { maxLength: 12 }),
    sequencer: fc.constantFrom<Sequencer>('fifo', 'lifo', 'drf', 'fair-share', 'priority'),
    selector: fc.constantFrom<Selector>('dispersed', 'concentrated', 'balanced'),
  })
  .map(({ agents, demands, ...rest }): Snapshot => ({
    ...rest,
    retriesToSkip: 3,
    accounts: new Map(),
    agents: agents.map(({ shares, ...one }, i) => {
      const view = agent(`a${i}`, one)
      const parts = shares.map((free, n) => ({
        id: `part${n}`,
        slot: 'cuda.shares',
        capacity: 1000,
        free,
      }))
      return { ...view, devices: [...view.devices, ...parts] }
    }),
    queue: demands.map(({ kernels, ...one }) =>
      demand(
        {},
        { ...one, kernels: kernels.map((amounts, kernelIndex) => ({ kernelIndex, amounts })) },
      ),
    ),
  }))
