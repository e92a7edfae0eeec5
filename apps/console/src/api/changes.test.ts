import { expect, test } from 'vitest'
import { anything, isTouched } from './changes.ts'

test('a change of one session reads the lists and that session again, and no other session', () => {
  const event = { topic: 'session' as const, ids: ['a'] }
  expect(isTouched(event, ['/sessions', { state: 'live' }])).toBe(true)
  expect(isTouched(event, ['/sessions/:id', { id: 'a' }])).toBe(true)
  expect(isTouched(event, ['/sessions/:id', { id: 'b' }])).toBe(false)
  expect(isTouched(event, ['/account', {}])).toBe(false)
})

test('a change of many reads all of them again', () => {
  expect(isTouched({ topic: 'agent', ids: [] }, ['/agents/:id', { id: 'node-1' }])).toBe(true)
})

test('new log text reads only that log', () => {
  const event = { topic: 'log' as const, ids: ['a'] }
  expect(isTouched(event, ['/sessions/:id/log', { id: 'a' }])).toBe(true)
  expect(isTouched(event, ['/sessions/:id/log', { id: 'b' }])).toBe(false)
  expect(isTouched(event, ['/sessions/:id', { id: 'a' }])).toBe(false)
})

test('where nobody knows what changed, all that is told of changes of is read again', () => {
  const isRead = (key: readonly unknown[]) => anything.some(event => isTouched(event, key))
  expect(isRead(['/sessions', { state: 'live' }])).toBe(true)
  expect(isRead(['/sessions/:id', { id: 'a' }])).toBe(true)
  expect(isRead(['/account', {}])).toBe(true)
  expect(isRead(['/users', {}])).toBe(false)
})
