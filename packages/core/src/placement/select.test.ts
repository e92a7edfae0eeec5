import { expect, test } from 'vitest'
import { agent, agentsOf, demand, idle, planned } from '../../test-data/turn.ts'
import type { AgentView } from '../placement.ts'

test('SCH-04 with four GPU nodes and two sessions, dispersed uses two nodes, concentrated one', () => {
  const agents = ['a', 'b', 'c', 'd'].map(id => agent(id, { gpus: 4 }))
  const queue = [demand({ cpu: 100, 'cuda.device': 1 }), demand({ cpu: 100, 'cuda.device': 1 })]
  expect(new Set(agentsOf(planned({ agents, queue }))).size).toBe(2)
  expect(new Set(agentsOf(planned({ agents, queue, selector: 'concentrated' }))).size).toBe(1)
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

test('SCH-04 balanced leaves whole nodes to those who want all of one, however many there are', () => {
  const agents = Array.from({ length: 400 }, (_, i) => agent(`a${i}`, { cpu: 64_000, gpus: 8 }))
  const ask = (count: number, gpus: number) =>
    Array.from({ length: count }, () => demand({ cpu: 1000 * gpus, 'cuda.device': gpus }))
  for (const single of [80, 400, 1600]) {
    const queue = [...ask(single, 1), ...ask(400 - single / 8, 8)]
    const { waiting } = planned({ agents, queue, selector: 'balanced', retriesToSkip: 0 })
    expect(waiting).toEqual([])
  }
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
