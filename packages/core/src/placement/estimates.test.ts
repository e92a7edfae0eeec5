import { expect, test } from 'vitest'
import { agent, demand, idle, planned } from '../../test-data/turn.ts'
import type { Running } from '../placement.ts'

const full = { ...agent('a'), devices: agent('a').devices.map(one => ({ ...one, free: 0 })) }
const runs = (sessionId: string, cpu: number, endsAt: number | null): Running => ({
  ...idle,
  sessionId,
  endsAt,
  kernels: [{ agentId: 'a', devices: [{ deviceId: 'cpu', slot: 'cpu', amount: cpu }] }],
})
const startsOf = (given: Parameters<typeof planned>[0]) =>
  planned({ agents: [full], now: 1000, ...given }).waiting.map(one => one.startsAt)

test('each that waits is told about when it starts, by what ends until then, in its turn', () => {
  const running = [runs('x', 1000, 5000), runs('y', 3000, 9000)]
  const queue = [1000, 2000, 1000].map(cpu => demand({ cpu }, { endsAt: 20_000 }))
  expect(startsOf({ running, queue })).toEqual([5000, 9000, 9000])
})

test('what was started by then ends too', () => {
  const running = [runs('x', 4000, 5000)]
  const queue = [demand({ cpu: 4000 }, { endsAt: 7000 }), demand({ cpu: 4000 })]
  expect(startsOf({ running, queue })).toEqual([5000, 7000])
})

test('no time is told where nobody knows one: of ends, of a time that a policy holds back, of what never fits', () => {
  const running = [runs('x', 4000, 5000)]
  const queue = [demand({ cpu: 1000 })]
  expect(startsOf({ running: [runs('x', 4000, null)], queue })).toEqual([null])
  expect(startsOf({ running, queue: [demand({ cpu: 1000 }, { notBefore: 8000 })] })).toEqual([null])
  expect(startsOf({ running, queue: [demand({ cpu: 5000 })] })).toEqual([null])
  expect(startsOf({ queue })).toEqual([null])
})

test('one that is ending gives its room at once', () => {
  const running = [{ ...runs('x', 4000, null), isEnding: true }]
  expect(startsOf({ running, queue: [demand({ cpu: 1000 })] })).toEqual([1000])
})
