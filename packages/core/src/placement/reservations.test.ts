import fc from 'fast-check'
import { expect, test } from 'vitest'
import { agent, demand, idle, planned } from '../../test-data/turn.ts'
import { type Coming, Turns } from '../../test-data/turns.ts'
import type { Running } from '../placement.ts'
import type { Selector } from './select.ts'
import type { Sequencer } from './sequence.ts'

const half = (id: string) => {
  const one = agent(id)
  return { ...one, devices: one.devices.map(device => ({ ...device, free: device.free / 2 })) }
}
const runsOn = (agentId: string, given: Partial<Running> = {}): Running => ({
  ...idle,
  sessionId: `on-${agentId}`,
  kernels: [
    {
      agentId,
      devices: [
        { deviceId: 'cpu', slot: 'cpu', amount: 2000 },
        { deviceId: 'mem', slot: 'mem', amount: 4000 },
      ],
    },
  ],
  ...given,
})
const overdue = { retriesToSkip: 3, reserveAfterMs: 1000, now: 100_000 }
const large = () => demand({ cpu: 3000 }, { skips: 3, enqueuedAt: 0 })

test('SCH-08 agents are kept for one that was passed over too long; those that end before it can start go first, others wait', () => {
  const first = large()
  const short = demand({ cpu: 500 }, { endsAt: 150_000 })
  const long = demand({ cpu: 1500 }, { skips: 3, endsAt: 500_000 })
  const beside = demand({ cpu: 1000 }, { endsAt: 500_000 })
  const { placed, waiting } = planned({
    ...overdue,
    agents: [half('a')],
    running: [runsOn('a', { endsAt: 200_000 })],
    queue: [first, short, long, beside],
  })
  expect(placed.map(one => one.sessionId)).toEqual([short.sessionId, beside.sessionId])
  expect(waiting[0]).toMatchObject({
    sessionId: first.sessionId,
    startsAt: 200_000,
    reason: {
      code: 'reserved',
      message:
        'needs 3 cores on one agent; the most that is free is 2 cores, on a; a is kept for it: it starts there at 1970-01-01T00:03:20.000Z at the latest',
      data: { agentIds: ['a'], startsAt: '1970-01-01T00:03:20.000Z' },
    },
  })
  expect(waiting[1]?.reason).toMatchObject({
    code: 'behind_reserved',
    message:
      'It would delay a session that has waited since 1970-01-01T00:00:00.000Z and is to start on a at 1970-01-01T00:03:20.000Z',
    data: { sessionId: first.sessionId },
  })
})

test('SCH-08 of several agents that one is kept which has room first; the others go on taking small ones', () => {
  const small = [1, 2, 3, 4].map(() => demand({ cpu: 1000 }))
  const { placed, waiting } = planned({
    ...overdue,
    agents: [half('a'), half('b')],
    running: [runsOn('a', { endsAt: 300_000 }), runsOn('b', { endsAt: 200_000 })],
    queue: [large(), ...small],
  })
  expect(waiting[0]).toMatchObject({ startsAt: 200_000, reason: { data: { agentIds: ['b'] } } })
  // Beside its three cores one is left on b.
  expect(placed.map(one => one.kernels[0]!.agentId).sort()).toEqual(['a', 'a', 'b'])
})

test('SCH-08 where nobody knows when what runs will end, the agent that lacks least is kept, and no time is promised', () => {
  const { waiting } = planned({
    ...overdue,
    agents: [half('a'), half('b')],
    running: [],
    queue: [large(), demand({ cpu: 2000 }, { skips: 3 })],
  })
  expect(waiting[0]).toMatchObject({ startsAt: null, reason: { data: { agentIds: ['a'] } } })
  expect(waiting[0]?.reason.message).toContain('it starts there when enough of what runs has ended')
})

test('nothing is kept before the time of the group has passed, nor where it says never, nor for what would never fit', () => {
  const agents = [half('a')]
  const running = [runsOn('a', { endsAt: 200_000 })]
  const small = demand({ cpu: 2000 })
  const starts = (given: Parameters<typeof planned>[0], first = large()) =>
    planned({ agents, running, ...overdue, queue: [first, small], ...given }).placed.length
  expect(starts({})).toBe(0)
  expect(starts({ reserveAfterMs: 200_000 })).toBe(1)
  const { reserveAfterMs: _, ...never } = overdue
  expect(planned({ agents, running, ...never, queue: [large(), small] }).placed).toHaveLength(1)
  expect(starts({}, { ...large(), kernels: [{ kernelIndex: 0, amounts: { cpu: 9000 } }] })).toBe(1)
})

interface Run {
  readonly sequencer: Sequencer
  readonly selector: Selector
  readonly agents: number
  readonly largeCpu: number
  readonly small: { readonly cpu: number; readonly runsMs: number }[]
  readonly containers: number
  readonly knowsEnds: boolean
}

const anyRun: fc.Arbitrary<Run> = fc.record({
  sequencer: fc.constantFrom<Sequencer>('fifo', 'lifo', 'drf', 'fair-share', 'priority'),
  selector: fc.constantFrom<Selector>('dispersed', 'concentrated', 'balanced'),
  agents: fc.integer({ min: 1, max: 3 }),
  largeCpu: fc.integer({ min: 3000, max: 4000 }),
  small: fc.array(
    fc.record({
      cpu: fc.integer({ min: 500, max: 2500 }),
      runsMs: fc.integer({ min: 500, max: 8000 }),
    }),
    { minLength: 1, maxLength: 6 },
  ),
  containers: fc.integer({ min: 1, max: 2 }),
  knowsEnds: fc.boolean(),
})

/** A stream of small sessions that would fill the agents for ever, and a large one in the midst of it. */
function* stream({ sequencer, selector, agents, largeCpu, small, knowsEnds, containers }: Run) {
  const nodes = Array.from({ length: agents }, (_, i) => agent(`a${i}`))
  const turns = new Turns(nodes, { sequencer, selector }, knowsEnds)
  const comes = (count: number, at: number): Coming[] =>
    Array.from({ length: count }, (_, i) => {
      const { cpu, runsMs } = small[(at + i) % small.length]!
      return { demand: demand({ cpu }, { ownerId: `u${i % 3}`, enqueuedAt: turns.now }), runsMs }
    })
  turns.turn(1000, comes(agents, 0))
  const kernels = Array.from({ length: Math.min(containers, agents) }, (_, kernelIndex) => ({
    kernelIndex,
    amounts: { cpu: largeCpu },
  }))
  const first = demand({}, { ownerId: 'l', kernels, enqueuedAt: turns.now })
  turns.turn(1000, [{ demand: first, runsMs: 5000 }])
  for (let at = 0; ; at++) {
    const made = turns.turn(1000, comes(2 * agents, at))
    yield { turns, first, waits: made.waiting.find(one => one.sessionId === first.sessionId) }
  }
}

test('SCH-08 nobody waits for ever under a stream of smaller sessions, whatever the order and the selector', () => {
  fc.assert(
    fc.property(anyRun, given => {
      let count = 0
      for (const { waits } of stream(given)) {
        if (!waits) return
        // Two tries and the time of the group, then all that runs has ended after 8 s at most, on each of the agents.
        expect(count++).toBeLessThan(40)
      }
    }),
    { numRuns: 60 },
  )
})

test('SCH-08 the time that was promised to one for which agents are kept is never put off by those behind it', () => {
  fc.assert(
    fc.property(anyRun, given => {
      let promised = Infinity
      let count = 0
      for (const { waits, turns } of stream({ ...given, knowsEnds: true })) {
        if (!waits) return
        if (promised < Infinity) expect(turns.now).toBeLessThanOrEqual(promised + 1000)
        if (waits.reason.code === 'reserved') {
          expect(waits.startsAt).toBeLessThanOrEqual(promised)
          promised = waits.startsAt!
        }
        expect(count++).toBeLessThan(40)
      }
    }),
    { numRuns: 60 },
  )
})

test('where more is given out than there is, that much has to end before anything is free', () => {
  const one = agent('a')
  const over = {
    ...one,
    devices: one.devices.map(device => ({ ...device, free: device.slot === 'cpu' ? -2000 : 4000 })),
  }
  const running = [
    runsOn('a', { sessionId: 'x', endsAt: 200_000 }),
    runsOn('a', { sessionId: 'y', endsAt: 300_000 }),
    runsOn('a', { sessionId: 'z', endsAt: 400_000 }),
  ]
  const { waiting } = planned({ ...overdue, agents: [over], running, queue: [large()] })
  expect(waiting[0]?.startsAt).toBe(400_000)
})

test('SCH-08 what could never start, whatever ends, takes no place among those for which agents are kept', () => {
  const shares = {
    ...agent('a'),
    devices: [
      ...half('a').devices,
      { id: 'g0', slot: 'cuda.shares', capacity: 1000, free: 1000 },
      { id: 'g1', slot: 'cuda.shares', capacity: 1000, free: 1000 },
    ],
  }
  const given = { skips: 3, enqueuedAt: 0 }
  const three = [0, 1, 2].map(kernelIndex => ({ kernelIndex, amounts: { 'cuda.shares': 700 } }))
  const never = (['single-node', 'multi-node'] as const).flatMap(clusterMode =>
    [1, 2].map(() => demand({}, { ...given, kernels: three, clusterMode })),
  )
  const first = large()
  const { waiting } = planned({
    ...overdue,
    agents: [shares],
    running: [runsOn('a', { endsAt: 200_000 })],
    queue: [...never, first],
  })
  const reasons = new Map(waiting.map(one => [one.sessionId, one.reason.code]))
  expect(reasons.get(first.sessionId)).toBe('reserved')
  for (const { sessionId } of never) expect(reasons.get(sessionId)).toBe('insufficient_resources')
})

test('SCH-08 one that may start only since a moment ago, by its start time or the end of others, has not been passed over for long', () => {
  const given = { skips: 3, enqueuedAt: 0 }
  const free = demand({ cpu: 3000 }, { ...given, waitsSince: 99_500 })
  const agents = [half('a')]
  const running = [runsOn('a', { endsAt: 200_000 })]
  const codes = (now: number) =>
    planned({ ...overdue, now, agents, running, queue: [free] }).waiting.map(one => one.reason.code)
  expect(codes(100_000)).toEqual(['insufficient_resources'])
  expect(codes(100_500)).toEqual(['reserved'])
})
