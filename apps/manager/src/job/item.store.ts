import type { JobItem } from '@capstan/contract/job'
import type { NewUserRow } from '@capstan/contract/user'
import { type RawBuilder, sql } from 'kysely'
import type { Db, Tx } from '../db/db.ts'
import { contains, listPage, readSort } from '../db/page.ts'

export interface ItemFilter {
  readonly name?: string | undefined
  readonly status?: readonly string[] | undefined
  readonly sort?: string | undefined
  readonly cursor?: string | undefined
  readonly limit: number
}

/** One page of the things that a job is about, in its order. */
export async function list(
  db: Db,
  jobId: string,
  filter: ItemFilter,
): Promise<{ items: JobItem[]; nextCursor: string | null; count: number; isCountExact: boolean }> {
  const { isDescending } = readSort<'number'>(filter.sort, {
    column: 'number',
    isDescending: false,
  })
  const { name, status } = filter
  const where = [
    sql`i.job_id = ${jobId}`,
    name !== undefined && contains(sql`i.name`, name),
    status && sql`i.status = any(${status}::text[])`,
  ].filter(condition => typeof condition === 'object')
  return listPage<JobItem, JobItem>(db, {
    select: sql`i.number, i.name, i.status, i.reason`,
    from: sql`job_item i`,
    where,
    sort: { sql: sql`i.number`, type: 'bigint' },
    isDescending,
    id: sql`i.number`,
    idType: 'integer',
    cursor: filter.cursor,
    limit: filter.limit,
    map: item => item,
  })
}

/** Gives a job its things: the rows of a query of target and name, in its order. Answers how many they are. */
export async function insertFrom(
  tx: Tx,
  jobId: string,
  targets: RawBuilder<unknown>,
): Promise<number> {
  const { numAffectedRows } = await sql`
    insert into job_item (job_id, number, target, name)
    select ${jobId}, row_number() over (order by t.name, t.target), t.target, t.name
    from (${targets}) as t (target, name)`.execute(tx)
  return Number(numAffectedRows ?? 0)
}

/** The next things to do, in the job's order. */
export async function listWaiting(
  tx: Tx,
  jobId: string,
  limit: number,
): Promise<{ number: number; target: string; name: string }[]> {
  const { rows } = await sql<{ number: number; target: string; name: string }>`
    select number, target, name from job_item where job_id = ${jobId} and status = 'waiting'
    order by number limit ${limit}`.execute(tx)
  return rows
}

export interface Outcome {
  readonly number: number
  readonly status: 'done' | 'unchanged' | 'failed'
  readonly reason: { readonly code: string; readonly message: string } | null
}

/** Writes down what became of things. */
export async function settle(tx: Tx, jobId: string, outcomes: readonly Outcome[]): Promise<void> {
  await sql`
    update job_item i set status = o.status, reason = o.reason::jsonb
    from unnest(${outcomes.map(({ number }) => number)}::int[], ${outcomes.map(({ status }) => status)}::text[],
      ${outcomes.map(({ reason }) => reason && JSON.stringify(reason))}::text[]) as o (number, status, reason)
    where i.job_id = ${jobId} and i.number = o.number`.execute(tx)
}

/** A condition on the thing whose id is `target`: an earlier job failed at it. */
export const failedIn = (jobId: string, target: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`exists (select 1 from job_item i where i.job_id = ${jobId} and i.status = 'failed' and i.target = ${target}::text)`

/** Rows that one statement takes. */
const rowsAtOnce = 5000

/** Gives a job rows of which something is to be made. */
export async function insertRows(
  tx: Tx,
  jobId: string,
  rows: readonly {
    readonly number: number
    readonly name: string
    readonly input: object
    readonly secretSealed: Buffer
  }[],
): Promise<void> {
  for (let first = 0; first < rows.length; first += rowsAtOnce)
    await tx
      .insertInto('jobItem')
      .values(
        rows.slice(first, first + rowsAtOnce).map(({ input, ...row }) => ({
          ...row,
          jobId,
          target: '',
          input: JSON.stringify(input),
        })),
      )
      .execute()
}

/** Rows whose passwords are still to be hashed. */
export async function listUnhashed(
  tx: Tx,
  jobId: string,
  limit: number,
): Promise<{ number: number; secretSealed: Buffer }[]> {
  const { rows } = await sql<{ number: number; secretSealed: Buffer }>`
    select number, secret_sealed from job_item
    where job_id = ${jobId} and status = 'waiting' and password_hash is null order by number limit ${limit}`.execute(
    tx,
  )
  return rows
}

/** Writes hashes beside rows; the password itself stays only where it is to be handed out. */
export async function setHashes(
  tx: Tx,
  jobId: string,
  hashes: readonly {
    readonly number: number
    readonly passwordHash: string
    readonly isKept: boolean
  }[],
): Promise<void> {
  await sql`
    update job_item i set password_hash = h.hash, secret_sealed = case when h.is_kept then i.secret_sealed end
    from unnest(${hashes.map(({ number }) => number)}::int[], ${hashes.map(({ passwordHash }) => passwordHash)}::text[],
      ${hashes.map(({ isKept }) => isKept)}::bool[]) as h (number, hash, is_kept)
    where i.job_id = ${jobId} and i.number = h.number`.execute(tx)
}

export interface Prepared {
  readonly number: number
  readonly name: string
  readonly input: Omit<NewUserRow, 'password'>
  readonly passwordHash: string
}

/** All rows of a job, ready to be made. */
export async function listRows(tx: Tx, jobId: string): Promise<Prepared[]> {
  const { rows } = await sql<Prepared>`
    select number, name, input, password_hash from job_item where job_id = ${jobId} order by number`.execute(
    tx,
  )
  return rows
}

/** Notes what was made of all rows of a job, in their order; what they were made of is forgotten. */
export async function settleCreated(tx: Tx, jobId: string, ids: readonly string[]): Promise<void> {
  await sql`
    update job_item i set status = 'done', target = made.id, input = null, password_hash = null
    from unnest(${ids}::text[]) with ordinality as made (id, number)
    where i.job_id = ${jobId} and i.number = made.number`.execute(tx)
}

/** A page of the passwords that are kept to be handed out, sealed. */
export async function listSecrets(
  db: Db,
  jobId: string,
  after: number,
  limit: number,
): Promise<
  { number: number; email: string; name: string; fullName: string; secretSealed: Buffer }[]
> {
  const { rows } = await sql<{
    number: number
    email: string
    name: string
    fullName: string
    secretSealed: Buffer
  }>`
    select i.number, u.email, u.name, u.full_name, i.secret_sealed
    from job_item i join "user" u on u.id = i.target::uuid
    where i.job_id = ${jobId} and i.secret_sealed is not null and i.number > ${after}
    order by i.number limit ${limit}`.execute(db)
  return rows
}
