import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { type Loop, startLoop } from './loop.ts'

const stop = new AbortController()
const stopping: Promise<void>[] = []
afterEach(async () => {
  stop.abort()
  await Promise.all(stopping)
})

/** A loop whose turns take some time, with when each began and ended. */
function loopOf(turnMs: number, restPart: number): { loop: Loop; turns: [number, number][] } {
  const turns: [number, number][] = []
  const loop = startLoop({
    name: 'test',
    everyMs: 60_000,
    restPart,
    signal: stop.signal,
    run: async () => {
      const begunAt = performance.now()
      await sleep(turnMs)
      turns.push([begunAt, performance.now()])
    },
    onError: () => {},
  })
  stopping.push(loop.stopped)
  return { loop, turns }
}

test('what comes right after a turn is gathered for as long as that took, and seen by one turn', async () => {
  const { loop, turns } = loopOf(40, 1)
  await expect.poll(() => turns.length).toBe(1)
  for (let woken = 0; woken < 5; woken++) loop.wake()
  await expect.poll(() => turns.length).toBe(2)
  const [[begunAt, endedAt], [nextAt]] = turns as [[number, number], [number, number]]
  expect(nextAt - endedAt).toBeGreaterThanOrEqual((endedAt - begunAt) * 0.9)
})
