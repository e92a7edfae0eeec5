import { sql } from 'kysely'
import type { Db } from '../db/db.ts'
import { hashSecret } from '../db/seal.ts'
import { domainIdsOf, type Guest, setGuests } from './access.store.ts'
import type { GroupDetails } from '@capstan/contract/group'

type Settings = Pick<
  GroupDetails,
  | 'description'
  | 'isActive'
  | 'isPublic'
  | 'scheduler'
  | 'selector'
  | 'allowedSessionTypes'
  | 'pendingTimeoutS'
  | 'retriesToSkip'
  | 'creationRetries'
  | 'enforcesSpreading'
  | 'reserveAfterS'
  | 'halfLifeS'
  | 'isPreemptionEnabled'
  | 'proxyAddress'
>

interface Given extends Settings {
  readonly proxyToken: string | null
  readonly weights: readonly { readonly userId: string; readonly weight: number }[]
  readonly allowedDomains: readonly string[]
  readonly allowedProjects: readonly string[]
  readonly allowedKeypairs: readonly string[]
}

export type GroupChanges = { readonly [K in keyof Given]?: Given[K] | undefined }

/** What a proxy's join token is kept as, here and among the join tokens. */
export const proxyTokenHash = (token: string): Buffer => hashSecret(`proxy:${token}`)

/** False when the name is taken. */
export async function insert(tx: Db, name: string): Promise<boolean> {
  const { rows } = await sql`
    insert into resource_group (name) values (${name}) on conflict do nothing returning 1`.execute(
    tx,
  )
  return rows.length > 0
}

/** Nobody else changes, deletes or begins to refer to this group until the transaction ends. */
export async function lock(tx: Db, name: string): Promise<void> {
  await sql`select 1 from resource_group where name = ${name} for update`.execute(tx)
}

/** A domain that no other of the given is: the first name that leads nowhere. */
export interface Missing {
  readonly guest: 'domain'
  readonly name: string
}

/**
 * Changes what is given, and leaves the rest. Answers a domain that is not there; a project, keypair or user that is not there
 * violates a foreign key.
 */
export async function update(
  tx: Db,
  name: string,
  {
    proxyToken,
    weights,
    allowedDomains,
    allowedProjects,
    allowedKeypairs,
    ...columns
  }: GroupChanges,
): Promise<Missing | undefined> {
  const changes = {
    ...columns,
    ...(proxyToken !== undefined && {
      proxyTokenHash: proxyToken === null ? null : proxyTokenHash(proxyToken),
    }),
  }
  if (Object.values(changes).some(value => value !== undefined))
    await tx.updateTable('resourceGroup').set(changes).where('name', '=', name).execute()
  if (weights) await setWeights(tx, name, weights)
  const guests: [Guest, readonly string[] | undefined][] = [
    ['project', allowedProjects],
    ['keypair', allowedKeypairs],
  ]
  for (const [guest, ids] of guests) if (ids) await setGuests(tx, guest, name, ids)
  return allowedDomains && allowDomains(tx, name, allowedDomains)
}

async function allowDomains(
  tx: Db,
  group: string,
  names: readonly string[],
): Promise<Missing | undefined> {
  const found = await domainIdsOf(tx, names)
  const missing = names.find(name => !found.some(domain => domain.name === name))
  if (missing !== undefined) return { guest: 'domain', name: missing }
  await setGuests(
    tx,
    'domain',
    group,
    found.map(({ id }) => id),
  )
  return undefined
}

async function setWeights(tx: Db, group: string, weights: Given['weights']): Promise<void> {
  await sql`delete from group_weight where resource_group = ${group}`.execute(tx)
  await sql`
    insert into group_weight (resource_group, user_id, weight)
    select distinct on ("userId") ${group}, "userId", weight
    from jsonb_to_recordset(${JSON.stringify(weights)}::jsonb) as given ("userId" uuid, weight float8)
    where weight <> 1`.execute(tx)
}

export async function listWeights(db: Db, group: string): Promise<GroupDetails['weights']> {
  const { rows } = await sql<GroupDetails['weights'][number]>`
    select w.user_id, u.email as user_email, w.weight from group_weight w join "user" u on u.id = w.user_id
    where w.resource_group = ${group} order by u.email`.execute(db)
  return rows
}

/** What refers to a group, and keeps it from being deleted. */
export interface References {
  readonly agents: number
  readonly liveSessions: number
  readonly endedSessions: number
  readonly services: number
  readonly domains: number
  readonly projects: number
  readonly keypairs: number
}

export async function countReferences(tx: Db, name: string): Promise<References> {
  const { rows } = await sql<References>`
    select (select count(*)::int from agent where resource_group = ${name}) as agents,
      (select count(*)::int from session where resource_group = ${name} and ended_at is null) as live_sessions,
      (select count(*)::int from session where resource_group = ${name} and ended_at is not null) as ended_sessions,
      (select count(*)::int from service where resource_group = ${name}) as services,
      (select count(*)::int from domain_group where resource_group = ${name}) as domains,
      (select count(*)::int from project_group where resource_group = ${name}) as projects,
      (select count(*)::int from keypair_group where resource_group = ${name}) as keypairs`.execute(
    tx,
  )
  // One row, always.
  return rows[0]!
}

/** A group that something refers to violates a foreign key. */
export async function remove(tx: Db, name: string): Promise<void> {
  await sql`delete from resource_group where name = ${name}`.execute(tx)
}
