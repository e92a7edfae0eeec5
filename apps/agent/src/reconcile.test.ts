import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mayBegin, reconcile } from './reconcile.ts'

const ids = fc.uniqueArray(fc.constantFrom<string>('a', 'b', 'c', 'd', 'e'))
const containers = fc.array(
  fc.record({ id: fc.uuid(), kernelId: fc.constantFrom<string>('a', 'b', 'c', 'd', 'e', 'x') }),
)

test('what runs is taken up again, what nobody wants is removed, what is missing is begun', () => {
  const found = [
    { id: 'c1', kernelId: 'a' },
    { id: 'c2', kernelId: 'x' },
  ]
  expect(reconcile(['a', 'b'], new Set(['z']), found)).toEqual({
    adopt: [
      { kernelId: 'a', containerId: 'c1' },
      { kernelId: 'b', containerId: undefined },
    ],
    remove: ['c2'],
  })
})

test('each wanted kernel keeps exactly one container, and only unwanted or second ones are removed', () => {
  fc.assert(
    fc.property(ids, ids, containers, (wanted, kept, found) => {
      const { remove, adopt } = reconcile(wanted, new Set(kept), found)
      const left = found.filter(container => !remove.includes(container.id))
      for (const kernelId of wanted) {
        const had = found.some(container => container.kernelId === kernelId)
        expect(left.filter(container => container.kernelId === kernelId)).toHaveLength(had ? 1 : 0)
      }
      expect(left.every(container => wanted.includes(container.kernelId))).toBe(true)
      expect(adopt.map(one => one.kernelId)).toEqual(wanted.filter(id => !kept.includes(id)))
    }),
  )
})

test('what is new is begun at once; what has run before, or is to stop, is looked for first', () => {
  expect(mayBegin({ hasStarted: false, desired: 'run' })).toBe(true)
  expect(mayBegin({ hasStarted: true, desired: 'run' })).toBe(false)
  // An agent that died may have started it and told nobody.
  expect(mayBegin({ hasStarted: false, desired: 'stop' })).toBe(false)
})
