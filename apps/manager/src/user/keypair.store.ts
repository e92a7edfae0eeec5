import type { Keypair } from '@capstan/contract/keypair'
import { type RawBuilder, type Selectable, sql } from 'kysely'
import { makeAccessKey, makeSecretKey } from '../account/keypair.ts'
import type { Db } from '../db/db.ts'
import { contains, containsEvenShort, listPage, readSort, type SortColumn } from '../db/page.ts'
import type { Scope } from '../db/scope.ts'
import { seal, type SealKey } from '../db/seal.ts'
import type { KeypairTable } from '../db/types.gen.ts'
import { within } from './user.store.ts'

type Row = Selectable<KeypairTable> & {
  readonly userEmail: string
  readonly userRole: 'superadmin' | 'admin' | 'user'
  readonly isMain: boolean
  readonly lastUsedAt: Date | null
  readonly queryCount: number
  readonly windowCount: number
}

export const from = sql`keypair k join "user" u on u.id = k.user_id left join keypair_use n on n.access_key = k.access_key`
const select = sql`k.*, u.email as user_email, u.role as user_role,
  u.main_access_key is not distinct from k.access_key as is_main,
  n.last_at as last_used_at, coalesce(n.count, 0) as query_count, requests_in_window(k.access_key) as window_count`

export const toKeypair = (row: Row): Keypair => ({
  accessKey: row.accessKey,
  userId: row.userId,
  userEmail: row.userEmail,
  isActive: row.isActive,
  isMain: row.isMain,
  policy: row.policy,
  rateLimit: row.rateLimit,
  createdAt: row.createdAt.toISOString(),
  lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
  queryCount: row.queryCount,
  windowCount: row.windowCount,
})

type Sort = 'userEmail' | 'createdAt' | 'accessKey'

const sortColumns: Readonly<Record<Sort, SortColumn>> = {
  userEmail: { sql: sql`u.email`, type: 'text' },
  createdAt: { sql: sql`k.created_at`, type: 'timestamptz' },
  accessKey: { sql: sql`k.access_key`, type: 'text' },
}

export interface KeypairFilter {
  readonly ids?: readonly string[] | undefined
  readonly accessKey?: string | undefined
  readonly userEmail?: string | undefined
  readonly userId?: string | undefined
  readonly policy?: string | undefined
  readonly isActive?: boolean | undefined
  readonly sort?: string | undefined
  readonly cursor?: string | undefined
  readonly limit: number
}

/** Any one letter that keys are made of stands in many of them: reading on finds those sooner than the index of letters. */
const keyContains = (text: string): RawBuilder<unknown> =>
  (/^[A-Z2-7]$/i.test(text) ? contains : containsEvenShort)(sql`k.access_key`, text)

export function conditions(filter: Omit<KeypairFilter, 'limit'>): RawBuilder<unknown>[] {
  const { ids, accessKey, userEmail, userId, policy, isActive } = filter
  return [
    ids && sql`k.access_key = any(${ids}::text[])`,
    accessKey !== undefined && keyContains(accessKey),
    userEmail !== undefined && containsEvenShort(sql`u.email`, userEmail),
    userId !== undefined && sql`k.user_id = ${userId}`,
    policy !== undefined && sql`k.policy = ${policy}`,
    isActive !== undefined && sql`k.is_active = ${isActive}`,
  ].filter(condition => typeof condition === 'object')
}

/** One page of the keypairs of users in scope, by their owners unless asked otherwise. */
export async function list(
  db: Db,
  scope: Scope,
  filter: KeypairFilter,
): Promise<{ items: Keypair[]; nextCursor: string | null; count: number; isCountExact: boolean }> {
  const { column, isDescending } = readSort<Sort>(filter.sort, {
    column: 'userEmail',
    isDescending: false,
  })
  return listPage<Row, Keypair>(db, {
    select,
    from,
    where: [...within(scope), ...conditions(filter)],
    sort: sortColumns[column],
    isDescending,
    id: sql`k.access_key`,
    idType: 'text',
    cursor: filter.cursor,
    limit: filter.limit,
    map: toKeypair,
  })
}

/** A keypair of a user in scope, with its sealed secret; otherwise undefined. */
export async function find(db: Db, scope: Scope, accessKey: string): Promise<Row | undefined> {
  const where = sql.join([sql`k.access_key = ${accessKey}`, ...within(scope)], sql` and `)
  const { rows } = await sql<Row>`select ${select} from ${from} where ${where}`.execute(db)
  return rows[0]
}

/** Nobody else changes it until the transaction ends, nor makes it anybody's main one. */
export async function lock(tx: Db, accessKey: string): Promise<void> {
  await sql`select 1 from keypair where access_key = ${accessKey} for update`.execute(tx)
}

/** Makes a keypair (KEY-01). A policy that is not there violates `keypair_policy_fkey`. */
export async function makeKeypair(
  tx: Db,
  sealKey: SealKey,
  { userId, policy, rateLimit }: { userId: string; policy: string; rateLimit?: number },
): Promise<{ accessKey: string; secretKey: string }> {
  const accessKey = makeAccessKey()
  const secretKey = makeSecretKey()
  const secretKeySealed = seal(sealKey, secretKey, `keypair:${accessKey}`)
  await tx
    .insertInto('keypair')
    .values({
      accessKey,
      userId,
      policy,
      secretKeySealed,
      ...(rateLimit !== undefined && { rateLimit }),
    })
    .execute()
  return { accessKey, secretKey }
}

export interface KeypairChanges {
  readonly policy?: string | undefined
  readonly rateLimit?: number | undefined
  readonly isActive?: boolean | undefined
}

export async function update(tx: Db, accessKey: string, changes: KeypairChanges): Promise<void> {
  if (Object.values(changes).every(value => value === undefined)) return
  await tx.updateTable('keypair').set(changes).where('accessKey', '=', accessKey).execute()
}

/** Deactivates the keypairs of users. */
export async function deactivateAll(tx: Db, userIds: readonly string[]): Promise<void> {
  await sql`
    update keypair set is_active = false where is_active and user_id = any(${userIds}::uuid[])`.execute(
    tx,
  )
}

export async function remove(tx: Db, accessKeys: readonly string[]): Promise<void> {
  await sql`delete from keypair where access_key = any(${accessKeys}::text[])`.execute(tx)
}
