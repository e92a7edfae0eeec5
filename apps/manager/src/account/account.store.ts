import type { Account } from '@capstan/contract/account'
import { permissionsOf } from '@capstan/core/access'
import { sql } from 'kysely'
import type { Db } from '../db/db.ts'

export interface SignInRow {
  readonly id: string
  readonly passwordHash: string
  readonly status: 'active' | 'inactive' | 'before-verification' | 'deleted'
  readonly mainAccessKey: string | null
}

/** The account to sign in by e-mail, whatever its status. */
export async function findByEmail(db: Db, email: string): Promise<SignInRow | undefined> {
  return db
    .selectFrom('user')
    .select(['id', 'passwordHash', 'status', 'mainAccessKey'])
    .where(sql`lower(email)`, '=', email.toLowerCase())
    .executeTakeFirst()
}

/** The account as its owner sees it, with the active projects it is in (all of its reach for administrators). */
export async function findAccount(db: Db, userId: string): Promise<Account | undefined> {
  const user = await db
    .selectFrom('user')
    .innerJoin('domain', 'domain.id', 'user.domainId')
    .select([
      'user.id',
      'user.email',
      'user.name',
      'user.fullName',
      'user.role',
      'user.domainId',
      'user.isPasswordChangeRequired',
      'user.mainAccessKey',
      'domain.name as domainName',
    ])
    .where('user.id', '=', userId)
    .executeTakeFirst()
  if (!user) return undefined
  const projects = await db
    .selectFrom('project')
    .innerJoin('membership', 'membership.projectId', 'project.id')
    .select(['project.id', 'project.name', 'project.type'])
    .where('membership.userId', '=', userId)
    .where('project.isActive', '=', true)
    .orderBy('project.name')
    .execute()
  const { domainId: _, mainAccessKey, ...rest } = user
  return {
    ...rest,
    mainAccessKey: mainAccessKey ?? '',
    projects,
    permissions: permissionsOf(user.role),
  }
}

export async function insertBrowserSession(
  db: Db,
  row: { hash: Buffer; userId: string; expiresAt: Date },
): Promise<void> {
  await db.insertInto('browserSession').values(row).execute()
}

export async function removeBrowserSession(db: Db, hash: Buffer): Promise<void> {
  await db.deleteFrom('browserSession').where('hash', '=', hash).execute()
}

/** Sealed secret of a user's main keypair. */
export async function findMainKeypair(
  db: Db,
  userId: string,
): Promise<{ accessKey: string; secretKeySealed: Buffer } | undefined> {
  return db
    .selectFrom('user')
    .innerJoin('keypair', 'keypair.accessKey', 'user.mainAccessKey')
    .select(['keypair.accessKey', 'keypair.secretKeySealed'])
    .where('user.id', '=', userId)
    .executeTakeFirst()
}

export interface Failures {
  readonly count: number
  readonly lastAt: Date
}

export async function findFailures(db: Db, emailHash: Buffer): Promise<Failures | undefined> {
  return db
    .selectFrom('signInFailure')
    .select(['count', 'lastAt'])
    .where('emailHash', '=', emailHash)
    .executeTakeFirst()
}

/** Counts a failure; one that is over an hour after the last begins anew. */
export async function countFailure(db: Db, emailHash: Buffer, now: Date): Promise<void> {
  await sql`
    insert into sign_in_failure as old (email_hash, count, last_at) values (${emailHash}, 1, ${now})
    on conflict (email_hash) do update set
      count = case when old.last_at < ${now}::timestamptz - interval '1 hour' then 1 else old.count + 1 end,
      last_at = ${now}`.execute(db)
}

export async function forgetFailures(db: Db, emailHash: Buffer): Promise<void> {
  await db.deleteFrom('signInFailure').where('emailHash', '=', emailHash).execute()
}
