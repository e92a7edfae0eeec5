import { expect, test } from 'vitest'
import { en as main } from './en.ts'
import { pages as pagesInEnglish } from './en/pages.ts'
import { formatFor, orderedSlots } from './format.ts'
import { ko as mainInKorean } from './ko.ts'
import { pages as pagesInKorean } from './ko/pages.ts'
import { pluralFor } from './plural.ts'

const en = { ...main, ...pagesInEnglish }
const ko = { ...mainInKorean, ...pagesInKorean }

/** Every key of a catalogue with its value: `session.status.running`. */
const entries = (words: object, path = ''): [string, unknown][] =>
  Object.entries(words).flatMap(([key, value]: [string, unknown]) =>
    typeof value === 'object' && value !== null
      ? entries(value, `${path}${key}.`)
      : [[path + key, value] as [string, unknown]],
  )

test('every language says the same things, and none of them is empty', () => {
  expect(
    entries(ko)
      .map(([key]) => key)
      .sort(),
  ).toEqual(
    entries(en)
      .map(([key]) => key)
      .sort(),
  )
  for (const [key, value] of [...entries(en), ...entries(ko)])
    expect(typeof value === 'function' || value !== '', key).toBe(true)
})

test('counts take the form that their language asks for', () => {
  const plural = pluralFor('en')
  expect(plural(1, { one: '# row', other: '# rows' })).toBe('1 row')
  expect(plural(1200, { one: '# row', other: '# rows' })).toBe('1,200 rows')
  expect(en.table.rows(1001, false)).toBe('more than 1000 rows')
})

test('amounts share one unit', () => {
  const f = formatFor('en')
  expect(f.share('cpu', 3.5, 8)).toBe('3.5 / 8')
  expect(f.share('mem', 512 * 2 ** 20, 8 * 2 ** 30)).toBe('0.5 / 8 GiB')
  expect(f.share('mem', 0, 0)).toBe('0 / 0 B')
})

test('times are relative in the largest unit that fits, durations in two', () => {
  const f = formatFor('en')
  const now = new Date('2026-01-02T12:00:00Z')
  expect(f.relative(new Date('2026-01-02T11:54:00Z'), now)).toBe('6 minutes ago')
  expect(f.relative(new Date('2026-01-01T11:54:00Z'), now)).toBe('yesterday')
  expect(f.relative(new Date('2026-01-02T11:59:40Z'), now)).toBe('20 seconds ago')
  expect(f.duration(7500)).toBe('2h 5m')
  expect(f.duration(0)).toBe('0s')
  expect(f.duration(86_400)).toBe('1d')
})

test('slots come as CPU, memory, then accelerators by name', () => {
  expect(orderedSlots({ 'rocm.device': 1, mem: 1 }, { cpu: 1, 'cuda.device': 1 })).toEqual([
    'cpu',
    'mem',
    'cuda.device',
    'rocm.device',
  ])
})
