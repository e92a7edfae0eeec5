import type { SessionStatus } from '@capstan/contract/session'
import { endStatus } from '@capstan/core/session'
import { sql } from 'kysely'
import type { App } from '../app.ts'
import { end } from './session.store.ts'
import { lockSessions, settleSessions } from './settle.store.ts'

/** AGT-05: what still runs on an agent that is drained is ended when its time is up. Whatever is there is found again each time. */
export async function endDrained(app: App): Promise<void> {
  interface Row {
    readonly id: string
    readonly status: SessionStatus
    readonly agentId: string
    readonly isAtOnce: boolean
  }
  const { rows } = await sql<Row>`
    select distinct on (s.id) s.id, s.status, a.id as agent_id, a.drain_mode = 'end' as is_at_once
    from agent a join kernel k on k.agent_id = a.id and k.status not in ('terminated', 'error')
      join session s on s.id = k.session_id
    where a.drain_deadline_at <= now() and s.status not in ('pending', 'terminating', 'terminated', 'cancelled', 'error')
    order by s.id, a.id`.execute(app.db)
  for (const [agentId, overdue] of Map.groupBy(rows, row => row.agentId)) {
    const moves = overdue.flatMap(({ id, status }) => {
      const to = endStatus(status, 'polite')
      return to === null ? [] : [{ id, from: status, to }]
    })
    const reason = {
      code: 'agent_drained',
      message: overdue[0]!.isAtOnce
        ? `Agent ${agentId} was drained for maintenance`
        : `Agent ${agentId} was drained for maintenance, and the time to finish was over`,
      data: { agentId },
    }
    const { moved, agentIds } = await app.db.transaction().execute(tx => end(tx, moves, reason))
    app.log.info({ agentId, ended: moved.length }, 'agent_drained')
    app.wake([...agentIds.map(id => `agent:${id}` as const), 'scheduler'])
  }
}

/**
 * AGT-06: containers that a drained agent was told to end, and that is lost, are taken for ended: nobody else will say so. While it
 * is drained it takes nothing new, so what they held is given to nobody beside them; should it return, it ends them, and sends
 * their logs. Whoever cancels the drain before it has ended them lets new sessions have their devices beside them for that time.
 */
export async function endOnLostDrained(app: App): Promise<void> {
  const isLeft = sql`k.status = 'terminating' and a.drain_mode is not null and a.status <> 'connected'
    and a.lost_at < now() - interval '10 seconds'`
  const { rows } = await sql<{ sessionId: string }>`
    select distinct k.session_id from agent a join kernel k on k.agent_id = a.id where ${isLeft}`.execute(
    app.db,
  )
  if (rows.length === 0) return
  const ids = rows.map(row => row.sessionId)
  const { agentIds } = await app.db.transaction().execute(async tx => {
    await lockSessions(tx, ids)
    await sql`
      update kernel k set status = 'terminated', ended_at = now()
      from agent a where a.id = k.agent_id and k.session_id = any(${ids}::uuid[]) and ${isLeft}`.execute(
      tx,
    )
    return settleSessions(tx, ids)
  })
  app.log.warn({ sessionIds: ids }, 'ended_on_lost_agents')
  app.wake([...agentIds.map(id => `agent:${id}` as const), 'scheduler'])
}
