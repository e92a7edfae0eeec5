import fc from 'fast-check'
import { expect, test } from 'vitest'
import { raiseToSteps } from './shares.ts'

test('a share is raised to the next step, and that is told', () => {
  const raised = raiseToSteps({ cpu: 10, 'cuda.shares': 250 }, { 'cuda.shares': [100] })
  expect(raised.amounts).toEqual({ cpu: 10, 'cuda.shares': 300 })
  expect(raised.notices).toEqual([
    'GPU shares raised from 0.25 GPU shares to 0.3 GPU shares: shares are given in steps of 0.1 GPU shares',
  ])
})

test('a share that is a multiple of the steps, or that nobody asked for, is left alone', () => {
  const asked = { cpu: 10, 'cuda.shares': 500 }
  expect(raiseToSteps(asked, { 'cuda.shares': [100, 125], 'mock.shares': [500] })).toEqual({
    amounts: asked,
    notices: [],
  })
})

test('what is given goes into every step, is never less than asked, and part of a device stays within one', () => {
  const divisors = [1, 8, 10, 25, 50, 100, 125, 200, 250, 500, 1000]
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1000 }),
      fc.array(fc.constantFrom(...divisors), { minLength: 1 }),
      (asked, steps) => {
        const given = raiseToSteps({ 'x.shares': asked }, { 'x.shares': steps }).amounts[
          'x.shares'
        ]!
        expect(given).toBeGreaterThanOrEqual(asked)
        expect(given).toBeLessThanOrEqual(1000)
        for (const step of steps) expect(given % step).toBe(0)
      },
    ),
  )
})
