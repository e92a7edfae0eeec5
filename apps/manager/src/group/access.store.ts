import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../db/db.ts'

/** Who may be let into resource groups that are not public. */
const tables = {
  domain: { table: sql`domain_group`, key: sql`domain_id`, type: sql`uuid` },
  project: { table: sql`project_group`, key: sql`project_id`, type: sql`uuid` },
  keypair: { table: sql`keypair_group`, key: sql`access_key`, type: sql`text` },
} as const

export type Guest = keyof typeof tables

/** Names of the groups that somebody is let into, as one column; `id` is the SQL of their id. */
export const allowedGroups = (guest: Guest, id: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`array(select resource_group from ${tables[guest].table} where ${tables[guest].key} = ${id} order by 1)`

/** Lets a domain or project into just these groups. A group that is not there violates a foreign key. */
export async function setAllowedGroups(
  tx: Db,
  guest: Guest,
  id: string,
  names: readonly string[],
): Promise<void> {
  const { table, key } = tables[guest]
  await sql`delete from ${table} where ${key} = ${id} and resource_group <> all(${names}::text[])`.execute(
    tx,
  )
  await sql`
    insert into ${table} (${key}, resource_group) select ${id}, name from unnest(${names}::text[]) as given (name)
    on conflict do nothing`.execute(tx)
}

/** The constraints that tell of a group that is not there. */
export const allowedGroupsKey: Readonly<Record<'domain' | 'project', string>> = {
  domain: 'domain_group_resource_group_fkey',
  project: 'project_group_resource_group_fkey',
}

/** Lets just these into a group. One that is not there violates `guestKey`. */
export async function setGuests(
  tx: Db,
  guest: Guest,
  group: string,
  ids: readonly string[],
): Promise<void> {
  const { table, key, type } = tables[guest]
  await sql`
    delete from ${table} where resource_group = ${group} and ${key} <> all(${ids}::${type}[])`.execute(
    tx,
  )
  await sql`
    insert into ${table} (${key}, resource_group) select id, ${group} from unnest(${ids}::${type}[]) as given (id)
    on conflict do nothing`.execute(tx)
}

/** The constraints that tell of a guest that is not there. */
export const guestKey: Readonly<Record<Guest, string>> = {
  domain: 'domain_group_domain_id_fkey',
  project: 'project_group_project_id_fkey',
  keypair: 'keypair_group_access_key_fkey',
}

/** Ids of the domains of these names; throws nothing for one that is not there, which is left out. */
export async function domainIdsOf(
  db: Db,
  names: readonly string[],
): Promise<{ id: string; name: string }[]> {
  const { rows } = await sql<{ id: string; name: string }>`
    select id, name from domain where name = any(${names}::text[])`.execute(db)
  return rows
}

/** Whom a group lets in, by name. */
export async function listGuests(
  db: Db,
  group: string,
): Promise<{
  domains: string[]
  projects: { id: string; name: string; domainName: string }[]
  keypairs: { accessKey: string; userEmail: string }[]
}> {
  const [domains, projects, keypairs] = await Promise.all([
    sql<{ name: string }>`
      select d.name from domain_group a join domain d on d.id = a.domain_id
      where a.resource_group = ${group} order by 1`.execute(db),
    sql<{ id: string; name: string; domainName: string }>`
      select p.id, p.name, d.name as domain_name from project_group a
        join project p on p.id = a.project_id join domain d on d.id = p.domain_id
      where a.resource_group = ${group} order by d.name, p.name`.execute(db),
    sql<{ accessKey: string; userEmail: string }>`
      select a.access_key, u.email as user_email from keypair_group a
        join keypair k on k.access_key = a.access_key join "user" u on u.id = k.user_id
      where a.resource_group = ${group} order by u.email, 1`.execute(db),
  ])
  return {
    domains: domains.rows.map(({ name }) => name),
    projects: projects.rows,
    keypairs: keypairs.rows,
  }
}

/** On whose behalf a request is made. */
export interface Caller {
  readonly userId: string
  readonly accessKey: string
}

/** Groups that are open to a keypair in any domain or project that its user is in. */
export const openTo = ({ userId, accessKey }: Caller): RawBuilder<unknown> => sql`(
  g.is_public
  or exists (select 1 from keypair_group where access_key = ${accessKey} and resource_group = g.name)
  or exists (select 1 from domain_group a join "user" u on u.domain_id = a.domain_id
    where u.id = ${userId} and a.resource_group = g.name)
  or exists (select 1 from project_group a join membership m on m.project_id = a.project_id
    where m.user_id = ${userId} and a.resource_group = g.name))`

/** Groups that a keypair's sessions of one project may be in. */
export const openToProject = (accessKey: string, projectId: string): RawBuilder<unknown> => sql`(
  g.is_public
  or exists (select 1 from keypair_group where access_key = ${accessKey} and resource_group = g.name)
  or exists (select 1 from project_group where project_id = ${projectId} and resource_group = g.name)
  or exists (select 1 from domain_group a join project p on p.domain_id = a.domain_id
    where p.id = ${projectId} and a.resource_group = g.name))`
