import type { SessionStatus } from '@capstan/contract/session'
import { endStatus } from '@capstan/core/session'
import { sql } from 'kysely'
import { loseSilentAgents } from '../agent/agent.store.ts'
import type { App } from '../app.ts'
import { endDrained, endOnLostDrained } from './end-drained.ts'
import { end } from './session.store.ts'
import { lockSessions, settleSessions } from './settle.store.ts'

/** One turn: find agents that fell silent, take unstarted work away from lost ones, cancel what waited too long, end what outlived its time. Asked every other second: each looks at few rows, however much runs. */
export async function keepHouse(app: App): Promise<void> {
  const lost = await loseSilentAgents(app.db)
  if (lost.length > 0) app.log.warn({ agentIds: lost }, 'agents_lost')
  await reclaimUnstarted(app)
  await cancelOverdue(app)
  await endOutlived(app)
  await endDrained(app)
  await endOnLostDrained(app)
}

/** Of kernel k and its session s: never reported running, or of a start that has failed and waits for all to have ended. */
const isUnstarted = sql`(
  k.started_at is null and k.status in ('scheduled', 'preparing', 'pulling', 'creating', 'terminating')
  or k.status = 'terminating' and s.status in ('scheduled', 'preparing', 'pulling', 'creating'))`

/**
 * What a lost agent was told to start but never reported running is tried elsewhere. Should the agent have started it
 * after all, it finds on its return that nobody wants that container, and removes it.
 */
async function reclaimUnstarted(app: App): Promise<void> {
  const { rows } = await sql<{ sessionId: string }>`
    select distinct k.session_id from kernel k join agent a on a.id = k.agent_id join session s on s.id = k.session_id
    where a.status <> 'connected' and a.lost_at < now() - interval '10 seconds' and ${isUnstarted}`.execute(
    app.db,
  )
  if (rows.length === 0) return
  const ids = rows.map(row => row.sessionId)
  const { agentIds } = await app.db.transaction().execute(async tx => {
    await lockSessions(tx, ids)
    await sql`
      update kernel k set status = 'error', ended_at = now(), is_log_complete = true,
        reason = jsonb_build_object('code', 'agent_lost', 'message', 'Agent ' || a.id || ' was lost before it started',
          'data', jsonb_build_object('isRetryable', true))
      from agent a, session s
      where a.id = k.agent_id and a.status <> 'connected' and s.id = k.session_id and s.id = any(${ids}::uuid[])
        and ${isUnstarted}`.execute(tx)
    return settleSessions(tx, ids)
  })
  app.wake([...agentIds.map(id => `agent:${id}` as const), 'scheduler'])
}

/** SCH-07: a session that waits longer than its group lets it is cancelled; 0 lets it wait for ever. */
async function cancelOverdue(app: App): Promise<void> {
  const { rows } = await sql`
    update session s set status = 'cancelled', ended_at = now(), reason = jsonb_build_object('code', 'pending_timeout',
      'message', 'It waited longer than the ' || g.pending_timeout_s || ' s that resource group ' || g.name || ' allows')
    from resource_group g
    where g.name = s.resource_group and s.status = 'pending' and g.pending_timeout_s > 0
      and greatest(s.created_at, s.starts_at, s.released_at) < now() - make_interval(secs => g.pending_timeout_s)
    returning s.id`.execute(app.db)
  if (rows.length > 0) app.wake(['scheduler'])
}

/** POL-04: a session that is older than the policy of its keypair lets it be is ended, however busy. Waiting counts too, from the time on from which it was free to start. */
async function endOutlived(app: App): Promise<void> {
  interface Row {
    readonly id: string
    readonly status: SessionStatus
    readonly policy: string
    readonly lifetimeS: number
  }
  const { rows } = await sql<Row>`
    select s.id, s.status, p.name as policy, p.max_lifetime_s as lifetime_s
    from session s join keypair k on k.access_key = s.access_key join keypair_policy p on p.name = k.policy
    where p.max_lifetime_s is not null and s.status not in ('terminating', 'terminated', 'cancelled', 'error')
      and greatest(s.created_at, s.starts_at, s.released_at) < now() - make_interval(secs => p.max_lifetime_s)`.execute(
    app.db,
  )
  for (const [policy, outlived] of Map.groupBy(rows, row => row.policy)) {
    const moves = outlived.flatMap(({ id, status }) => {
      const to = endStatus(status, 'polite')
      return to === null ? [] : [{ id, from: status, to }]
    })
    const message = `It reached the ${outlived[0]!.lifetimeS} s that policy ${policy} lets a session last`
    const reason = { code: 'lifetime_over', message }
    const { agentIds } = await app.db.transaction().execute(tx => end(tx, moves, reason))
    app.wake([...agentIds.map(id => `agent:${id}` as const), 'scheduler'])
  }
}
