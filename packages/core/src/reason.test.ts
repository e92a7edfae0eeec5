import { expect, test } from 'vitest'
import { readReason } from './reason.ts'

test('times in a reason are written as the reader’s client writes them, and nothing else is touched', () => {
  const message =
    'node-2026 is kept for it: it starts there at 2026-01-02T03:04:05.678Z at the latest, not at 2026-01-02T03:04:05Z'
  expect(readReason({ message }, at => `<${at.getUTCMinutes()}>`)).toBe(
    'node-2026 is kept for it: it starts there at <4> at the latest, not at <4>',
  )
})
