import { expect, test } from 'vitest'
import { worthByRest } from './prices.ts'

test('halves and thirds are worth what they are, and what nobody can use is worth nothing', () => {
  const worth = worthByRest([
    { size: 47, amount: 10 },
    { size: 32, amount: 10 },
  ])
  expect([0, 31, 32, 46, 47, 64, 79, 94, 100].map(rest => Math.round(worth[rest]!))).toEqual([
    0, 0, 33, 33, 50, 67, 83, 100, 100,
  ])
})

test('a rest that too few want is worth nothing', () => {
  const worth = worthByRest([
    { size: 81, amount: 100 },
    { size: 16, amount: 10 },
  ])
  expect(Math.round(worth[19]!)).toBe(0)
  expect(Math.round(worth[81]!)).toBe(100)
})

test('where nothing is shared, a part of a device is worth nothing and a whole one all', () => {
  const worth = worthByRest([])
  expect([worth[0], worth[99], worth[100]]).toEqual([0, 0, 100])
})
