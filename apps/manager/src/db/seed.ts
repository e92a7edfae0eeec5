import { randomBytes } from 'node:crypto'
import { makeTicketKeys, type TicketKeys } from '@capstan/runtime/ticket'
import { sql } from 'kysely'
import { makeAccessKey, makeSecretKey } from '../account/keypair.ts'
import { hashPassword } from '../account/password.ts'
import type { Db } from './db.ts'
import { hashSecret, seal, type SealKey, unseal } from './seal.ts'

/** Secrets that the cluster as a whole has, made at its first start. */
export interface Cluster {
  readonly clusterId: string
  readonly ticketKeys: TicketKeys
}

const ticketPurpose = 'setting:ticket_keys'

/** The cluster's id and keys, made now if there are none. Of several first starters one wins, and all read the winner's. */
export async function readCluster(db: Db, key: SealKey): Promise<Cluster> {
  const keys = JSON.stringify(await makeTicketKeys())
  const sealed = seal(key, keys, ticketPurpose).toString('base64')
  await sql`
    insert into setting (name, value) values
      ('cluster_id', to_jsonb(gen_random_uuid()::text)), ('ticket_keys', to_jsonb(${sealed}::text))
    on conflict (name) do nothing`.execute(db)
  const { rows } = await sql<{ name: string; value: string }>`
    select name, value #>> '{}' as value from setting where name in ('cluster_id', 'ticket_keys')`.execute(
    db,
  )
  const value = (name: string): string => rows.find(row => row.name === name)!.value
  const ticketKeys = unseal(key, Buffer.from(value('ticket_keys'), 'base64'), ticketPurpose)
  return { clusterId: value('cluster_id'), ticketKeys: JSON.parse(ticketKeys) as TicketKeys }
}

export interface FirstAdministrator {
  readonly email: string
  readonly password: string
}

/** What a new installation begins with: a domain, a project, policies, a resource group, and its first administrator. */
export async function seedDefaults(db: Db, key: SealKey, admin: FirstAdministrator): Promise<void> {
  const passwordHash = await hashPassword(admin.password)
  await db.transaction().execute(async tx => {
    await sql`select pg_advisory_xact_lock(7000002)`.execute(tx)
    const { rows } = await sql`select 1 from "user" limit 1`.execute(tx)
    if (rows.length > 0) return
    await sql`insert into user_policy (name) values ('default')`.execute(tx)
    await sql`insert into project_policy (name) values ('default')`.execute(tx)
    await sql`insert into keypair_policy (name, max_concurrent_count, max_sftp_count) values ('default', 30, 2)`.execute(
      tx,
    )
    await sql`insert into resource_group (name, description) values ('default', 'Agents that name no other group')`.execute(
      tx,
    )
    await sql`insert into domain (name, description) values ('default', 'The first domain')`.execute(
      tx,
    )
    await sql`
      insert into project (domain_id, name, type, policy)
      select id, seed.name, seed.type, 'default' from domain,
        (values ('default', 'general'), ('model-store', 'model-store')) as seed (name, type)`.execute(
      tx,
    )
    await insertAdministrator(tx, key, { email: admin.email, passwordHash })
  })
}

async function insertAdministrator(
  tx: Db,
  key: SealKey,
  { email, passwordHash }: { email: string; passwordHash: string },
): Promise<void> {
  await insertUser(tx, key, {
    email,
    passwordHash,
    name: 'admin',
    role: 'superadmin',
    domainName: 'default',
  })
}

export interface NewUser {
  readonly email: string
  readonly name: string
  readonly passwordHash: string
  readonly role: 'superadmin' | 'admin' | 'user'
  readonly domainName: string
}

/** A user with a keypair of their own (KEY-01), a member of every project of the domain. Answers ids and keys. */
export async function insertUser(
  tx: Db,
  key: SealKey,
  user: NewUser,
): Promise<{ userId: string; accessKey: string; secretKey: string }> {
  const accessKey = makeAccessKey()
  const secretKey = makeSecretKey()
  const { rows } = await sql<{ id: string }>`
    insert into "user" (domain_id, email, name, role, password_hash, policy, main_access_key)
    select id, ${user.email}, ${user.name}, ${user.role}, ${user.passwordHash}, 'default', ${accessKey}
    from domain where name = ${user.domainName}
    returning id`.execute(tx)
  const userId = rows[0]?.id
  if (userId === undefined) throw new Error(`no domain ${user.domainName}`)
  const sealed = seal(key, secretKey, `keypair:${accessKey}`)
  await sql`
    insert into keypair (access_key, user_id, secret_key_sealed, policy)
    values (${accessKey}, ${userId}, ${sealed}, 'default')`.execute(tx)
  await sql`
    insert into membership (user_id, project_id, domain_id)
    select u.id, p.id, u.domain_id from "user" u join project p on p.domain_id = u.domain_id where u.id = ${userId}
    on conflict do nothing`.execute(tx)
  return { userId, accessKey, secretKey }
}

/** Lets machines of the same installation join with this secret, one token a role: `up` starts all of them with it. */
export async function seedJoinToken(db: Db, secret: string): Promise<void> {
  const roles = ['agent', 'proxy', 'storage'] as const
  await db
    .insertInto('joinToken')
    .values(
      roles.map(role => ({
        role,
        hash: hashSecret(`${role}:${secret}`),
        description: 'This machine’s own',
      })),
    )
    .onConflict(conflict => conflict.column('hash').doNothing())
    .execute()
}

/** A password that passes our own rule and can be typed from a screen. */
export const makePassword = (): string => `${randomBytes(9).toString('base64url')}-7a`
