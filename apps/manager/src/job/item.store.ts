import type { JobItem } from '@capstan/contract/job'
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
