import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type AgentView, type Demand, type DeviceView, plan, type Snapshot } from './placement.ts'
import type { Selector } from './placement/select.ts'
import type { Sequencer } from './placement/sequence.ts'

const agent = (id: string, given: Record<string, number> = {}): AgentView => {
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
const demand = (amounts: Record<string, number>, given: Partial<Demand> = {}): Demand => ({
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

const planned = (given: Partial<Snapshot>): ReturnType<typeof plan> =>
  plan({
    agents: [],
    queue: [],
    sequencer: 'fifo',
    selector: 'dispersed',
    retriesToSkip: 3,
    accounts: new Map(),
    ...given,
  })

const agentsOf = (result: ReturnType<typeof plan>): string[] =>
  result.placed.flatMap(({ kernels }) => kernels.map(kernel => kernel.agentId))

test('SCH-03 FIFO starts the earliest first, LIFO the latest, a higher priority before both', () => {
  const agents = [agent('a', { cpu: 1000 })]
  const queue = [demand({ cpu: 1000 }), demand({ cpu: 1000 }), demand({ cpu: 1000 })]
  expect(planned({ agents, queue }).placed[0]?.sessionId).toBe(queue[0]!.sessionId)
  expect(planned({ agents, queue, sequencer: 'lifo' }).placed[0]?.sessionId).toBe(
    queue[2]!.sessionId,
  )
  const urgent = demand({ cpu: 1000 }, { priority: 11 })
  expect(planned({ agents, queue: [...queue, urgent] }).placed[0]?.sessionId).toBe(urgent.sessionId)
})

test('SCH-03 DRF gives 3 and 2 tasks in the example of the paper that defined it', () => {
  // Ghodsi et al., NSDI 2011, section 4: 9 CPU and 18 GB; tasks of <1 CPU, 4 GB> and of <3 CPU, 1 GB>.
  const agents = [agent('a', { cpu: 9, mem: 18 })]
  const tasks = (ownerId: string, amounts: Record<string, number>): Demand[] =>
    Array.from({ length: 9 }, () => demand(amounts, { ownerId }))
  const queue = [...tasks('A', { cpu: 1, mem: 4 }), ...tasks('B', { cpu: 3, mem: 1 })]
  const owners = queue.map(one => [one.sessionId, one.ownerId] as const)
  const { placed } = planned({ agents, queue, sequencer: 'drf' })
  const given = placed.map(one => new Map(owners).get(one.sessionId))
  expect(given).toEqual(['A', 'B', 'A', 'B', 'A'])
})

test('DRF gives an owner of weight 2 twice as much, and counts what they hold already', () => {
  const agents = [agent('a', { cpu: 6 })]
  const queue = ['A', 'B'].flatMap(ownerId =>
    Array.from({ length: 9 }, () => demand({ cpu: 1 }, { ownerId })),
  )
  const countOf = (owners: Snapshot['owners'] & object): number => {
    const { placed } = planned({ agents, queue, owners, sequencer: 'drf' })
    return placed.filter(one => queue.slice(0, 9).some(own => own.sessionId === one.sessionId))
      .length
  }
  expect(countOf(new Map([['A', { weight: 2, held: {}, pastUse: {} }]]))).toBe(4)
  expect(countOf(new Map([['A', { weight: 1, held: { cpu: 4 }, pastUse: {} }]]))).toBe(1)
})

test('fair-share puts one who has used little lately before one who has used much, though neither holds anything', () => {
  const agents = [agent('a', { cpu: 1 })]
  const queue = ['A', 'B'].map(ownerId => demand({ cpu: 1 }, { ownerId }))
  const owners = new Map([['A', { weight: 1, held: {}, pastUse: { cpu: 0.5 } }]])
  const { placed } = planned({ agents, queue, owners, sequencer: 'fair-share' })
  expect(placed[0]?.sessionId).toBe(queue[1]!.sessionId)
})

test('a session whose time has not come, or that depends on others, waits and keeps nobody waiting', () => {
  const at = (state: 'waiting' | 'succeeded' | 'failed') => [
    { sessionId: 'x', name: 'prepare', state },
  ]
  const queue = [
    demand({ cpu: 1 }, { notBefore: 2000 }),
    demand({ cpu: 1 }, { dependencies: at('waiting') }),
    demand({ cpu: 1 }, { dependencies: at('failed') }),
    demand({ cpu: 1 }, { dependencies: at('succeeded'), notBefore: 1000 }),
  ]
  const { placed, waiting } = planned({ agents: [agent('a')], queue, now: 1000 })
  expect(waiting.map(one => one.reason.code)).toEqual([
    'not_yet',
    'dependency',
    'dependency_failed',
  ])
  expect(waiting.map(one => one.wasTried)).toEqual([false, false, false])
  expect(placed.map(one => one.sessionId)).toEqual([queue[3]!.sessionId])
})

test('SCH-04 with four GPU nodes and two sessions, dispersed uses two nodes, concentrated one', () => {
  const agents = ['a', 'b', 'c', 'd'].map(id => agent(id, { gpus: 4 }))
  const queue = [demand({ cpu: 100, 'cuda.device': 1 }), demand({ cpu: 100, 'cuda.device': 1 })]
  expect(new Set(agentsOf(planned({ agents, queue }))).size).toBe(2)
  expect(new Set(agentsOf(planned({ agents, queue, selector: 'concentrated' }))).size).toBe(1)
})

test('a session that fits nowhere says what it lacks, where most is, and what rules others out', () => {
  const agents = [
    agent('a', { gpus: 1 }),
    agent('b', { gpus: 2 }),
    { ...agent('c'), architecture: 'aarch64' },
  ]
  const { waiting } = planned({ agents, queue: [demand({ cpu: 100, 'cuda.device': 3 })] })
  expect(waiting[0]?.reason).toMatchObject({
    code: 'insufficient_resources',
    message:
      'needs 3 cuda.device on one agent; the most that is free is 2 cuda.device, on b; 1 agent ruled out by architecture',
  })
})

test('what is to be had apart but not together is said so', () => {
  const agents = [agent('a', { cpu: 4000, mem: 10 }), agent('b', { cpu: 10, mem: 8000 })]
  expect(
    planned({ agents, queue: [demand({ cpu: 1000, mem: 1000 })] }).waiting[0]?.reason.message,
  ).toContain('no agent has all of it free at once')
})

test('no agents, another architecture, another runtime, no image: each has a reason of its own', () => {
  const reason = (agents: AgentView[], given: Partial<Demand> = {}): string | undefined =>
    planned({ agents, queue: [demand({ cpu: 1 }, given)] }).waiting[0]?.reason.code
  expect(reason([])).toBe('no_agents')
  expect(reason([agent('a')], { architecture: 'aarch64' })).toBe('wrong_architecture')
  expect(reason([agent('a')], { runtime: 'process' })).toBe('wrong_runtime')
  expect(reason([agent('a')], { needsImageInstalled: true })).toBe('image_not_installed')
})

test('a share comes from one device: the fullest that has it, or with dispersed the freest', () => {
  const shared = {
    ...agent('a'),
    devices: [
      { id: 'cpu', slot: 'cpu', capacity: 4000, free: 4000 },
      { id: 'gpu0', slot: 'cuda.shares', capacity: 1000, free: 600 },
      { id: 'gpu1', slot: 'cuda.shares', capacity: 1000, free: 500 },
    ],
  }
  const queue = [demand({ 'cuda.shares': 500 }), demand({ 'cuda.shares': 700 })]
  const deviceOf = (selector: Selector): string | undefined => {
    const { placed, waiting } = planned({ agents: [shared], queue, selector, retriesToSkip: 0 })
    expect(waiting).toHaveLength(1)
    return placed[0]?.kernels[0]?.devices[0]?.deviceId
  }
  expect(deviceOf('concentrated')).toBe('gpu1')
  expect(deviceOf('balanced')).toBe('gpu1')
  expect(deviceOf('dispersed')).toBe('gpu0')
})

test('shares of several whole devices are whole devices; a part beside whole ones is never to be had', () => {
  const shared = {
    ...agent('a'),
    devices: [
      { id: 'cpu', slot: 'cpu', capacity: 4000, free: 4000 },
      ...[600, 1000, 1000].map((free, i) => ({
        id: `gpu${i}`,
        slot: 'cuda.shares',
        capacity: 1000,
        free,
      })),
    ],
  }
  const queue = [demand({ 'cuda.shares': 1500 }), demand({ 'cuda.shares': 2000 })]
  const { placed, waiting } = planned({ agents: [shared], queue, retriesToSkip: 0 })
  expect(placed[0]?.kernels[0]?.devices.map(one => [one.deviceId, one.amount])).toEqual([
    ['gpu1', 1000],
    ['gpu2', 1000],
  ])
  expect(waiting).toHaveLength(1)
})

test('whole GPUs are taken of one fast link, else of one NUMA node, where the agent reports them', () => {
  const linked = (places: Partial<DeviceView>[]): AgentView => ({
    ...agent('a'),
    devices: [
      { id: 'cpu', slot: 'cpu', capacity: 4000, free: 4000 },
      ...places.map((place, i) => ({
        id: `gpu${i}`,
        slot: 'cuda.device',
        capacity: 1,
        free: 1,
        ...place,
      })),
    ],
  })
  const taken = (places: Partial<DeviceView>[], selector: Selector): string[] => {
    const queue = [demand({ 'cuda.device': 2 })]
    const { placed } = planned({ agents: [linked(places)], queue, selector })
    return placed[0]!.kernels[0]!.devices.map(one => one.deviceId)
  }
  const links = ['x', 'y', 'x', 'y', 'y'].map(linkGroup => ({ linkGroup }))
  expect(taken(links, 'concentrated')).toEqual(['gpu0', 'gpu2'])
  expect(taken(links, 'dispersed')).toEqual(['gpu1', 'gpu3'])
  expect(
    taken(
      [0, 1, 0].map(numaNode => ({ numaNode })),
      'balanced',
    ),
  ).toEqual(['gpu0', 'gpu2'])
})

test('SCH-05 replicas of one service go to different agents with every selector, those that run counted', () => {
  const agents = ['a', 'b', 'c'].map(id => agent(id))
  const running = [
    { ...idle, sessionId: 'r', serviceId: 's', kernels: [{ agentId: 'a', devices: [] }] },
  ]
  const queue = [1, 2, 3].map(() => demand({ cpu: 100 }, { serviceId: 's' }))
  for (const selector of ['dispersed', 'concentrated', 'balanced'] as const) {
    const result = planned({ agents, queue, selector, running, enforceSpreading: true })
    expect(new Set(agentsOf(result).slice(0, 2))).toEqual(new Set(['b', 'c']))
    expect(agentsOf(result)).toHaveLength(3)
  }
})

test('GPU nodes are kept for GPU work, and among equals an agent that has the image is taken', () => {
  const agents = [agent('a', { gpus: 2 }), agent('b'), { ...agent('c'), images: new Set(['i']) }]
  for (const selector of ['dispersed', 'concentrated', 'balanced'] as const)
    expect(agentsOf(planned({ agents, queue: [demand({ cpu: 100 })], selector }))).toEqual(['c'])
})

test('SES-06 all containers of a session are placed or none: on one agent, or wherever there is room', () => {
  const agents = [agent('a', { cpu: 2000 }), agent('b', { cpu: 2000 })]
  const kernels = [0, 1, 2].map(kernelIndex => ({ kernelIndex, amounts: { cpu: 1000 } }))
  const at = (clusterMode: 'single-node' | 'multi-node') =>
    planned({ agents, queue: [demand({}, { kernels, clusterMode })], retriesToSkip: 0 })
  expect(new Set(agentsOf(at('multi-node'))).size).toBe(2)
  expect(at('single-node').placed).toEqual([])
  const larger = planned({
    agents: [agent('z')],
    queue: [demand({}, { kernels, clusterMode: 'single-node' })],
  })
  expect(agentsOf(larger)).toEqual(['z', 'z', 'z'])
})

test('only accelerators of a model that will do are taken', () => {
  const of = (id: string, model: string): AgentView => {
    const view = agent(id, { gpus: 1 })
    return { ...view, devices: view.devices.map(one => ({ ...one, model })) }
  }
  const agents = [of('a', 'T4'), of('b', 'A100')]
  const ask = (deviceModels: string[]) =>
    planned({ agents, queue: [demand({ 'cuda.device': 1 }, { deviceModels })] })
  expect(agentsOf(ask(['A100', 'H100']))).toEqual(['b'])
  expect(ask(['H100']).waiting[0]?.reason.code).toBe('wrong_model')
})

const idle = {
  ownerId: 'u',
  priority: 10,
  isPreemptible: false,
  isEnding: false,
  startedAt: 0,
  endsAt: null,
}

test('an agent on which it failed before is taken last', () => {
  const agents = [agent('a'), agent('b', { cpu: 2000 })]
  expect(
    agentsOf(planned({ agents, queue: [demand({ cpu: 100 }, { failedAgentIds: ['a'] })] })),
  ).toEqual(['b'])
  expect(
    agentsOf(
      planned({ agents: [agent('a')], queue: [demand({ cpu: 1 }, { failedAgentIds: ['a'] })] }),
    ),
  ).toEqual(['a'])
})

test('SCH-08 those behind wait for agents that an earlier one needs, until it was tried in vain often enough', () => {
  const busy = agent('a')
  const agents = [
    { ...busy, devices: busy.devices.map(device => ({ ...device, free: device.free / 2 })) },
  ]
  const large = demand({ cpu: 4000 })
  const small = demand({ cpu: 1000 })
  const first = planned({ agents, queue: [large, small] })
  expect(first.placed).toEqual([])
  expect(first.waiting.map(({ reason }) => reason.code)).toEqual([
    'insufficient_resources',
    'behind',
  ])
  const later = planned({ agents, queue: [{ ...large, skips: 3 }, small] })
  expect(later.placed.map(({ sessionId }) => sessionId)).toEqual([small.sessionId])
})

test('SCH-08 nobody waits for one that no agent could ever hold', () => {
  const { placed } = planned({
    agents: [agent('a')],
    queue: [demand({ cpu: 9000 }), demand({ cpu: 1000 })],
  })
  expect(placed).toHaveLength(1)
})

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
const anySnapshot = fc
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

test('SCH-10 no device gives more than it has, a share is never split, whatever is asked', () => {
  fc.assert(
    fc.property(anySnapshot, snapshot => {
      const given = new Map<string, number>()
      for (const { kernels } of plan(snapshot).placed)
        for (const { agentId, devices } of kernels) {
          expect(
            devices.filter(device => device.slot === 'cuda.shares').length,
          ).toBeLessThanOrEqual(1)
          for (const { deviceId, amount } of devices)
            given.set(`${agentId}/${deviceId}`, (given.get(`${agentId}/${deviceId}`) ?? 0) + amount)
        }
      for (const { id, devices } of snapshot.agents)
        for (const device of devices)
          expect(given.get(`${id}/${device.id}`) ?? 0).toBeLessThanOrEqual(device.free)
    }),
  )
})

test('every session is placed with all its kernels and amounts, or waits with a reason and a position; the same each time', () => {
  fc.assert(
    fc.property(anySnapshot, snapshot => {
      const { placed, waiting, victims } = plan(snapshot)
      expect([...placed, ...waiting].map(one => one.sessionId).sort()).toEqual(
        snapshot.queue.map(one => one.sessionId).sort(),
      )
      for (const { sessionId, kernels } of placed) {
        const asked = snapshot.queue.find(one => one.sessionId === sessionId)!.kernels
        expect(kernels).toHaveLength(asked.length)
        for (const [i, kernel] of kernels.entries()) {
          const sums: Record<string, number> = {}
          for (const { slot, amount } of kernel.devices) sums[slot] = (sums[slot] ?? 0) + amount
          expect(sums).toEqual(asked[i]!.amounts)
        }
      }
      expect(waiting.every(one => one.reason.message !== '')).toBe(true)
      expect(waiting.map(one => one.position)).toEqual(waiting.map((_, i) => i + 1))
      expect(plan(snapshot)).toEqual({ placed, waiting, victims })
    }),
  )
})
