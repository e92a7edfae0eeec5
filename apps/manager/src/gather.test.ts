import { expect, test } from 'vitest'
import { gather } from './gather.ts'

const keyOf = (input: string): string => input[0]!

function gatherer(
  work: (inputs: readonly string[]) => Promise<readonly string[]>,
  most = 3,
): { ask: (input: string) => Promise<string>; goes: string[][] } {
  const goes: string[][] = []
  const ask = gather<string, string>({
    keyOf,
    most,
    work: async inputs => {
      goes.push([...inputs])
      return work(inputs)
    },
  })
  return { ask, goes }
}

const upper = async (inputs: readonly string[]): Promise<string[]> =>
  inputs.map(input => input.toUpperCase())

test('what is asked for while a go is under way is done in the next, and each is answered its own', async () => {
  const { ask, goes } = gatherer(upper)
  expect(await Promise.all(['a', 'b', 'c', 'd', 'e'].map(ask))).toEqual(['A', 'B', 'C', 'D', 'E'])
  expect(goes).toEqual([['a'], ['b', 'c', 'd'], ['e']])
  expect(await ask('f')).toBe('F')
})

test('of those of one key that wait, the newest stands for all and answers all', async () => {
  const { ask, goes } = gatherer(upper, 10)
  const answers = await Promise.all(['x', 'a1', 'b1', 'a2', 'c1', 'a3', 'b2'].map(ask))
  expect(goes).toEqual([['x'], ['a3', 'b2', 'c1']])
  expect(answers).toEqual(['X', 'A3', 'B2', 'A3', 'C1', 'A3', 'B2'])
})

test('one that was overtaken on the way does not stand for the newer one that came before it', async () => {
  const goes: string[][] = []
  const ask = gather<string, string>({
    keyOf,
    isNewer: (later, earlier) => later > earlier,
    most: 10,
    work: async inputs => {
      goes.push([...inputs])
      return upper(inputs)
    },
  })
  expect(await Promise.all(['x', 'a2', 'a1', 'a3', 'b1'].map(ask))).toEqual([
    'X',
    'A3',
    'A3',
    'A3',
    'B1',
  ])
  expect(goes).toEqual([['x'], ['a3', 'b1']])
})

test('what is wrong with one is told to its asker alone', async () => {
  const { ask, goes } = gatherer(async inputs => {
    if (inputs.includes('bad')) throw new Error('bad')
    return upper(inputs)
  })
  const answers = await Promise.allSettled(['x', 'a', 'bad', 'c'].map(ask))
  expect(answers.map(({ status }) => status)).toEqual([
    'fulfilled',
    'fulfilled',
    'rejected',
    'fulfilled',
  ])
  expect(goes).toEqual([['x'], ['a', 'bad', 'c'], ['a'], ['bad'], ['c']])
  expect(await ask('z')).toBe('Z')
})

test('where the database is away all are told at once', async () => {
  const { ask, goes } = gatherer(async () => {
    throw new Error('Connection terminated unexpectedly')
  })
  const answers = await Promise.allSettled(['x', 'a', 'b', 'c'].map(ask))
  expect(answers.map(({ status }) => status)).toEqual(Array(4).fill('rejected'))
  expect(goes).toEqual([['x'], ['a', 'b', 'c']])
})
