import { AppError } from '@capstan/contract/errors'
import { expect, test } from 'vitest'
import { en } from '../words/en.ts'
import { formatFor } from '../words/format.ts'
import { describeError } from './describe-error.ts'

const detailOf = (detail: string, issues: { path: string; message: string }[]) =>
  describeError(new AppError('invalid_input', { detail, issues }), en, formatFor('en')).detail

test('what is wrong with a field is said once, and what is said beside that stays', () => {
  const issues = [{ path: 'id', message: 'Invalid UUID' }]
  expect(detailOf('id: Invalid UUID', issues)).toBe('id: Invalid UUID')
  const both = [...issues, { path: 'name', message: 'too long' }]
  expect(detailOf('id: Invalid UUID; name: too long', both)).toBe(
    'id: Invalid UUID\nname: too long',
  )
  expect(detailOf('Ask an administrator', issues)).toBe('Ask an administrator\nid: Invalid UUID')
})
