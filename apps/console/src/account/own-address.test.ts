import { expect, test } from 'vitest'
import { ownAddress } from './own-address.ts'

test('signing in leads back to a page of the console, and never to another site', () => {
  expect(ownAddress('/sessions?state=ended')).toBe('/sessions?state=ended')
  for (const elsewhere of [
    undefined,
    '//evil.example',
    '/\\evil.example',
    'https://evil.example',
    '/sign-in',
  ])
    expect(ownAddress(elsewhere)).toBe('/')
})
