import { expect, test } from 'vitest'
import { agent, demand, planned } from '../../test-data/turn.ts'
import type { AgentView, DeviceView } from '../placement.ts'
import type { Selector } from './select.ts'

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
