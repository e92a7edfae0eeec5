import { expect, test } from 'vitest'
import { triedPolicy, triedSettings } from './tried-settings.ts'

test('PLS-01 an address that was mangled in one place keeps the other settings that are tried out', () => {
  const given = {
    scheduler: 'lifo',
    retriesToSkip: 1001,
    pendingTimeoutS: null,
    halfLifeS: 60,
    constructor: 1,
    policy: { name: 'small', maxConcurrentCount: 101, maxResources: { cpu: 4 } },
  }
  expect(triedSettings(given)).toEqual({ scheduler: 'lifo', halfLifeS: 60 })
  expect(triedPolicy(given)).toEqual({ name: 'small', maxResources: { cpu: 4 } })
  expect(triedPolicy({ policy: { maxConcurrentCount: 1 } })).toBeUndefined()
  for (const nothing of [undefined, null, 'lifo', []]) {
    expect(triedSettings(nothing)).toEqual({})
    expect(triedPolicy(nothing)).toBeUndefined()
  }
})
