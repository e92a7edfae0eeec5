import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  checkAsked,
  checkHeld,
  checkOwned,
  checkStart,
  type Limits,
  noUse,
  plus,
  type Use,
} from './limits.ts'

const none: Limits = {
  policy: 'students',
  maxAmounts: {},
  maxClusterSize: null,
  maxConcurrentCount: null,
  maxPendingCount: null,
  maxPendingAmounts: {},
}
const one = { amounts: { cpu: 1000, mem: 2 ** 30 }, clusterSize: 1 }

test('POL-06 the failure names the policy, the limit, what is in use and what is asked for', () => {
  const use: Use = { count: 2, amounts: { cpu: 3500 } }
  expect(checkStart({ ...none, maxAmounts: { cpu: 4000 } }, use, one)).toEqual({
    policy: 'students',
    limit: 'amounts.cpu',
    most: 4000,
    used: 3500,
    requested: 1000,
    message: 'Policy students allows 4 cores; 3.5 cores in use, 1 core asked for',
  })
})

test('POL-06 a session of more containers than the policy allows by now does not start', () => {
  const two = { ...one, clusterSize: 2 }
  expect(checkStart({ ...none, maxClusterSize: 1 }, noUse, two)?.limit).toBe('clusterSize')
  expect(checkStart({ ...none, maxClusterSize: 2 }, noUse, two)).toBeUndefined()
})

test.each([
  ['more containers than a session may have', { maxClusterSize: 2 }, noUse, 3, 'clusterSize'],
  ['more at once than could ever start', { maxAmounts: { mem: 2 ** 29 } }, noUse, 1, 'amounts.mem'],
  ['one too many that wait', { maxPendingCount: 1 }, { count: 1, amounts: {} }, 1, 'pendingCount'],
  [
    'more than may be waited for',
    { maxPendingAmounts: { cpu: 1500 } },
    { count: 1, amounts: { cpu: 1000 } },
    1,
    'pending.cpu',
  ],
  ['no session at all', { maxConcurrentCount: 0 }, noUse, 1, 'concurrentCount'],
])('POL-04 a request is refused: %s', (_, limits, pending, clusterSize, expected) => {
  expect(checkAsked({ ...none, ...limits }, pending, { ...one, clusterSize })?.limit).toBe(expected)
})

test('POL-03 a slot without a limit is unlimited, and a limit on one that is not asked for does not matter', () => {
  expect(checkAsked({ ...none, maxAmounts: { 'cuda.device': 0 } }, noUse, one)).toBeUndefined()
  expect(checkStart(none, { count: 10_000, amounts: { cpu: 2 ** 40 } }, one)).toBeUndefined()
})

test('what starts under a policy is never more than it allows', () => {
  const amounts = fc.record({ cpu: fc.nat(3000), mem: fc.nat(3000) })
  const asked = fc.array(fc.record({ amounts, clusterSize: fc.constant(1) }), { maxLength: 30 })
  fc.assert(
    fc.property(amounts, fc.nat(10), asked, (maxAmounts, maxConcurrentCount, requests) => {
      const limits = { ...none, maxAmounts, maxConcurrentCount }
      let use: Use = noUse
      for (const request of requests)
        if (!checkStart(limits, use, request))
          use = { count: use.count + 1, amounts: plus(use.amounts, request.amounts) }
      expect(checkHeld(limits, use)).toBeUndefined()
    }),
  )
})

test('POL-12 POL-21 one more than a person or project may own is refused with the figures, and never one fewer', () => {
  const owned = { policy: 'students', limit: 'customImageCount', used: 2, requested: 1 } as const
  expect(checkOwned({ ...owned, most: null })).toBeUndefined()
  expect(checkOwned({ ...owned, most: 3 })).toBeUndefined()
  expect(checkOwned({ ...owned, most: 2 })).toEqual({
    ...owned,
    most: 2,
    message: 'Policy students allows 2 customized images; there are 2, 1 more asked for',
  })
  fc.assert(
    fc.property(
      fc.constantFrom('folderCount', 'serviceSessionCount', 'customImageCount', 'networkCount'),
      fc.nat(1000),
      fc.nat(1000),
      fc.integer({ min: 1, max: 100 }),
      (limit, most, used, requested) => {
        const isRefused = checkOwned({ policy: 'p', limit, most, used, requested }) !== undefined
        expect(isRefused).toBe(used + requested > most)
      },
    ),
  )
})
