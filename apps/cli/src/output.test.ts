import { AppError } from '@capstan/contract/errors'
import { expect, test } from 'vitest'
import { age, describeFailure, describeSlots, describeUse, properties, table } from './output.ts'

test('columns stand under each other, also with wide letters', () => {
  expect(
    table(
      ['NAME', 'AGE'],
      [
        ['서버', 1],
        ['a', null],
      ],
    ),
  ).toBe(['NAME  AGE', '서버  1', 'a     -'].join('\n'))
})

test('nothing that others wrote steers the terminal', () => {
  expect(table(['A'], [['x\u001b[2J\ny']])).toBe('A\nx [2J y')
})

test('properties without a value are left out', () => {
  expect(
    properties([
      ['Name', 'a'],
      ['Reason', null],
      ['Exit code', 0],
    ]),
  ).toBe('Name       a\nExit code  0')
})

test('resources read as people say them', () => {
  expect(describeSlots({ cpu: 1.5, mem: 2 * 1024 ** 3 })).toBe('1.5 cores, 2 GiB')
  expect(describeUse({ cpu: 1 }, { cpu: 4, mem: 1024 ** 3 })).toBe('1 of 4 cores, 0 B of 1 GiB')
})

test.for([
  [5, '5s'],
  [65, '1m'],
  [7200, '2h'],
  [200_000, '2d'],
] as const)('%i seconds are %s', ([seconds, text]) => {
  const now = new Date('2026-11-23T12:00:00Z')
  expect(age(new Date(now.getTime() - seconds * 1000).toISOString(), now)).toBe(text)
})

test('a failure tells what, which fields, and the request id', () => {
  const error = new AppError('invalid_input', {
    detail: 'Two fields are wrong',
    issues: [{ path: 'resources.cpu', message: 'too many' }],
    requestId: 'abcd-1234',
    retryAfterS: 3,
  })
  expect(describeFailure(error)).toBe(
    [
      'Two fields are wrong (invalid_input)',
      '  resources.cpu: too many',
      '  try again in 3 s',
      '  request abcd-1234',
    ].join('\n'),
  )
})
