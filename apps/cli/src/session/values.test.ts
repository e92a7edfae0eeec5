import { expect, test } from 'vitest'
import { gatherVariable, shellLine } from './values.ts'

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

test('SES-01 the words of a command reach the shell of the session as they were', () => {
  expect(shellLine(['python', '-c', "print('a b')"])).toBe(`python -c 'print('\\''a b'\\'')'`)
  expect(shellLine(['echo $HOME | wc'])).toBe('echo $HOME | wc')
})
