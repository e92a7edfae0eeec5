import type { UserRole } from '@capstan/contract/role'
import type { Db } from '../db/db.ts'

/** What a request needs to know of the one who makes it. */
export interface Identity {
  readonly userId: string
  readonly email: string
  readonly role: UserRole
  readonly status: 'active' | 'inactive' | 'before-verification' | 'deleted'
  readonly domainId: string
  readonly isSudoEnabled: boolean
  readonly accessKey: string
  readonly isKeypairActive: boolean
}

const columns = [
  'user.id as userId',
  'user.email',
  'user.role',
  'user.status',
  'user.domainId',
  'user.isSudoEnabled',
  'keypair.accessKey',
  'keypair.isActive as isKeypairActive',
] as const

/** The person behind a browser's cookie, acting with their main keypair. Undefined when signed out or expired. */
export async function findBrowserSession(
  db: Db,
  hash: Buffer,
  now: Date,
): Promise<Identity | undefined> {
  return db
    .selectFrom('browserSession')
    .innerJoin('user', 'user.id', 'browserSession.userId')
    .innerJoin('keypair', 'keypair.accessKey', 'user.mainAccessKey')
    .select(columns)
    .where('browserSession.hash', '=', hash)
    .where('browserSession.expiresAt', '>', now)
    .executeTakeFirst()
}

/** Somebody by id, acting with their main keypair. */
export async function findPerson(db: Db, userId: string): Promise<Identity | undefined> {
  return db
    .selectFrom('user')
    .innerJoin('keypair', 'keypair.accessKey', 'user.mainAccessKey')
    .select(columns)
    .where('user.id', '=', userId)
    .executeTakeFirst()
}

/** The same by e-mail. */
export async function findPersonByEmail(db: Db, email: string): Promise<Identity | undefined> {
  return db
    .selectFrom('user')
    .innerJoin('keypair', 'keypair.accessKey', 'user.mainAccessKey')
    .select(columns)
    .where(eb => eb(eb.fn('lower', ['user.email']), '=', email.toLowerCase()))
    .executeTakeFirst()
}

/** The owner of a keypair, with its sealed secret. */
export async function findSigner(
  db: Db,
  accessKey: string,
): Promise<(Identity & { readonly secretKeySealed: Buffer }) | undefined> {
  return db
    .selectFrom('keypair')
    .innerJoin('user', 'user.id', 'keypair.userId')
    .select([...columns, 'keypair.secretKeySealed'])
    .where('keypair.accessKey', '=', accessKey)
    .executeTakeFirst()
}
