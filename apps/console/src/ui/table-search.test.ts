import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  choicesOf,
  clearFilters,
  directionOf,
  listInput,
  setFilter,
  tableSearch,
  toggleSort,
  toNextPage,
  toPreviousPage,
} from './table-search.ts'

const schema = tableSearch(['name', 'createdAt'], ['name', 'status'])

test('a link keeps sort, place and filters', () => {
  const search = schema.parse({ sort: '-createdAt', cursor: 'abc', page: 2, size: 20, name: 'x' })
  expect(listInput(search, ['name', 'status'])).toEqual({
    sort: '-createdAt',
    cursor: 'abc',
    limit: 20,
    name: 'x',
  })
})

test('a number in the URL is text to a filter', () => {
  expect(schema.parse({ name: 42 }).name).toBe('42')
})

test('whatever stands in the URL, the list opens', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom('sort', 'cursor', 'page', 'size', 'name'), fc.anything()),
      given => {
        const search = schema.parse(given)
        expect([undefined, 'name', '-name', 'createdAt', '-createdAt']).toContain(search.sort)
        expect([20, 50, 100, 200]).toContain(listInput(search, ['name']).limit)
      },
    ),
  )
})

test('a header sorts up, down, then not at all, each from the first page', () => {
  const up = toggleSort({ page: 3, cursor: 'c' }, 'name')
  expect(up).toEqual({ sort: 'name', cursor: undefined, page: undefined })
  const down = toggleSort(up, 'name')
  expect(directionOf(down, 'name')).toBe('descending')
  expect(toggleSort(down, 'name').sort).toBeUndefined()
  expect(directionOf(down, 'createdAt')).toBe('none')
})

test('a filter begins at the first page, and an empty one is taken away', () => {
  expect(setFilter('name', ' a ')).toEqual({ name: 'a', cursor: undefined, page: undefined })
  expect(setFilter('name', ' ').name).toBeUndefined()
  expect(Object.keys(clearFilters(['name', 'status']))).toEqual([
    'cursor',
    'page',
    'name',
    'status',
  ])
  expect(choicesOf('a,b')).toEqual(['a', 'b'])
  expect(choicesOf(undefined)).toEqual([])
})

test('paging goes forth and back, and back to the first page from a link', () => {
  expect(toNextPage({}, 'two')).toEqual({ cursor: 'two', page: 2 })
  expect(toPreviousPage({ cursor: 'three', page: 3 }, 'two')).toEqual({ cursor: 'two', page: 2 })
  expect(toPreviousPage({ cursor: 'three', page: 3 }, undefined).cursor).toBeUndefined()
  expect(toPreviousPage({ cursor: 'two', page: 2 }, 'one').page).toBeUndefined()
})
