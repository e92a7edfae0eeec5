import type { Schema } from '../db/types.gen.ts'
import type { JoinToken } from '@capstan/contract/join-token'
import { type Selectable, sql } from 'kysely'
import type { Db } from '../db/db.ts'
import { prepared } from '../db/prepared.ts'
import type { Machine } from '../http/actor.ts'

/** The agent, proxy or storage that holds the token with this hash. */
export async function findMachine(
  db: Db,
  hash: Buffer,
): Promise<Pick<Machine, 'role' | 'id'> | undefined> {
  const { rows } = await sql<Pick<Machine, 'role' | 'id'>>`${prepared}
    select id, 'agent' as role from agent where token_hash = ${hash}
    union all select id, 'proxy' from proxy where token_hash = ${hash}
    union all select id, 'storage' from storage where token_hash = ${hash}`.execute(db)
  return rows[0]
}

/** The role that a join token lets in, if it is one of ours and has not expired; notes that it was used. */
export async function useJoinToken(
  db: Db,
  hash: Buffer,
  now: Date,
): Promise<Machine['role'] | undefined> {
  const row = await db
    .updateTable('joinToken')
    .set({ lastUsedAt: now })
    .where('hash', '=', hash)
    .where(eb => eb.or([eb('expiresAt', 'is', null), eb('expiresAt', '>', now)]))
    .returning('role')
    .executeTakeFirst()
  return row?.role
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
