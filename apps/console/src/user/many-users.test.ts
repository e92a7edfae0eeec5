import { expect, test } from 'vitest'
import { readText } from '../ui/read-text.ts'
import { blankMany, csvTemplate, toRequest } from './many-users.ts'

test('USR-14 nothing is asked for while a field that is needed is empty', () => {
  expect(toRequest('pattern', blankMany)).toBeUndefined()
  expect(toRequest('csv', blankMany)).toBeUndefined()
  const filled = { ...blankMany, prefix: 's-', count: 3, emailDomain: 'uni.test' }
  expect(toRequest('pattern', filled)).toMatchObject({
    source: { from: 'pattern', count: 3 },
    defaults: { role: 'user' },
  })
  expect(toRequest('pattern', { ...filled, count: 10_001 })).toBeUndefined()
  expect(toRequest('csv', { ...blankMany, csv: csvTemplate })).toBeDefined()
})

test('USR-14 a file is read as UTF-8 or marked UTF-16, and one of another encoding is not guessed at', () => {
  const utf16 = new Uint8Array([0xff, 0xfe, 0x61, 0x00])
  expect(readText(utf16.buffer)).toBe('a')
  expect(readText(new TextEncoder().encode('가').buffer)).toBe('가')
  expect(readText(new Uint8Array([0xb0, 0xa1]).buffer)).toBeUndefined()
})
