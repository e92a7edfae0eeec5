import type { Kernel, Reason, SessionStatus } from '@capstan/contract/session'
import { type Selectable, sql } from 'kysely'
import type { Db } from '../db/db.ts'
import type { KernelTable } from '../db/types.gen.ts'

export type KernelRow = Selectable<KernelTable>

export const toKernel = (row: KernelRow): Kernel => ({
  id: row.id,
  hostname: row.hostname,
  role: row.role,
  index: row.index,
  status: row.status,
  reason: row.reason,
  agentId: row.agentId,
  containerId: row.containerId,
  exitCode: row.exitCode,
  progress: row.progress,
  apps: row.apps,
  startedAt: row.startedAt?.toISOString() ?? null,
  endedAt: row.endedAt?.toISOString() ?? null,
})

/** Kernels of a session's present start, main first. */
export async function listKernels(db: Db, sessionId: string): Promise<KernelRow[]> {
  return db
    .selectFrom('kernel')
    .innerJoin('session', join =>
      join
        .onRef('session.id', '=', 'kernel.sessionId')
        .onRef('session.failures', '=', 'kernel.attempt'),
    )
    .selectAll('kernel')
    .where('kernel.sessionId', '=', sessionId)
    .orderBy('kernel.index')
    .execute()
}

export interface HistoryEntry {
  readonly status: SessionStatus
  readonly at: Date
  readonly reason: Reason | null
}

/** Every status a session had, oldest first. */
export async function listHistory(db: Db, sessionId: string): Promise<HistoryEntry[]> {
  return db
    .selectFrom('sessionHistory')
    .select(['status', 'at', 'reason'])
    .where('sessionId', '=', sessionId)
    .orderBy('number')
    .limit(500)
    .execute()
}

/** Notes that an application is wanted in a kernel; answers the agent to wake. */
export async function openApp(db: Db, kernelId: string, app: string): Promise<void> {
  await sql`
    update kernel set open_apps = array_append(open_apps, ${app})
    where id = ${kernelId} and not ${app} = any(open_apps)`.execute(db)
}

export interface UsageRow {
  readonly kernelId: string
  readonly at: Date
  readonly cpuMilli: number
  readonly memBytes: number
  readonly gpuUtilization: number | null
  readonly gpuMemBytes: number | null
}

/** Samples of several kernels since a time, oldest first. */
export async function listUsage(
  db: Db,
  kernelIds: readonly string[],
  since: Date,
): Promise<UsageRow[]> {
  return db
    .selectFrom('kernelUsage')
    .selectAll()
    .where('kernelId', 'in', [...kernelIds])
    .where('at', '>=', since)
    .orderBy('at')
    .limit(100_000)
    .execute()
}
