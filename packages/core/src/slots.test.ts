import fc from 'fast-check'
import { expect, test } from 'vitest'
import { describeAmount, shortfalls, toAmounts, toSlots } from './slots.ts'

test('cores become millicores and bytes stay bytes', () => {
  expect(toAmounts({ cpu: 1.5, mem: 1024, 'cuda.shares': 0.3, 'cuda.device': 2 })).toEqual({
    cpu: 1500,
    mem: 1024,
    'cuda.shares': 300,
    'cuda.device': 2,
  })
})

test('amounts survive the way to the wire and back', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 2 ** 40 }),
      fc.constantFrom('cpu', 'mem', 'cuda.shares', 'cuda.device'),
      (n, slot) => {
        expect(toAmounts(toSlots({ [slot]: n }))).toEqual({ [slot]: n })
      },
    ),
  )
})

test('what is not covered is named with both figures', () => {
  expect(shortfalls({ cpu: 2000, mem: 10 }, { cpu: 1000, mem: 10 })).toEqual([
    { slot: 'cpu', needed: 2000, available: 1000 },
  ])
})

test('amounts read as people write them', () => {
  expect(describeAmount('cpu', 1500)).toBe('1.5 cores')
  expect(describeAmount('mem', 3 * 1024 ** 3)).toBe('3 GiB')
  expect(describeAmount('cuda.device', 1)).toBe('1 GPU')
  expect(describeAmount('cuda.shares', 500)).toBe('0.5 GPU shares')
  expect(describeAmount('npu.device', 2)).toBe('2 npu devices')
})
