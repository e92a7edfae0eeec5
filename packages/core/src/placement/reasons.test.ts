import { expect, test } from 'vitest'
import { agent, demand, planned } from '../../test-data/turn.ts'
import type { AgentView, Demand } from '../placement.ts'

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
      'needs 3 GPUs on one agent; the most that is free is 2 GPUs, on b; 1 agent ruled out by architecture',
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
