import { heartbeatMs } from '@capstan/contract/sync'
import { expect, test } from 'vitest'
import { heartbeatFor, promisedMs, waitFor } from './heartbeat.ts'

test('a small cluster hears of each agent every five seconds, a large one less often, and none less than every thirty', () => {
  expect([0, 1, 1000].map(heartbeatFor)).toEqual([heartbeatMs, heartbeatMs, heartbeatMs])
  expect([2000, 5000, 6000, 100_000].map(heartbeatFor)).toEqual([10_000, 25_000, 30_000, 30_000])
})

test('AGT-06 an agent that follows the pace it is told keeps its promise', () => {
  for (const count of [1, 3000, 9000])
    expect(promisedMs(waitFor(heartbeatFor(count)))).toBe(heartbeatFor(count))
  expect(promisedMs(0)).toBe(heartbeatMs)
})
