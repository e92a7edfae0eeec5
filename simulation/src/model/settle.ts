import { isEnded, isStarting } from '@capstan/core/session'
import { mayFree, type Settlement } from '@capstan/core/settle'
import type { Database } from './database.ts'
import type { SessionRow } from './rows.ts'

export interface Settled {
  /** Agents with kernels that are to be stopped now, or may begin now. */
  readonly agentIds: readonly string[]
  /** Something was freed, or waits again: the scheduler has work. */
  readonly freesSome: boolean
}

/** `settleSessions` of session/settle.store.ts: brings sessions to where their kernels say they are. */
export function settleSessions(db: Database, sessions: Iterable<SessionRow>): Settled {
  const agentIds = new Set<string>()
  let freesSome = false
  for (const session of sessions) {
    const { kernels } = session
    // One that failed to start keeps its kernels as history: none of its present start.
    if (kernels[0]?.attempt !== session.failures) continue
    const [main, ...others] = kernels
    if (main?.status === 'scheduled' && others.every(({ startedAt }) => startedAt !== null))
      agentIds.add(main.agentId)
    const settlement = db.rules.settle(
      session,
      kernels.map(kernel => ({ ...kernel, hasStarted: kernel.startedAt !== null })),
      { maxFailures: db.group(session.group).creationRetries },
    )
    if (!settlement) continue
    if (isSkippingRun(session, settlement)) {
      db.moveSession(session, 'running')
      session.startedAt ??= latestStart(session)
    }
    write(db, session, settlement)
    if (settlement.stopsKernels) {
      for (const kernel of kernels) {
        agentIds.add(kernel.agentId)
        if (!isEnded(kernel.status)) db.moveKernel(kernel, 'terminating')
      }
    }
    if (mayFree(settlement)) freesSome = true
  }
  return { agentIds: [...agentIds], freesSome }
}

/** `noteStarts`: one that started and ended between two reports did run, and its history says so. */
const isSkippingRun = (session: SessionRow, { status }: Settlement): boolean =>
  (status === 'terminated' || status === 'terminating') &&
  isStarting(session.status) &&
  session.kernels.every(kernel => kernel.startedAt !== null)

const latestStart = ({ kernels }: SessionRow): number | null => {
  const starts = kernels.flatMap(({ startedAt }) => (startedAt ? [startedAt.getTime()] : []))
  return starts.length > 0 ? Math.max(...starts) : null
}

function write(db: Database, session: SessionRow, settlement: Settlement): void {
  const { status, reason, result, exitCode, isFailedStart } = settlement
  session.reason = reason
  if (result !== 'undefined') session.result = result
  session.exitCode = exitCode ?? session.exitCode
  if (status === 'running') session.startedAt ??= latestStart(session)
  if (status === 'pending') session.scheduledAt = null
  if (isFailedStart) session.failures++
  db.moveSession(session, status)
}
