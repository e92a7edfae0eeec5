import { AppError } from '@capstan/contract/errors'
import type { ManyKeypairChanges } from '@capstan/contract/job-request'
import { type SeenKeypair, verdictOnKeypair } from '@capstan/core/many'
import { type RawBuilder, sql } from 'kysely'
import { auditAll, type Origin } from '../audit/audit.store.ts'
import type { Db, Tx } from '../db/db.ts'
import type { Person } from '../http/actor.ts'
import { keypairKind } from '../policy/policy.kinds.ts'
import * as policies from '../policy/policy.store.ts'
import { from, remove } from './keypair.store.ts'
import { isSuperadminLeft, type Many, nothingAtStake, type ReadMany } from './many.ts'

interface Row extends SeenKeypair {
  readonly accessKey: string
}

/** One change of many keypairs, or their removal. A policy that is not there fails here, and is held until the transaction ends. */
export async function manyKeypairs(
  db: Db,
  changes: ManyKeypairChanges | 'remove',
  admin: Person,
  origin: Origin,
): Promise<Many<Row>> {
  const isRemoval = changes === 'remove'
  const policy = isRemoval ? undefined : changes.policy
  if (policy !== undefined && !(await policies.holdFor(db, keypairKind, policy)))
    throw new AppError('policy_not_found', {
      issues: [{ path: 'changes.policy', message: 'no such policy' }],
    })
  const isTakenFrom = !isRemoval && changes.isActive === false
  return {
    from,
    id: sql`k.access_key`,
    name: sql`k.access_key`,
    idType: 'text',
    read: readKeypairs,
    idOf: ({ accessKey }) => accessKey,
    nameOf: ({ accessKey }) => accessKey,
    verdictOn: keypair => verdictOnKeypair(keypair, changes, admin.role),
    isDelicate: ({ userRole }) => isTakenFrom && userRole === 'superadmin',
    apply: (tx, rows) => apply(tx, rows, changes, admin, origin),
    atStake: async (on, accessKeys) => ({
      ...nothingAtStake,
      isLastSuperadmin: isTakenFrom && !(await isSuperadminLeft(on, { userIds: [], accessKeys })),
    }),
  }
}

async function readKeypairs(
  db: Db,
  where: readonly RawBuilder<unknown>[],
  { after, limit, isLocked = false }: ReadMany,
): Promise<Row[]> {
  const conditions = after === undefined ? where : [...where, sql`k.access_key > ${after}`]
  const { rows } = await sql<Row>`
    select k.access_key, k.is_active, k.policy, k.rate_limit, u.role as user_role, u.email as user_email,
      u.main_access_key is not distinct from k.access_key as is_main
    from ${from} ${conditions.length > 0 ? sql`where ${sql.join(conditions, sql` and `)}` : sql``}
    order by k.access_key ${limit === undefined ? sql`` : sql`limit ${limit}`}
    ${isLocked ? sql`for update of k` : sql``}`.execute(db)
  return rows
}

async function apply(
  tx: Tx,
  rows: readonly Row[],
  changes: ManyKeypairChanges | 'remove',
  admin: Person,
  origin: Origin,
): Promise<string[]> {
  const accessKeys = rows.map(({ accessKey }) => accessKey)
  if (changes === 'remove') await remove(tx, accessKeys)
  else
    await tx
      .updateTable('keypair')
      .set(changes)
      .where(sql<boolean>`access_key = any(${accessKeys}::text[])`)
      .execute()
  const entries = rows.map(({ accessKey, isActive, policy, rateLimit, userEmail }) => {
    const before = { userEmail, isActive, policy, rateLimit }
    return changes === 'remove'
      ? { operation: 'keypair.remove', target: accessKey, before, after: null }
      : { operation: 'keypair.update', target: accessKey, before, after: { ...before, ...changes } }
  })
  await auditAll(tx, admin, origin, entries)
  return []
}
