import type { SessionStatus } from '@capstan/contract/session'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canMove, isEnded } from './session.ts'
import { mayFree, settle, type SettlingKernel, type SettlingSession } from './settle.ts'

const options = { maxFailures: 3 }
const kernel = (given: Partial<SettlingKernel> = {}): SettlingKernel => ({
  index: 0,
  status: 'running',
  hasStarted: true,
  exitCode: null,
  reason: null,
  ...given,
})
const session = (given: Partial<SettlingSession> = {}): SettlingSession => ({
  status: 'running',
  type: 'interactive',
  reason: null,
  failures: 0,
  ...given,
})

test('a session is as far as its slowest kernel', () => {
  const kernels = [kernel(), kernel({ index: 1, status: 'pulling', hasStarted: false })]
  expect(settle(session({ status: 'preparing' }), kernels, options)).toMatchObject({
    status: 'pulling',
  })
})

test('SES-06 a session whose main container is kept back until the others run is as far as these, and not running yet', () => {
  const held = kernel({ status: 'scheduled', hasStarted: false })
  const sub = (status: SessionStatus, index: number): SettlingKernel =>
    kernel({ index, status, hasStarted: status === 'running' })
  const starting = session({ status: 'scheduled' })
  const settled = (...subs: SettlingKernel[]) => settle(starting, [held, ...subs], options)?.status
  expect(settled(sub('running', 1), sub('pulling', 2))).toBe('pulling')
  expect(settled(sub('running', 1), sub('running', 2))).toBe('creating')
  expect(settled(sub('scheduled', 1), sub('scheduled', 2))).toBeUndefined()
})

test('a batch session whose command ends with 0 succeeded, with another code failed', () => {
  const batch = session({ type: 'batch' })
  const ended = (exitCode: number): SettlingKernel[] => [kernel({ status: 'terminated', exitCode })]
  expect(settle(batch, ended(0), options)).toMatchObject({
    status: 'terminated',
    result: 'success',
    exitCode: 0,
  })
  expect(settle(batch, ended(3), options)).toMatchObject({ result: 'failure', exitCode: 3 })
})

test('who asked for the end stands as its reason, not the exit code that followed', () => {
  const asked = session({ status: 'terminating', reason: { code: 'user_requested', message: 'x' } })
  const settled = settle(asked, [kernel({ status: 'terminated', exitCode: 143 })], options)
  expect(settled).toMatchObject({ status: 'terminated', reason: { code: 'user_requested' } })
})

test('a start that failed is tried again, up to the limit', () => {
  const failed = [
    kernel({ status: 'error', hasStarted: false, reason: { code: 'pull_failed', message: 'no' } }),
  ]
  const starting = (failures: number): SettlingSession => session({ status: 'creating', failures })
  expect(settle(starting(0), failed, options)).toMatchObject({
    status: 'pending',
    isFailedStart: true,
  })
  expect(settle(starting(2), failed, options)).toMatchObject({
    status: 'error',
    reason: { code: 'pull_failed' },
  })
})

test('a start that no other try can mend is not tried again', () => {
  const reason = { code: 'bad_image', message: 'no', data: { isRetryable: false } }
  const failed = [kernel({ status: 'error', hasStarted: false, reason })]
  expect(settle(session({ status: 'creating' }), failed, options)).toMatchObject({
    status: 'error',
  })
})

test('of several that did not start the one that failed by itself is the reason, not those stopped for it', () => {
  const stopped = kernel({ status: 'error', hasStarted: false })
  const reason = { code: 'pull_failed', message: 'no such image' }
  const failed = { ...stopped, index: 1, reason }
  const starting = session({ status: 'creating' })
  expect(settle(starting, [stopped, failed], options)?.reason?.code).toBe('pull_failed')
  const hopeless = {
    ...failed,
    index: 2,
    reason: { code: 'bad_command', message: 'x', data: { isRetryable: false } },
  }
  expect(settle(starting, [stopped, failed, hopeless], options)).toMatchObject({
    status: 'error',
    reason: { code: 'bad_command' },
  })
})

test('when one kernel of several fails to start the others are stopped first', () => {
  const kernels = [kernel({ status: 'error', hasStarted: false }), kernel({ index: 1 })]
  expect(settle(session({ status: 'creating' }), kernels, options)).toMatchObject({
    stopsKernels: true,
    status: 'creating',
  })
})

test('SES-06 a session of several containers ends with its main one, whose result is its own', () => {
  const batch = session({ type: 'batch' })
  const main = kernel({ status: 'terminated', exitCode: 0 })
  const ending = settle(batch, [main, kernel({ index: 1 })], options)
  expect(ending).toMatchObject({ status: 'terminating', stopsKernels: true })
  const stopped = kernel({ index: 1, status: 'terminated', exitCode: 143 })
  const now = session({ type: 'batch', status: 'terminating', reason: ending!.reason })
  expect(settle(now, [main, stopped], options)).toMatchObject({
    status: 'terminated',
    result: 'success',
    reason: { message: 'It ended with exit code 0' },
  })
})

test('SES-06 a session of several containers ends when any of them is lost, says which and why, and has failed', () => {
  const batch = session({ type: 'batch' })
  const reason = { code: 'out_of_memory', message: 'It used more memory than it was given' }
  const lost = kernel({ index: 2, status: 'terminated', exitCode: 137, reason })
  const ending = settle(batch, [kernel(), kernel({ index: 1 }), lost], options)
  expect(ending).toMatchObject({ status: 'terminating', stopsKernels: true })
  const now = session({ type: 'batch', status: 'terminating', reason: ending!.reason })
  const stopped = [0, 1].map(index => kernel({ index, status: 'terminated', exitCode: 0 }))
  expect(settle(now, [...stopped, lost], options)).toMatchObject({
    status: 'terminated',
    result: 'failure',
    reason: {
      code: 'out_of_memory',
      message: 'Its container sub2 ended: It used more memory than it was given',
    },
  })
})

test('a session of several containers that was asked to end keeps that reason, whichever ends first', () => {
  const asked = session({
    type: 'batch',
    status: 'terminating',
    reason: { code: 'user_requested', message: 'x' },
  })
  const one = kernel({ index: 1, status: 'terminated', exitCode: 143 })
  expect(settle(asked, [kernel({ status: 'terminating' }), one], options)).toBeNull()
  const all = [kernel({ status: 'terminated', exitCode: 143 }), one]
  expect(settle(asked, all, options)).toMatchObject({
    reason: { code: 'user_requested' },
    result: 'undefined',
  })
})

const statuses: SessionStatus[] = [
  'scheduled',
  'preparing',
  'pulling',
  'creating',
  'running',
  'terminating',
  'terminated',
  'error',
]
const kernels = fc.array(
  fc.record({
    index: fc.nat(3),
    status: fc.constantFrom(...statuses),
    hasStarted: fc.boolean(),
    exitCode: fc.option(fc.integer({ min: 0, max: 255 })),
    reason: fc.option(fc.record({ code: fc.string(), message: fc.string() })),
  }),
  { maxLength: 4 },
)
const anySession = fc.record({
  status: fc.constantFrom<SessionStatus>(...statuses, 'pending', 'cancelled'),
  type: fc.constantFrom<'interactive' | 'batch'>('interactive', 'batch'),
  reason: fc.option(fc.record({ code: fc.string(), message: fc.string() })),
  failures: fc.nat(3),
})

test('settling only makes legal moves', () => {
  fc.assert(
    fc.property(anySession, kernels, (given, list) => {
      const settled = settle(given, list, options)
      if (settled && settled.status !== given.status)
        expect(canMove(given.status, settled.status)).toBe(true)
    }),
  )
})

test('a session whose kernels have all ended does not stay live', () => {
  const endedKernels = fc.array(
    fc.record({
      index: fc.nat(3),
      status: fc.constantFrom<SessionStatus>('terminated', 'error'),
      hasStarted: fc.boolean(),
      exitCode: fc.option(fc.nat(255)),
      reason: fc.constant(null),
    }),
    { minLength: 1, maxLength: 4 },
  )
  const live = fc.constantFrom<SessionStatus>(
    'scheduled',
    'preparing',
    'pulling',
    'creating',
    'running',
    'terminating',
  )
  fc.assert(
    fc.property(live, endedKernels, (status, list) => {
      const settled = settle(session({ status }), list, options)
      expect(['terminated', 'error', 'pending']).toContain(settled?.status)
    }),
  )
})

test('where any container has ended, something may be free; where all are on their way or run, nothing is', () => {
  fc.assert(
    fc.property(anySession, kernels, (given, list) => {
      const settled = settle(given, list, options)
      if (!settled) return
      const goesOn = (['preparing', 'pulling', 'creating', 'running'] as SessionStatus[]).includes(
        settled.status,
      )
      const hasEnded = list.some(({ status }) => isEnded(status))
      if (hasEnded) expect(mayFree(settled)).toBe(true)
      if (goesOn && !hasEnded && !settled.stopsKernels) expect(mayFree(settled)).toBe(false)
    }),
  )
})
