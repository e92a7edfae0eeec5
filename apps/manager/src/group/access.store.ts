import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../db/db.ts'

/** Who may be let into resource groups that are not public. */
const tables = {
  domain: { table: sql`domain_group`, key: sql`domain_id` },
  project: { table: sql`project_group`, key: sql`project_id` },
} as const

export type Guest = keyof typeof tables

/** Names of the groups that a domain or project is let into, as one column; `id` is the SQL of its id. */
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
export const allowedGroupsKey: Readonly<Record<Guest, string>> = {
  domain: 'domain_group_resource_group_fkey',
  project: 'project_group_resource_group_fkey',
}

/** Groups that are let in, of any domain or project that this user is in. */
export const openTo = (userId: string): RawBuilder<unknown> => sql`(
  g.is_public
  or exists (select 1 from domain_group a join "user" u on u.domain_id = a.domain_id
    where u.id = ${userId} and a.resource_group = g.name)
  or exists (select 1 from project_group a join membership m on m.project_id = a.project_id
    where m.user_id = ${userId} and a.resource_group = g.name))`

/** Whether sessions of a project may be in a group. */
export async function mayUse(db: Db, projectId: string, group: string): Promise<boolean> {
  const { rows } = await sql`
    select 1 from resource_group g where g.name = ${group} and (
      g.is_public
      or exists (select 1 from project_group where project_id = ${projectId} and resource_group = g.name)
      or exists (select 1 from domain_group a join project p on p.domain_id = a.domain_id
        where p.id = ${projectId} and a.resource_group = g.name))`.execute(db)
  return rows.length > 0
}
