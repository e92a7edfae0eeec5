import type { Schema } from '../db/types.gen.ts'
import type { JoinToken } from '@capstan/contract/join-token'
import { type Selectable, sql } from 'kysely'
import type { Db } from '../db/db.ts'
import { prepared } from '../db/prepared.ts'
import type { Machine } from '../http/actor.ts'

/** The agent, proxy or storage that holds each of the tokens with these hashes. */
export async function findMachines(
  db: Db,
  hashes: readonly Buffer[],
): Promise<(KnownMachine | undefined)[]> {
  const { rows } = await sql<KnownMachine & { tokenHash: Buffer }>`${prepared}
    select id, 'agent' as role, token_hash from agent where token_hash = any(${hashes})
    union all select id, 'proxy', token_hash from proxy where token_hash = any(${hashes})
    union all select id, 'storage', token_hash from storage where token_hash = any(${hashes})`.execute(
    db,
  )
  const byHash = new Map(
    rows.map(({ tokenHash, ...machine }) => [tokenHash.toString('base64'), machine]),
  )
  return hashes.map(hash => byHash.get(hash.toString('base64')))
}

export type KnownMachine = Pick<Machine, 'role' | 'id'>

/** How long after its last use a join token is said to be used again: many machines may join at one time. */
const usedAgainAfterMs = 10_000

/** The role that each join token lets in, if it is one of ours and has not expired; notes that they were used. */
export async function useJoinTokens(
  db: Db,
  hashes: readonly Buffer[],
  now: Date,
): Promise<(Machine['role'] | undefined)[]> {
  const rows = await db
    .selectFrom('joinToken')
    .select(['hash', 'role', 'lastUsedAt'])
    .where('hash', 'in', hashes)
    .where(eb => eb.or([eb('expiresAt', 'is', null), eb('expiresAt', '>', now)]))
    .execute()
  const staleAt = new Date(now.getTime() - usedAgainAfterMs)
  const toNote = rows.filter(({ lastUsedAt }) => lastUsedAt === null || lastUsedAt < staleAt)
  if (toNote.length > 0)
    await db
      .updateTable('joinToken')
      .set({ lastUsedAt: now })
      .where(
        'hash',
        'in',
        toNote.map(({ hash }) => hash),
      )
      .execute()
  const roles = new Map(rows.map(({ hash, role }) => [hash.toString('base64'), role]))
  return hashes.map(hash => roles.get(hash.toString('base64')))
}

const joinTokenColumns = [
  'id',
  'role',
  'description',
  'createdAt',
  'expiresAt',
  'lastUsedAt',
] as const

type JoinTokenRow = Pick<Selectable<Schema['joinToken']>, (typeof joinTokenColumns)[number]>

const toJoinToken = (row: JoinTokenRow): JoinToken => ({
  ...row,
  createdAt: row.createdAt.toISOString(),
  expiresAt: row.expiresAt?.toISOString() ?? null,
  lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
})

/** All join tokens, newest first: there are a handful. */
export async function listJoinTokens(db: Db): Promise<JoinToken[]> {
  const rows = await db
    .selectFrom('joinToken')
    .select(joinTokenColumns)
    .orderBy('id', 'desc')
    .limit(1000)
    .execute()
  return rows.map(toJoinToken)
}

export async function insertJoinToken(
  db: Db,
  row: { hash: Buffer; role: Machine['role']; description: string; expiresAt: Date | null },
): Promise<JoinToken> {
  return toJoinToken(
    await db
      .insertInto('joinToken')
      .values(row)
      .returning(joinTokenColumns)
      .executeTakeFirstOrThrow(),
  )
}

/** False when there was none of this id. */
export async function removeJoinToken(db: Db, id: string): Promise<boolean> {
  const result = await db.deleteFrom('joinToken').where('id', '=', id).executeTakeFirst()
  return result.numDeletedRows > 0n
}
