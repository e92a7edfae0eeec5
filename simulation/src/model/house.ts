import { isEnded } from '@capstan/core/session'
import type { Database } from './database.ts'
import { freeFrom } from './request.ts'
import type { SessionRow } from './rows.ts'
import { settleSessions } from './settle.ts'

/** Three missed heartbeats (AGT-06), as in session/housekeeper.loop.ts. */
const silenceMs = 15_000

/** An agent that has been lost for so long has its unstarted work taken away. */
const reclaimAfterMs = 10_000

/** `loseSilentAgents` of agent/agent.store.ts. */
export function loseSilentAgents(db: Database): void {
  for (const agent of db.agents.values())
    if (agent.status === 'connected' && agent.lastContactAt < db.now - silenceMs) {
      agent.status = 'lost'
      agent.lostAt = db.now
    }
}

/** `leaveAgent` of agent/agent.store.ts. */
export function leaveAgent(db: Database, id: string): void {
  const agent = db.agent(id)
  agent.status = 'terminated'
  agent.lostAt = db.now
}

/** First half of `reclaimUnstarted`: sessions of which a lost agent has a kernel that never started. */
export function listUnstarted(db: Database): SessionRow[] {
  const sessions = new Set<SessionRow>()
  for (const agent of db.agents.values()) {
    if (agent.status === 'connected' || (agent.lostAt ?? db.now) >= db.now - reclaimAfterMs)
      continue
    for (const kernel of agent.kernels)
      if (db.rules.isReclaimable(kernel)) sessions.add(kernel.session)
  }
  return [...sessions]
}

/** Second half, in a transaction of its own: what still is so is tried elsewhere. */
export function reclaimUnstarted(db: Database, sessions: readonly SessionRow[]): void {
  for (const session of sessions)
    for (const kernel of session.kernels) {
      const agent = db.agent(kernel.agentId)
      if (agent.status === 'connected' || !db.rules.isReclaimable(kernel)) continue
      kernel.reason = {
        code: 'agent_lost',
        message: `Agent ${agent.id} was lost before it started`,
        data: { isRetryable: true },
      }
      kernel.isLogComplete = true
      db.moveKernel(kernel, 'error')
    }
  settleSessions(db, sessions)
}

/** `cancelOverdue` (SCH-07). */
export function cancelOverdue(db: Database): void {
  for (const session of db.live.values()) {
    const { pendingTimeoutS } = db.group(session.group)
    const isOverdue =
      session.status === 'pending' &&
      pendingTimeoutS > 0 &&
      freeFrom(session) < db.now - pendingTimeoutS * 1000
    if (!isOverdue) continue
    session.reason = { code: 'pending_timeout', message: 'It waited too long' }
    db.moveSession(session, 'cancelled')
  }
}

/** First half of `endOutlived` (POL-04): who is older than its policy lets it be. */
export const listOutlived = (db: Database): SessionRow[] =>
  [...db.live.values()].filter(
    session =>
      session.status !== 'terminating' &&
      session.keypair.maxLifetimeS !== null &&
      freeFrom(session) < db.now - session.keypair.maxLifetimeS * 1000,
  )

/** First half of `settleLeftOver`: sessions whose kernels have all ended while they themselves have not. */
export const listLeftOver = (db: Database): SessionRow[] =>
  [...db.live.values()].filter(
    ({ status, kernels }) =>
      status !== 'pending' && kernels.every(kernel => isEnded(kernel.status)),
  )
