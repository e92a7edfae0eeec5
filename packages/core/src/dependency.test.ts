import { expect, test } from 'vitest'
import { type Awaited, resolve, stateOf } from './dependency.ts'

const awaited = (sessionId: string, given: Partial<Awaited> = {}): Awaited => ({
  sessionId,
  name: sessionId,
  type: 'batch',
  status: 'running',
  result: 'undefined',
  exitCode: null,
  hasStarted: true,
  ...given,
})

const succeeded = { status: 'terminated', result: 'success', exitCode: 0 } as const
const failed = { status: 'terminated', result: 'failure', exitCode: 3 } as const

test('a batch session ends well when its command succeeds, another one when it ran and was ended', () => {
  const interactive = { type: 'interactive', status: 'terminated' } as const
  expect(stateOf(awaited('a'))).toBe('waiting')
  expect(stateOf(awaited('a', succeeded))).toBe('succeeded')
  expect(stateOf(awaited('a', failed))).toBe('failed')
  expect(stateOf(awaited('a', { status: 'terminated' }))).toBe('failed')
  expect(stateOf(awaited('a', interactive))).toBe('succeeded')
  expect(stateOf(awaited('a', { ...interactive, hasStarted: false }))).toBe('failed')
  expect(stateOf(awaited('a', { type: 'interactive', status: 'cancelled' }))).toBe('failed')
  expect(stateOf(awaited('a', { type: 'interactive', status: 'error' }))).toBe('failed')
})

test('whoever waits for several is released by the last of them, and hopeless with the first that failed', () => {
  const edges = (a: Partial<Awaited>, b: Partial<Awaited>) => [
    { waiterId: 'w', awaited: awaited('a', a) },
    { waiterId: 'w', awaited: awaited('b', b) },
  ]
  expect(resolve(edges(succeeded, {}))).toEqual({ released: [], hopeless: [] })
  expect(resolve(edges(succeeded, succeeded)).released).toEqual(['w'])
  expect(resolve(edges({}, failed)).hopeless).toEqual([
    { waiterId: 'w', message: 'It was to start after b, which ended with exit code 3' },
  ])
})

test('whoever waits for a hopeless one is hopeless too, all along the line, and says whom it waited for itself', () => {
  const pending = { status: 'pending', hasStarted: false } as const
  const edges = [
    { waiterId: 'd', awaited: awaited('c', pending) },
    { waiterId: 'c', awaited: awaited('b', pending) },
    { waiterId: 'b', awaited: awaited('a', { status: 'error' }) },
    { waiterId: 'other', awaited: awaited('free', pending) },
  ]
  expect(resolve(edges).hopeless).toEqual([
    { waiterId: 'b', message: 'It was to start after a, which could not be started' },
    { waiterId: 'c', message: 'It was to start after b, which was cancelled' },
    { waiterId: 'd', message: 'It was to start after c, which was cancelled' },
  ])
})
