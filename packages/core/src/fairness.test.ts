import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dominantShare, meanUse, projectedUse } from './fairness.ts'

test('the dominant share is the largest part of any slot that there is', () => {
  expect(dominantShare({ cpu: 3000, mem: 12 }, { cpu: 9000, mem: 18 })).toBeCloseTo(2 / 3)
  expect(dominantShare({ cpu: 1, gone: 5 }, { cpu: 2, gone: 0 })).toBe(0.5)
  expect(dominantShare({}, {})).toBe(0)
})

test('past use counts half after a half-life, and steady use is its own mean', () => {
  expect(meanUse({ cpu: 8 }, {}, 3600, 3600)).toEqual({ cpu: 4 })
  expect(meanUse({ cpu: 8 }, { cpu: 8 }, 12_345, 3600)['cpu']).toBeCloseTo(8)
  expect(projectedUse({ cpu: 8 }, { mem: 2 })).toEqual({ cpu: 4, mem: 1 })
})

test('it does not matter how often the mean is brought up to date', () => {
  const amount = fc.integer({ min: 0, max: 10_000 })
  const time = fc.integer({ min: 0, max: 1_000_000 })
  fc.assert(
    fc.property(amount, amount, time, time, (past, held, first, second) => {
      const halfLife = 60_000
      const once = meanUse({ cpu: past }, { cpu: held }, first + second, halfLife)
      const between = meanUse({ cpu: past }, { cpu: held }, first, halfLife)
      expect(meanUse(between, { cpu: held }, second, halfLife)['cpu']).toBeCloseTo(once['cpu']!, 6)
    }),
  )
})
