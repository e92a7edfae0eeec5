import { endStatus } from '@capstan/core/session'
import { sql } from 'kysely'
import type { Db } from '../db/db.ts'
import { end, type EndMove, findStatuses } from '../session/session.store.ts'
import { lockSessions } from '../session/settle.store.ts'

/**
 * Ends what runs on agents and is of another group than the one that they are moved to. Answers the agents that have
 * something to end. Locks sessions: to be called before the agents' rows are written, as their reports do.
 */
export async function endForeign(
  tx: Db,
  agentIds: readonly string[],
  group: string,
): Promise<string[]> {
  const { rows } = await sql<{ id: string; agentId: string }>`
    select s.id, min(k.agent_id) as agent_id from kernel k join session s on s.id = k.session_id
    where k.agent_id = any(${agentIds}) and k.status not in ('terminated', 'error') and s.resource_group <> ${group}
    group by s.id`.execute(tx)
  const agentOf = new Map(rows.map(({ id, agentId }) => [id, agentId]))
  const ids = [...agentOf.keys()]
  await lockSessions(tx, ids)
  const moves = (await findStatuses(tx, { reach: 'all' }, ids)).flatMap(
    ({ id, status }): EndMove[] => {
      const to = status === 'pending' ? null : endStatus(status, 'polite')
      const reason = reasonOf(agentOf.get(id) ?? '', group)
      return to === null ? [] : [{ id, from: status, to, reason }]
    },
  )
  if (moves.length === 0) return []
  return (await end(tx, moves, reasonOf(agentIds.join(', '), group))).agentIds
}

const reasonOf = (agentId: string, group: string) => ({
  code: 'agent_moved',
  message: `Agent ${agentId} was moved to resource group ${group}`,
  data: { agentId, resourceGroup: group },
})
