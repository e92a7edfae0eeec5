import fc from 'fast-check'
import { expect, test } from 'vitest'
import { failureWindowMs, freeNumbers, restOf, surplus } from './replicas.ts'

const now = Date.UTC(2030, 0)
const failed = (...agesS: number[]) =>
  agesS.map(ageS => ({ endedAt: now - ageS * 1000, code: 'exited' }))
/** Seconds to go. */
const rests = (ended: ReturnType<typeof failed>, replicaCount = 1): number | null => {
  const rest = restOf(ended, { replicaCount, now })
  return rest === null ? null : (rest.until - now) / 1000
}

test('a replica that failed is replaced after a rest that doubles with each failure, up to five minutes', () => {
  expect(rests([])).toBeNull()
  expect(rests(failed(0))).toBe(10)
  expect(rests(failed(3, 20))).toBe(17)
  expect(rests(failed(0, 20, 60))).toBe(40)
  expect(rests(failed(0, ...Array.from({ length: 40 }, (_, index) => index + 1)))).toBe(300)
  expect(rests(failed(11))).toBeNull()
})

test('failures count for each replica that is to run, within an hour, and ends that somebody wanted do not', () => {
  expect(rests(failed(0, 0, 0), 3)).toBe(10)
  expect(rests(failed(0, 0, 0, 0), 3)).toBe(20)
  expect(rests(failed(0, failureWindowMs / 1000))).toBe(10)
  expect(rests([{ endedAt: now, code: 'user_requested' }])).toBeNull()
  const [failure] = failed(4)
  const ended = [{ endedAt: now, code: 'preempted' }, failure!]
  const rest = { count: 1, until: now + 6000, latest: failure }
  expect(restOf(ended, { replicaCount: 1, now })).toEqual(rest)
  // Each rests from its own end on.
  expect(restOf(failed(4, 11, 9), { replicaCount: 3, now })).toEqual({ ...rest, count: 2 })
})

test('of too many replicas those go that do not run yet, or not on a machine that answers, then the youngest; never more than are too many', () => {
  const live = [
    { id: 'a', status: 'running', isNodeLost: false },
    { id: 'b', status: 'pending', isNodeLost: false },
    { id: 'c', status: 'running', isNodeLost: false },
    { id: 'd', status: 'creating', isNodeLost: false },
  ] as const
  const ended = (count: number) => surplus(live, count).map(({ id }) => id)
  expect(ended(3)).toEqual(['d'])
  expect(ended(2)).toEqual(['d', 'b'])
  expect(ended(1)).toEqual(['d', 'b', 'c'])
  expect(ended(0)).toHaveLength(4)
  const lost = { id: 'A', status: 'running', isNodeLost: true } as const
  expect(surplus([lost, ...live], 2).map(({ id }) => id)).toEqual(['d', 'b', 'A'])
  fc.assert(
    fc.property(fc.nat(10), count => ended(count).length === Math.max(0, live.length - count)),
  )
})

test('new replicas take the numbers after the latest that nothing else is called by', () => {
  const isTaken = (number: number) => [3, 5, 6].includes(number)
  expect(freeNumbers({ after: 2, count: 3, isTaken })).toEqual([4, 7, 8])
  expect(freeNumbers({ after: 2, count: 0, isTaken })).toEqual([])
})
