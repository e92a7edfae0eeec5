import { expect, test } from 'vitest'
import { gatherSlot, gatherVariable, parseAmount, parseBytes, shellLine } from './values.ts'

test.for([
  ['512m', 512 * 1024 ** 2],
  ['1g', 1024 ** 3],
  ['1.5G', 1.5 * 1024 ** 3],
  ['2GiB', 2 * 1024 ** 3],
  ['64 mb', 64 * 1024 ** 2],
  ['1048576', 1_048_576],
] as const)('%s of memory is %i bytes', ([text, bytes]) => {
  expect(parseBytes(text)).toBe(bytes)
})

test.for(['', 'g', '-1g', '1x', '1 2', '1e3'])('"%s" is no amount of memory', text => {
  expect(() => parseBytes(text)).toThrow('looks like')
})

test.for(['', ' ', 'x', '-1', 'Infinity'])('"%s" is no amount', text => {
  expect(() => parseAmount(text)).toThrow('a number')
})

test('variables gather, keep what stands after the first sign, and come from the shell when only named', () => {
  process.env['CAPSTAN_VALUES_TEST'] = 'here'
  const variables = ['A=1', 'B=x=y', 'CAPSTAN_VALUES_TEST'].reduce<Record<string, string>>(
    (before, text) => gatherVariable(text, before),
    {},
  )
  delete process.env['CAPSTAN_VALUES_TEST']
  expect(variables).toEqual({ A: '1', B: 'x=y', CAPSTAN_VALUES_TEST: 'here' })
  expect(() => gatherVariable('CAPSTAN_NOT_SET_ANYWHERE')).toThrow('NAME=VALUE')
})

test('slots gather', () => {
  expect(gatherSlot('cuda.shares=0.5', { 'cuda.device': 1 })).toEqual({
    'cuda.device': 1,
    'cuda.shares': 0.5,
  })
  expect(() => gatherSlot('cuda.shares')).toThrow('NAME=AMOUNT')
})

test('SES-01 the words of a command reach the shell of the session as they were', () => {
  expect(shellLine(['python', '-c', "print('a b')"])).toBe(`python -c 'print('\\''a b'\\'')'`)
  expect(shellLine(['echo $HOME | wc'])).toBe('echo $HOME | wc')
})
