import { expect, test } from 'vitest'
import { type KernelState, nextStep } from './next-step.ts'

const step = (given: Partial<KernelState>) =>
  nextStep({
    desired: 'run',
    hasStarted: false,
    hasEnded: false,
    isOutOfMemory: false,
    container: 'none',
    ...given,
  })

test('what is wanted and not there is started; what was only made is started; what runs is served', () => {
  expect(step({})).toBe('start')
  expect(step({ container: 'created' })).toBe('start')
  expect(step({ container: 'running' })).toBe('serve')
})

test('a container that has run is never started a second time: it has vanished', () => {
  expect(step({ hasStarted: true })).toBe('vanish')
  expect(step({ hasStarted: true, container: 'created' })).toBe('vanish')
  expect(step({ container: 'gone' })).toBe('vanish')
})

test('one that is to stop is stopped if it is there, and never started', () => {
  expect(step({ desired: 'stop' })).toBe('end')
  expect(step({ desired: 'stop', container: 'gone' })).toBe('end')
  for (const container of ['created', 'running', 'ended'] as const)
    expect(step({ desired: 'stop', container })).toBe('stop')
})

test('one that ended, or whose memory ran out, is finished; then its log is sent', () => {
  expect(step({ container: 'ended' })).toBe('finish')
  expect(step({ container: 'running', isOutOfMemory: true })).toBe('finish')
  expect(step({ container: 'running', hasEnded: true })).toBe('rest')
})

test('what came of a start is found out before anything is made, or said to have ended', () => {
  for (const desired of ['run', 'stop'] as const)
    expect(step({ desired, container: 'unknown' })).toBe('find')
})
