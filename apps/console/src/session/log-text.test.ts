import { expect, test } from 'vitest'
import { inGroups, matching, toLines } from './log-text.ts'

test('a log reads without colours, and shows progress lines as they ended', () => {
  expect(toLines('\u001B[32mok\u001B[0m\r\n10%\r50%\r100%\nlast\n')).toEqual(['ok', '100%', 'last'])
  expect(toLines('half\r')).toEqual(['half\r'.trimEnd() + '\r'])
  expect(toLines('')).toEqual([])
})

test('searching keeps the lines that match, whatever their case', () => {
  expect(matching(['Error: a', 'fine', 'an error'], ' ERROR ')).toEqual(['Error: a', 'an error'])
  expect(matching(['a', 'b'], ' ')).toEqual(['a', 'b'])
})

test('groups hold every line once', () => {
  expect(inGroups(['a', 'b', 'c'], 2)).toEqual(['a\nb', 'c'])
  expect(inGroups([], 2)).toEqual([])
})
