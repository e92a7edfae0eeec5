import { sql } from 'kysely'
import type { App } from '../app.ts'
import { lockSessions, settleSessions } from './settle.store.ts'

/** Samples of use are for plots of the last day. */
const usageKept = '1 day'

/** What nobody waits for: settles sessions that were left over, and deletes what expired. Looks at all that runs, so not often. */
export async function sweep(app: App): Promise<void> {
  await settleLeftOver(app)
  await deleteExpired(app)
}

/** Sessions whose kernels have all ended while they themselves have not: nothing of ours leaves such, but a restored backup may. */
async function settleLeftOver(app: App): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    select s.id from session s
    where s.status not in ('pending', 'terminated', 'cancelled', 'error')
      and not exists (select 1 from kernel k where k.session_id = s.id and k.attempt = s.failures
        and k.status not in ('terminated', 'error'))`.execute(app.db)
  if (rows.length === 0) return
  const ids = rows.map(row => row.id)
  await app.db.transaction().execute(async tx => {
    await lockSessions(tx, ids)
    await settleSessions(tx, ids)
  })
}

async function deleteExpired(app: App): Promise<void> {
  await sql`delete from browser_session where expires_at < now()`.execute(app.db)
  await sql`delete from sign_in_failure where last_at < now() - interval '1 day'`.execute(app.db)
  await sql`delete from kernel_usage where at < now() - interval '${sql.raw(usageKept)}'`.execute(
    app.db,
  )
}
