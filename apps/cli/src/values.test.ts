import { expect, test } from 'vitest'
import {
  gatherSlotLimits,
  gatherSlots,
  gatherVolumes,
  gatherWords,
  parseAmount,
  parseBytes,
  parseSeconds,
} from './values.ts'

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

test.for([
  ['90', 90],
  ['15m', 900],
  ['1h30m', 5400],
  ['7d', 604_800],
] as const)('%s is %i seconds', ([text, seconds]) => {
  expect(parseSeconds(text)).toBe(seconds)
})

test.for(['', 'h', '1.5h', '1h 5', '-1m', '1y'])('"%s" is no time', text => {
  expect(() => parseSeconds(text)).toThrow('looks like')
})

test('lists are written with commas or by repeating the option; an empty one is empty', () => {
  expect(gatherWords('c', gatherWords('a,b'))).toEqual(['a', 'b', 'c'])
  expect(gatherWords('')).toEqual([])
})

test('slots gather', () => {
  expect(gatherSlots('cuda.shares=0.5,mem=64GiB', { 'cuda.device': 1 })).toEqual({
    'cuda.device': 1,
    'cuda.shares': 0.5,
    mem: 64 * 1024 ** 3,
  })
  expect(() => gatherSlots('cuda.shares')).toThrow('NAME=AMOUNT')
})

test('POL-03 limits are per slot, and a slot without one is not named', () => {
  expect(gatherSlotLimits('cpu=8,mem=64GiB,cuda.device=2')).toEqual({
    cpu: 8,
    mem: 64 * 1024 ** 3,
    'cuda.device': 2,
  })
  expect(gatherSlotLimits('unlimited')).toEqual({})
  expect(gatherSlotLimits('cpu=8,mem=unlimited')).toEqual({ cpu: 8 })
})

test('POL-05 volumes are allowed with all permissions or with those named', () => {
  expect(gatherVolumes('home=mount-in-session+upload-file,scratch=all')).toEqual({
    home: ['mount-in-session', 'upload-file'],
    scratch: expect.arrayContaining(['create-folder', 'invite-others']),
  })
  expect(gatherVolumes('')).toEqual({})
  expect(() => gatherVolumes('home=fly')).toThrow('mount-in-session')
})
