import { expect, test } from 'vitest'
import { visibilityOf } from './table-memory.ts'

test('columns show as chosen, else as usual, and the name always', () => {
  const columns = [
    { id: 'name', isFixed: true },
    { id: 'type' },
    { id: 'agent', isHidden: true },
    { id: 'owner' },
  ]
  expect(visibilityOf(columns, { name: false, agent: true, owner: false })).toEqual({
    name: true,
    type: true,
    agent: true,
    owner: false,
  })
})
