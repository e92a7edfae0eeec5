import type { ObservedKernel } from '@capstan/contract/sync'
import type { Reason, SessionStatus } from '@capstan/contract/session'
import type * as z from 'zod'
import { advances, isEnded } from './session.ts'

export type KernelReport = z.output<typeof ObservedKernel>

/** What the manager holds of a kernel that an agent reports on. */
export interface KnownKernel {
  readonly id: string
  readonly status: SessionStatus
  readonly startedAt: Date | null
  readonly containerId: string | null
  readonly progress: unknown
  readonly apps: unknown
  readonly isLogComplete: boolean
}

export interface KernelChange {
  readonly id: string
  readonly status: SessionStatus
  readonly reason: Reason | null
  readonly exitCode: number | null
  readonly containerId: string | null
  readonly progress: KernelReport['progress']
  readonly apps: KernelReport['apps']
  readonly startedAt: string | null
  readonly endedAt: string | null
  readonly isLogComplete: boolean
}

/**
 * What an agent's report changes of the kernels that the manager wants of it. Reports on others change nothing: an agent
 * speaks for its own only.
 */
export function kernelChanges<K extends KnownKernel>(
  wanted: readonly K[],
  reports: readonly KernelReport[],
): { known: K; change: KernelChange }[] {
  const byId = new Map(wanted.map(kernel => [kernel.id, kernel]))
  return reports.flatMap(report => {
    const known = byId.get(report.kernelId)
    const change = known && kernelChange(known, report)
    return known && change ? [{ known, change }] : []
  })
}

/** What a report changes of a kernel, or null when it says nothing new. Late and doubled reports say nothing new. */
export function kernelChange(known: KnownKernel, report: KernelReport): KernelChange | null {
  const before = known.startedAt?.toISOString() ?? null
  // One that had ended before it was heard to start did not start after that.
  const startedAt = isEnded(known.status) ? before : (report.startedAt ?? before)
  const told: SessionStatus =
    report.status === 'terminated' && startedAt === null ? 'error' : report.status
  const status = advances(known.status, told) ? told : known.status
  const isEnd = isEnded(status) && !isEnded(known.status)
  const change: KernelChange = {
    id: known.id,
    status,
    reason: isEnd && report.reason ? toReason(report.reason) : null,
    exitCode: isEnd ? report.exitCode : null,
    containerId: report.containerId ?? known.containerId,
    progress: isEnded(status) ? null : report.progress,
    apps: isEnded(status) ? [] : report.apps,
    startedAt,
    endedAt: isEnd ? (report.endedAt ?? null) : null,
    isLogComplete: known.isLogComplete || (report.isLogComplete && report.status === 'terminated'),
  }
  return isNew(known, change) ? change : null
}

const toReason = ({ code, message, isRetryable }: NonNullable<KernelReport['reason']>): Reason => ({
  code,
  message,
  data: { isRetryable },
})

const isNew = (known: KnownKernel, change: KernelChange): boolean =>
  known.status !== change.status ||
  known.containerId !== change.containerId ||
  (known.startedAt === null) !== (change.startedAt === null) ||
  known.isLogComplete !== change.isLogComplete ||
  JSON.stringify(known.progress) !== JSON.stringify(change.progress) ||
  JSON.stringify(known.apps) !== JSON.stringify(change.apps)
