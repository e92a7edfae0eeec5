import { heartbeatMs } from '@capstan/contract/sync'
import { expect, test } from 'vitest'
import { heartbeatFor, promisedMs, waitFor } from './heartbeat.ts'

test('a small cluster hears of each agent every five seconds, a large one less often, and none less than every thirty', () => {
  expect([0, 1, 1000].map(heartbeatFor)).toEqual([heartbeatMs, heartbeatMs, heartbeatMs])
  expect([2000, 5000, 6000, 100_000].map(heartbeatFor)).toEqual([10_000, 25_000, 30_000, 30_000])
})

test('AGT-06 an agent that follows the pace it is told keeps its promise, and promises no less than that', () => {
  for (const count of [1, 3000, 9000])
    for (const random of [0, 0.5, 1]) {
      const waitMs = waitFor(heartbeatFor(count), random)
      expect(promisedMs(waitMs)).toBeGreaterThan(waitMs)
      expect(promisedMs(waitMs)).toBeLessThanOrEqual(heartbeatFor(count))
    }
  expect(promisedMs(0)).toBe(heartbeatMs)
})

test('agents that report at the same moment do not do so for ever', () => {
  const waits = [0, 0.1, 0.5, 0.99].map(random => waitFor(25_000, random))
  expect(waits).toEqual([24_500, 24_255, 23_275, 22_075])
})
