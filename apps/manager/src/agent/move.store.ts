import { endStatus } from '@capstan/core/session'
import { sql } from 'kysely'
import type { Db } from '../db/db.ts'
import { end, findStatuses } from '../session/session.store.ts'
import { lockSessions } from '../session/settle.store.ts'

/**
 * Puts an agent in a group, and takes what its configuration asked for as answered. False when there is no such agent; a
 * group that is not there violates `agent_resource_group_fkey`.
 */
export async function setGroup(tx: Db, id: string, group: string): Promise<boolean> {
  const { rows } = await sql`
    update agent set resource_group = ${group}, requested_group = null where id = ${id} returning 1`.execute(
    tx,
  )
  return rows.length > 0
}

/**
 * Ends what runs on an agent and is of another group than the one that it is moved to. Answers the agents that have
 * something to end. Locks sessions: to be called before the agent's row is written, as its reports do.
 */
export async function endForeign(tx: Db, agentId: string, group: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select distinct s.id from kernel k join session s on s.id = k.session_id
    where k.agent_id = ${agentId} and k.status not in ('terminated', 'error') and s.resource_group <> ${group}`.execute(
    tx,
  )
  const ids = rows.map(row => row.id)
  await lockSessions(tx, ids)
  const moves = (await findStatuses(tx, { reach: 'all' }, ids)).flatMap(({ id, status }) => {
    const to = status === 'pending' ? null : endStatus(status, 'polite')
    return to === null ? [] : [{ id, from: status, to }]
  })
  const { agentIds } = await end(tx, moves, {
    code: 'agent_moved',
    message: `Agent ${agentId} was moved to resource group ${group}`,
    data: { agentId, resourceGroup: group },
  })
  return agentIds
}
