import { sql } from 'kysely'
import type { Db } from '../db/db.ts'

export interface ProxyAddress {
  readonly address: string
  readonly appsHost: string
  readonly isTls: boolean
}

/** A proxy not heard of for this long is not sent to, in SQL's words. */
const freshness = sql`last_contact_at > now() - interval '20 seconds'`

/** Whether a join token is that of a resource group's own proxy. */
export async function isGroupToken(db: Db, hash: Buffer): Promise<boolean> {
  const row = await db
    .selectFrom('resourceGroup')
    .select('name')
    .where('proxyTokenHash', '=', hash)
    .executeTakeFirst()
  return row !== undefined
}

export async function joinProxy(
  db: Db,
  proxy: ProxyAddress & {
    readonly id: string
    readonly tokenHash: Buffer
    readonly joinedWith: Buffer
  },
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
  proxy: ProxyAddress & { readonly version: string; readonly joinedWith?: Buffer },
): Promise<void> {
  await db
    .updateTable('proxy')
    .set({ ...proxy, lastContactAt: sql`now()` })
    .where('id', '=', id)
    .execute()
}

/** What a group says of its proxy: an address, and whether one is there that may serve it. */
export interface GroupProxy {
  /** Null: the group has no proxy of its own. */
  readonly wanted: string | null
  readonly proxy: ProxyAddress | undefined
}

/**
 * The proxy through which browsers reach sessions of a group (GRP-04): the one at the address that the group names, if it was
 * heard of lately and knows the group's token; without an address one that stands by the manager, rather than one that some
 * group calls its own. The same one as long as it lives.
 */
export async function findProxyOf(db: Db, group: string): Promise<GroupProxy> {
  const { rows } = await sql<
    { wanted: string | null } & (ProxyAddress | { [K in keyof ProxyAddress]: null })
  >`
    select g.proxy_address as wanted, chosen.address, chosen.apps_host, chosen.is_tls
    from resource_group g left join lateral (
      select p.address, p.apps_host, p.is_tls from proxy p
      where ${freshness} and (g.proxy_address is null or (rtrim(p.address, '/') = rtrim(g.proxy_address, '/')
        and (g.proxy_token_hash is null or p.joined_with = g.proxy_token_hash)))
      order by exists (select 1 from resource_group other where g.proxy_address is null
        and rtrim(other.proxy_address, '/') = rtrim(p.address, '/')), p.id
      limit 1) as chosen on true
    where g.name = ${group}`.execute(db)
  const row = rows[0]
  if (!row) return { wanted: null, proxy: undefined }
  const { wanted, ...proxy } = row
  return { wanted, proxy: proxy.address === null ? undefined : proxy }
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
