import { endpoints } from '@capstan/contract/api'
import { exportApi } from '@capstan/contract/export'
import { may } from '@capstan/core/access'
import { expect, test } from 'vitest'
import { en } from '../words/en.ts'
import { pages } from '../words/en/pages.ts'
import { ko } from '../words/ko.ts'
import { pages as pagesInKorean } from '../words/ko/pages.ts'
import { sentenceOf } from './sentence.ts'

const w = { ...en, ...pages }
const told = { operation: 'user.update', target: 'ada@b.c', after: {}, error: null, undoes: null }
const error = { code: 'forbidden', detail: null, issues: [] }

test('PLS-05 the log says in plain words what was done, and what was tried', () => {
  expect(sentenceOf(told, w)).toBe('Changed the user ada@b.c')
  const deactivated = { ...told, after: { status: 'inactive', modifiedAt: 'now' } }
  expect(sentenceOf(deactivated, w)).toBe('Deactivated the user ada@b.c')
  expect(sentenceOf({ ...deactivated, undoes: 'x' }, w)).toBe('Undo: Deactivated the user ada@b.c')
  const more = { ...told, after: { status: 'inactive', description: 'x' } }
  expect(sentenceOf(more, w)).toBe('Changed the user ada@b.c')
  expect(sentenceOf({ ...told, after: null, error }, w)).toBe('Could not change the user ada@b.c')
  expect(
    sentenceOf({ ...deactivated, after: { status: 'inactive' } }, { ...ko, ...pagesInKorean }),
  ).toBe('사용자 ada@b.c: 비활성화했습니다')
})

test('PLS-05 whatever a person can do has a sentence of its own in the log', () => {
  const operations = endpoints
    .filter(({ endpoint }) => endpoint.method !== 'GET' && !endpoint.changesNothing)
    .filter(
      ({ endpoint }) => endpoint.permission !== 'public' && may('superadmin', endpoint.permission),
    )
    .map(({ name }) => name)
  const exports = Object.keys(exportApi).map(noun => `${noun}.export`)
  const known = Object.keys(w.log.sentence)
  expect([...operations, ...exports].filter(name => !known.includes(name))).toEqual([])
  const nouns = Object.keys(w.log.noun)
  expect(operations.filter(name => !nouns.includes(name.split('.')[0]!))).toEqual([])
})
