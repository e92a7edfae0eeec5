import { expect, test } from 'vitest'
import { agent, demand, planned } from '../../test-data/turn.ts'
import type { Demand, Snapshot } from '../placement.ts'

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
