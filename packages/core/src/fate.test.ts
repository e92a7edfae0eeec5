import type { Fate } from '@capstan/contract/scheduler'
import { expect, test } from 'vitest'
import { cancelOverdue, compareFates } from './fate.ts'
import type { Demand } from './placement.ts'

const fate = (position: number, outcome: Fate['outcome'] = 'waits'): Fate => ({
  outcome,
  position,
  agentIds: [],
  reason: null,
  expectedAt: null,
})

test('those that would be started, or no longer, come first; then those that move furthest; others are left out', () => {
  const now = new Map([
    ['a', fate(1, 'starts')],
    ['b', fate(2)],
    ['c', fate(3)],
    ['d', fate(4)],
  ])
  const changed = new Map([
    ['d', fate(1)],
    ['b', fate(2)],
    ['c', fate(4)],
    ['a', fate(3)],
  ])
  expect(compareFates(now, changed).map(({ sessionId }) => sessionId)).toEqual(['a', 'd', 'c'])
})

const demand = (sessionId: string, enqueuedAt: number): Demand => ({
  sessionId,
  enqueuedAt,
  ownerId: 'o',
  accessKey: 'k',
  priority: 10,
  imageId: 'i',
  architecture: 'x86_64',
  runtime: 'docker',
  needsImageInstalled: false,
  kernels: [],
  failedAgentIds: [],
  skips: 0,
})

test('a shorter pending timeout cancels those that have waited longer; 0 cancels nobody', () => {
  const queue = [demand('old', 0), demand('new', 9000)]
  const { queue: left, cancelled } = cancelOverdue(queue, { now: 10_000, timeoutS: 5 })
  expect(left.map(({ sessionId }) => sessionId)).toEqual(['new'])
  expect(cancelled.get('old')).toMatchObject({ outcome: 'cancelled' })
  const free = { ...demand('scheduled', 0), waitsSince: 8000 }
  const waiter = { ...demand('waiter', 0), waitsSince: null }
  expect(cancelOverdue([free, waiter], { now: 10_000, timeoutS: 5 }).cancelled.size).toBe(0)
  expect(cancelOverdue(queue, { now: 10_000, timeoutS: 0 }).cancelled.size).toBe(0)
})
