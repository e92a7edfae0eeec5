import { expect, test } from 'vitest'
import * as z from 'zod'
import { en } from '../words/en.ts'
import { formatFor } from '../words/format.ts'
import { issueText } from './issue-words.ts'

const schema = z.object({
  amount: z.number().min(2).max(8),
  name: z.string().min(1).max(3),
  code: z.string().regex(/^x/, 'begins with x'),
})

const said = (value: unknown): string[] =>
  (schema.safeParse(value).error?.issues ?? []).map(issue => issueText(issue, en, formatFor('en')))

test('what is wrong is said in the words of people', () => {
  expect(said({ amount: Number.NaN, name: '', code: 'x' })).toEqual([
    'a number is needed',
    'this is needed',
  ])
  expect(said({ amount: 1, name: 'long', code: 'y' })).toEqual([
    'at least 2',
    'at most 3 characters',
    'begins with x',
  ])
  expect(said({ amount: 9, name: 'a', code: 'x' })).toEqual(['at most 8'])
})
