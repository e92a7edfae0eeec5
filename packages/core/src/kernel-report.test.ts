import { expect, test } from 'vitest'
import {
  kernelChange,
  kernelChanges,
  type KernelReport,
  type KnownKernel,
} from './kernel-report.ts'
import type { SessionStatus } from '@capstan/contract/session'

const known = (status: SessionStatus, given: Partial<KnownKernel> = {}): KnownKernel => ({
  id: 'k1',
  status,
  startedAt: null,
  containerId: null,
  progress: null,
  apps: [],
  isLogComplete: false,
  ...given,
})

const report = (
  status: KernelReport['status'],
  given: Partial<KernelReport> = {},
): KernelReport => ({
  kernelId: 'k1',
  status,
  progress: null,
  containerId: null,
  exitCode: null,
  reason: null,
  startedAt: null,
  endedAt: null,
  apps: [],
  isLogComplete: false,
  ...given,
})

const at = '2026-01-01T00:00:00.000Z'

test('a report moves a kernel onward, and says once that it started', () => {
  const change = kernelChange(known('scheduled'), report('running', { startedAt: at }))
  expect(change).toMatchObject({ status: 'running', startedAt: at })
  expect(
    kernelChange(
      known('running', { startedAt: new Date(at) }),
      report('running', { startedAt: at }),
    ),
  ).toBeNull()
})

test('a late report takes nothing back: not from running, not from the end', () => {
  const started = { startedAt: new Date(at) }
  expect(kernelChange(known('running', started), report('creating'))).toBeNull()
  expect(kernelChange(known('terminating', started), report('running'))).toBeNull()
  expect(
    kernelChange(known('terminated', started), report('running', { startedAt: at })),
  ).toBeNull()
})

test('one that ended without ever having started is a start that failed, with its reason', () => {
  const reason = { code: 'start_failed', message: 'no space left', isRetryable: true }
  expect(
    kernelChange(known('preparing'), report('terminated', { reason, exitCode: 1 })),
  ).toMatchObject({
    status: 'error',
    exitCode: 1,
    reason: { code: 'start_failed', data: { isRetryable: true } },
  })
})

test('one that was heard of last when it ran has ended, though this report forgot that it started', () => {
  expect(
    kernelChange(known('running', { startedAt: new Date(at) }), report('terminated')),
  ).toMatchObject({ status: 'terminated', startedAt: at })
})

test('of an ended one the rest of its log is still news', () => {
  const ended = known('terminated', { startedAt: new Date(at) })
  expect(kernelChange(ended, report('terminated', { isLogComplete: true }))).toMatchObject({
    status: 'terminated',
    isLogComplete: true,
    reason: null,
  })
  expect(kernelChange(ended, report('running', { isLogComplete: true }))).toBeNull()
})

test('an agent that speaks of kernels that are not wanted of it changes nothing', () => {
  expect(kernelChanges([known('running')], [report('terminated', { kernelId: 'other' })])).toEqual(
    [],
  )
  expect(kernelChanges([], [report('terminated')])).toEqual([])
})

test('what ended without having been heard to start is not said to have started later', () => {
  const told = report('terminated', { startedAt: at, endedAt: at })
  expect(kernelChange(known('error'), told)).toBeNull()
  expect(kernelChange(known('error'), { ...told, isLogComplete: true })).toMatchObject({
    startedAt: null,
    isLogComplete: true,
  })
})
