import type { Account } from '@capstan/contract/account'
import { permissionsOf } from '@capstan/core/access'
import { sql } from 'kysely'
import type { Db, Tx } from '../db/db.ts'

const hourMs = 3_600_000

export interface SignInRow {
  readonly id: string
  readonly email: string
  readonly passwordHash: string
  readonly status: 'active' | 'inactive' | 'before-verification' | 'deleted'
  readonly mainAccessKey: string | null
  readonly isTotpEnabled: boolean
  readonly totpSeedSealed: Buffer | null
  readonly totpLastStep: number | null
}

const secrets = [
  'id',
  'email',
  'passwordHash',
  'status',
  'mainAccessKey',
  'isTotpEnabled',
  'totpSeedSealed',
  'totpLastStep',
] as const

/** The account to sign in by e-mail, whatever its status. */
export async function findByEmail(db: Db, email: string): Promise<SignInRow | undefined> {
  return db
    .selectFrom('user')
    .select(secrets)
    .where(sql`lower(email)`, '=', email.toLowerCase())
    .executeTakeFirst()
}

/** The same by id, for who is signed in and shows that they still know their password. */
export async function findSecrets(db: Db, id: string): Promise<SignInRow | undefined> {
  return db.selectFrom('user').select(secrets).where('id', '=', id).executeTakeFirst()
}

export async function setPassword(db: Db, id: string, passwordHash: string): Promise<void> {
  await db
    .updateTable('user')
    .set({ passwordHash, isPasswordChangeRequired: false, modifiedAt: sql`now()` })
    .where('id', '=', id)
    .execute()
}

/** Signs somebody out of every browser but the one with this cookie. */
export async function endOtherBrowserSessions(
  db: Db,
  userId: string,
  hash: Buffer | null,
): Promise<void> {
  await sql`delete from browser_session where user_id = ${userId} and hash is distinct from ${hash}`.execute(
    db,
  )
}

/** A seed that waits for its first code; undefined turns two-factor sign-in off. */
export async function setSeed(db: Db, id: string, sealed: Buffer | undefined): Promise<void> {
  await db
    .updateTable('user')
    .set({ totpSeedSealed: sealed ?? null, isTotpEnabled: false, totpLastStep: null })
    .where('id', '=', id)
    .execute()
  await db.deleteFrom('recoveryCode').where('userId', '=', id).execute()
}

export async function enableTotp(db: Db, id: string, codes: readonly Buffer[]): Promise<void> {
  await db.updateTable('user').set({ isTotpEnabled: true }).where('id', '=', id).execute()
  await db
    .insertInto('recoveryCode')
    .values(codes.map(hash => ({ userId: id, hash })))
    .execute()
}

/** Notes that a step was used. False when it, or a later one, was used before. */
export async function useStep(db: Db, id: string, step: number): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('user')
    .set({ totpLastStep: step })
    .where('id', '=', id)
    .where(eb => eb.or([eb('totpLastStep', 'is', null), eb('totpLastStep', '<', step)]))
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Uses a recovery code up. False when there is no such one. */
export async function removeRecoveryCode(db: Db, userId: string, hash: Buffer): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('recoveryCode')
    .where('userId', '=', userId)
    .where('hash', '=', hash)
    .executeTakeFirst()
  return numDeletedRows > 0n
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
      'user.isTotpEnabled',
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

/** The failures of an e-mail, locked until the end of the transaction; over an hour after the last one, none. */
export async function lockFailures(tx: Tx, emailHash: Buffer, now: Date): Promise<Failures> {
  const none = { count: 0, lastAt: now }
  await tx
    .insertInto('signInFailure')
    .values({ emailHash, ...none })
    .onConflict(conflict => conflict.doNothing())
    .execute()
  const found = await tx
    .selectFrom('signInFailure')
    .select(['count', 'lastAt'])
    .where('emailHash', '=', emailHash)
    .forUpdate()
    .executeTakeFirst()
  return found && now.getTime() - found.lastAt.getTime() <= hourMs ? found : none
}

export async function setFailures(db: Db, emailHash: Buffer, failures: Failures): Promise<void> {
  await db
    .updateTable('signInFailure')
    .set({ count: failures.count, lastAt: failures.lastAt })
    .where('emailHash', '=', emailHash)
    .execute()
}

/** One failure fewer, for an attempt that was none; those counted beside it stay. */
export async function uncountFailure(db: Db, emailHash: Buffer, before: Failures): Promise<void> {
  await sql`
    update sign_in_failure set
      count = greatest(count - 1, 0),
      last_at = case when count = ${before.count + 1} then ${before.lastAt} else last_at end
    where email_hash = ${emailHash}`.execute(db)
}

export async function forgetFailures(db: Db, emailHash: Buffer): Promise<void> {
  await db.deleteFrom('signInFailure').where('emailHash', '=', emailHash).execute()
}
