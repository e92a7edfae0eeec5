import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findDelimiter, neutralised, restored } from './csv.ts'

const likely = fc.string({
  unit: fc.constantFrom("'", '=', '+', '-', '@', '\t', '\r', '＝', '"', 'a'),
  maxLength: 5,
})

test('PLS-04 no text that is written begins like a formula, and each comes back as it was', () => {
  fc.assert(
    fc.property(fc.oneof(likely, fc.string({ unit: 'binary' })), text => {
      const written = neutralised(text)
      expect(written).not.toMatch(/^[=+\-@\t\r\n＝＋－＠]/)
      expect(restored(written)).toBe(text)
    }),
  )
})

test('PLS-04 a text that is no formula is written as it is, and quotes of people stay', () => {
  for (const text of ['', 'Ada', "'tis", "O'Hara", '1 + 1', 'a=b'])
    expect([neutralised(text), restored(text)]).toEqual([text, text])
})

test.for([
  ['email,name', ','],
  ['email;name;"a,b,c,d"', ';'],
  ['email\tname\nx,y,z,w', '\t'],
  ['email|name', '|'],
  ['email', ','],
  ['', ','],
])('USR-14 the delimiter of %j is found', ([text = '', delimiter]) => {
  expect(findDelimiter(text)).toBe(delimiter)
})
