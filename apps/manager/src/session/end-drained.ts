import type { SessionStatus } from '@capstan/contract/session'
import { endStatus } from '@capstan/core/session'
import { sql } from 'kysely'
import type { App } from '../app.ts'
import { end } from './session.store.ts'

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
