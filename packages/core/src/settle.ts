import type { Reason, SessionStatus } from '@capstan/contract/session'
import { hostnameOf } from './environ.ts'
import { canMove, isEnded, isStarting, statusOfKernels } from './session.ts'

export interface SettlingSession {
  readonly status: SessionStatus
  readonly type: 'interactive' | 'batch' | 'inference'
  /** Of the end, when one was asked for or has begun. */
  readonly reason: Reason | null
  /** Starts that have failed before. */
  readonly failures: number
}

/** A kernel of the session's present start. */
export interface SettlingKernel {
  readonly index: number
  readonly status: SessionStatus
  readonly hasStarted: boolean
  readonly exitCode: number | null
  readonly reason: Reason | null
}

export interface Settlement {
  readonly status: SessionStatus
  readonly reason: Reason | null
  readonly result: 'undefined' | 'success' | 'failure'
  readonly exitCode: number | null
  /** A start failed: its kernels are history, the next start counts one more. */
  readonly isFailedStart: boolean
  /** Kernels that still live are to be stopped: all run, or none does. */
  readonly stopsKernels: boolean
}

/** Whether something is free now, or wants room again: what is on its way up holds what it holds. */
export const mayFree = ({ status, stopsKernels }: Settlement): boolean =>
  stopsKernels || !(isStarting(status) || status === 'running')

/** Whether another try may do better. What nobody classified may. */
const isRetryable = (reason: Reason | null): boolean => reason?.data?.['isRetryable'] !== false

/**
 * Where a session goes after its kernels changed, or null when it stays as it is. Pure and level-triggered: the same
 * state always gives the same answer, and settling twice changes nothing the second time.
 */
export function settle(
  session: SettlingSession,
  kernels: readonly SettlingKernel[],
  { maxFailures }: { maxFailures: number },
): Settlement | null {
  if (kernels.length === 0 || isEnded(session.status) || session.status === 'pending') return null
  const failed = culprit(kernels.filter(kernel => isEnded(kernel.status) && !kernel.hasStarted))
  if (isStarting(session.status) && failed)
    return failedStart(session, kernels, failed, maxFailures)
  const first = [...kernels].sort((a, b) => a.index - b.index)[0]!
  const status = statusOfAll(kernels)
  if (status === 'terminated') return ended(session, first)
  const cause = isEnded(first.status) ? first : kernels.find(kernel => isEnded(kernel.status))
  const next = isEnded(first.status) || session.status === 'terminating' ? 'terminating' : status
  const stopsKernels = next === 'terminating'
  if (
    next === session.status &&
    !(stopsKernels && kernels.some(kernel => kernel.status === 'running'))
  )
    return null
  if (next !== session.status && !canMove(session.status, next)) return null
  return {
    ...unchanged(session),
    status: next,
    reason: stopsKernels ? endReason(session, cause) : null,
    stopsKernels,
  }
}

/**
 * Of several containers the main one may be kept back until the others have started (SES-06): while it has not begun, the
 * session is as far as the others, and not running.
 */
function statusOfAll(kernels: readonly SettlingKernel[]): SessionStatus {
  const begun = kernels.filter(({ index, status }) => index > 0 || status !== 'scheduled')
  if (begun.length === 0 || begun.length === kernels.length)
    return statusOfKernels(kernels.map(kernel => kernel.status))
  const status = statusOfKernels(begun.map(kernel => kernel.status))
  if (isEnded(status)) return 'terminating'
  return status === 'running' ? 'creating' : status
}

/** Whose start failed by itself: those that were stopped for it have no reason of their own. */
const culprit = (failed: readonly SettlingKernel[]): SettlingKernel | undefined =>
  failed.find(kernel => !isRetryable(kernel.reason)) ??
  failed.find(kernel => kernel.reason !== null) ??
  failed[0]

const unchanged = (session: SettlingSession): Settlement => ({
  status: session.status,
  reason: session.reason,
  result: 'undefined',
  exitCode: null,
  isFailedStart: false,
  stopsKernels: false,
})

/** The others are stopped first; when all have ended the session waits for another try, or is given up (OPS-05). */
function failedStart(
  session: SettlingSession,
  kernels: readonly SettlingKernel[],
  failed: SettlingKernel,
  maxFailures: number,
): Settlement | null {
  if (!kernels.every(kernel => isEnded(kernel.status)))
    return kernels.some(kernel => !isEnded(kernel.status) && kernel.status !== 'terminating')
      ? { ...unchanged(session), stopsKernels: true }
      : null
  const cause = failed.reason ?? { code: 'start_failed', message: 'The container did not start' }
  if (isRetryable(failed.reason) && session.failures + 1 < maxFailures)
    return {
      ...unchanged(session),
      status: 'pending',
      reason: {
        ...cause,
        message: `${cause.message} (start ${session.failures + 1} of ${maxFailures} failed; trying again)`,
      },
      isFailedStart: true,
    }
  return {
    ...unchanged(session),
    status: 'error',
    reason: session.failures === 0 ? cause : givenUp(cause, session.failures + 1),
    result: session.type === 'batch' ? 'failure' : 'undefined',
  }
}

const givenUp = (cause: Reason, failures: number): Reason => ({
  ...cause,
  message: `${cause.message} (given up after ${failures} failed starts)`,
})

function ended(session: SettlingSession, main: SettlingKernel): Settlement {
  const isEnding = session.status === 'terminating' && session.reason !== null
  const cause = isEnding ? session.reason?.data?.[causeKey] : hostnameOf(main.index)
  return {
    ...unchanged(session),
    status: 'terminated',
    reason: isEnding ? session.reason : (main.reason ?? exitReason(main.exitCode)),
    exitCode: main.exitCode,
    result: resultOf(session.type, main, cause),
  }
}

/** In the data of a reason: host name of the container whose end brought about that of the session. */
const causeKey = 'endedBy'

/** Why a session of several containers is ending: somebody asked for it before, or one of them has ended. */
function endReason(session: SettlingSession, cause: SettlingKernel | undefined): Reason | null {
  if (session.status === 'terminating' || !cause) return session.reason
  const { message, ...reason } = cause.reason ?? exitReason(cause.exitCode)
  const hostname = hostnameOf(cause.index)
  return {
    ...reason,
    message: cause.index === 0 ? message : `Its container ${hostname} ended: ${message}`,
    data: { ...reason.data, [causeKey]: hostname },
  }
}

/**
 * SES-05: a batch session succeeds when its command ends with 0 by itself, and fails with any container that ends before.
 * `cause`: whose end was that of the session; undefined: somebody asked for it.
 */
function resultOf(
  type: SettlingSession['type'],
  main: SettlingKernel,
  cause: unknown,
): Settlement['result'] {
  if (type !== 'batch' || cause === undefined) return 'undefined'
  return cause === hostnameOf(main.index) && main.exitCode === 0 ? 'success' : 'failure'
}

const exitReason = (exitCode: number | null): Reason =>
  exitCode === null
    ? { code: 'ended', message: 'It ended' }
    : { code: 'exited', message: `It ended with exit code ${exitCode}` }
