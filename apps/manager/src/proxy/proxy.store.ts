import { sql } from 'kysely'
import type { Db } from '../db/db.ts'

export interface ProxyAddress {
  readonly address: string
  readonly appsHost: string
  readonly isTls: boolean
}

/** A proxy not heard of for this long is not sent to, in SQL's words. */
const freshness = sql`last_contact_at > now() - interval '20 seconds'`

export async function joinProxy(
  db: Db,
  proxy: ProxyAddress & { readonly id: string; readonly tokenHash: Buffer },
): Promise<void> {
  await db
    .insertInto('proxy')
    .values(proxy)
    .onConflict(conflict =>
      conflict.column('id').doUpdateSet({ ...proxy, lastContactAt: sql`now()` }),
    )
    .execute()
}

export async function beat(
  db: Db,
  id: string,
  proxy: ProxyAddress & { readonly version: string },
): Promise<void> {
  await db
    .updateTable('proxy')
    .set({ ...proxy, lastContactAt: sql`now()` })
    .where('id', '=', id)
    .execute()
}

/** A proxy that was heard of lately; the same one as long as it lives. */
export async function findProxy(db: Db): Promise<ProxyAddress | undefined> {
  return db
    .selectFrom('proxy')
    .select(['address', 'appsHost', 'isTls'])
    .where(freshness as never)
    .orderBy('id')
    .executeTakeFirst()
}

export interface Target {
  readonly sessionId: string
  readonly sessionName: string
  readonly sessionStatus: string
  readonly kernelId: string
  readonly agentId: string
  readonly agentUrl: string
  readonly agentStatus: string
  readonly labels: Record<string, string>
  readonly apps: { name: string; status: 'starting' | 'ready' | 'failed'; message: string }[]
  readonly openApps: string[]
  readonly isUserActive: boolean
}

/** What a grant leads to: a live kernel of a session that the user owns, or administers. Undefined when it has gone. */
export async function findTarget(
  db: Db,
  userId: string,
  kernelId: string,
): Promise<Target | undefined> {
  const { rows } = await sql<Target>`
    select s.id as session_id, s.name as session_name, s.status as session_status, k.id as kernel_id, k.agent_id,
      a.address as agent_url, a.status as agent_status, i.labels, k.apps, k.open_apps,
      exists (select 1 from "user" u where u.id = ${userId} and u.status = 'active'
        and (u.id = s.user_id or u.role = 'superadmin' or (u.role = 'admin' and u.domain_id = s.domain_id))) as is_user_active
    from kernel k join session s on s.id = k.session_id join agent a on a.id = k.agent_id join image i on i.id = s.image_id
    where k.id = ${kernelId}`.execute(db)
  return rows[0]
}
