import type { Refusal, Verdict } from '@capstan/core/many'
import { type RawBuilder, sql } from 'kysely'
import type { Db, Tx } from '../db/db.ts'
import { attempt } from '../db/savepoint.ts'
import { violates } from '../db/violation.ts'

export interface ReadMany {
  /** Only what comes after this id. */
  readonly after?: string | undefined
  readonly limit?: number
  /** Nobody else changes these until the transaction ends. */
  readonly isLocked?: boolean
}

/** How things of a kind are found, judged and changed, however many. */
export interface Many<Row> {
  /** The tables that conditions are about, and in them the id and what people call it. */
  readonly from: RawBuilder<unknown>
  readonly id: RawBuilder<unknown>
  readonly name: RawBuilder<unknown>
  readonly idType: 'uuid' | 'text'
  /** What meets the conditions, in the order of ids. */
  readonly read: (
    db: Db,
    where: readonly RawBuilder<unknown>[],
    options: ReadMany,
  ) => Promise<Row[]>
  readonly idOf: (row: Row) => string
  readonly nameOf: (row: Row) => string
  readonly verdictOn: (row: Row) => Verdict
  /** Whose change the database may refuse, though the verdict is good: superadmins who would lose something. */
  readonly isDelicate: (row: Row) => boolean
  /** Makes the change for all of these, or fails. Answers the agents to wake. */
  readonly apply: (tx: Tx, rows: readonly Row[]) => Promise<string[]>
  /** What those have that is at stake. */
  readonly atStake: (db: Db, ids: readonly string[]) => Promise<AtStake>
}

export interface AtStake {
  readonly liveSessionCount: number
  readonly activeKeypairCount: number
  /** The cluster would be left without anybody who may administer all of it. */
  readonly isLastSuperadmin: boolean
}

export const nothingAtStake: AtStake = {
  liveSessionCount: 0,
  activeKeypairCount: 0,
  isLastSuperadmin: false,
}

export const lastSuperadmin: Refusal = {
  code: 'last_superadmin',
  message: 'The last active superadmin stays one: make somebody else a superadmin first',
}

/**
 * Judges things, and changes those that are to be: all at once, but the delicate ones each by itself, so that one which the
 * database refuses does not undo the others.
 */
export async function changeEach<Row>(
  tx: Tx,
  rows: readonly Row[],
  { idOf, nameOf, verdictOn, isDelicate, apply }: Many<Row>,
): Promise<{ verdicts: Map<string, Verdict>; agentIds: string[] }> {
  const verdicts = new Map(rows.map(row => [idOf(row), verdictOn(row)]))
  const changing = rows.filter(row => verdicts.get(idOf(row)) === 'change')
  const plain = changing.filter(row => !isDelicate(row))
  const agentIds = plain.length > 0 ? await apply(tx, plain) : []
  const delicate = changing.filter(isDelicate)
  for (const row of delicate.sort((a, b) => nameOf(a).localeCompare(nameOf(b))))
    try {
      agentIds.push(...(await attempt(tx, () => apply(tx, [row]))))
    } catch (error) {
      if (!violates(error, 'last_superadmin')) throw error
      verdicts.set(idOf(row), lastSuperadmin)
    }
  return { verdicts, agentIds }
}

/** Whether there is a superadmin who can work, beside these users and without these keypairs. */
export async function isSuperadminLeft(
  db: Db,
  without: { readonly userIds: readonly string[]; readonly accessKeys: readonly string[] },
): Promise<boolean> {
  const { rows } = await sql`
    select 1 from "user" u join keypair k on k.access_key = u.main_access_key
    where u.role = 'superadmin' and u.status = 'active' and k.is_active
      and u.id <> all(${without.userIds}::uuid[]) and k.access_key <> all(${without.accessKeys}::text[])
    limit 1`.execute(db)
  return rows.length > 0
}
