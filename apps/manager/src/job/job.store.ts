import type { Job, JobStatus } from '@capstan/contract/job'
import type { JobKind } from '@capstan/contract/job-request'
import { progressOf } from '@capstan/core/many'
import { type RawBuilder, type Selectable, sql } from 'kysely'
import type { Db, Tx } from '../db/db.ts'
import { contains, listPage, readSort, type SortColumn } from '../db/page.ts'
import type { Scope } from '../db/scope.ts'
import type { JobTable } from '../db/types.gen.ts'

export type JobRow = Selectable<JobTable> & { readonly creatorEmail: string }

const from = sql`job j join "user" u on u.id = j.created_by`
const select = sql`j.*, u.email as creator_email`

const iso = (date: Date | null): string | null => date?.toISOString() ?? null

export const toJob = (row: JobRow): Job => ({
  id: row.id,
  kind: row.kind,
  status: row.status,
  changes: row.changes,
  createdBy: row.creatorEmail,
  createdAt: row.createdAt.toISOString(),
  startedAt: iso(row.startedAt),
  endedAt: iso(row.endedAt),
  totalCount: row.totalCount,
  doneCount: row.doneCount,
  unchangedCount: row.unchangedCount,
  failedCount: row.failedCount,
  progress: progressOf(row),
  passwords: passwordsOf(row),
  isCancelling: row.isCancelWanted && row.endedAt === null,
  failure: row.failure,
})

function passwordsOf({ status, generatedCount, passwordsUntil }: JobRow): Job['passwords'] {
  if (status !== 'done' || generatedCount === 0) return 'none'
  return passwordsUntil === null ? 'gone' : 'ready'
}

/** Which jobs somebody sees: all; those that administrators of their domain started for it; their own. */
export function within(scope: Scope): RawBuilder<unknown>[] {
  if (scope.reach === 'all') return []
  if (scope.reach === 'domain') return [sql`j.domain_id = ${scope.domainId}`]
  return [sql`j.created_by = ${scope.userId}`]
}

export interface NewJob {
  readonly kind: JobKind
  readonly changes: Readonly<Record<string, unknown>>
  readonly createdBy: string
  readonly domainId: string | null
  readonly requestId: string
  readonly source: string
}

/** A job without anything to do yet. */
export async function insert(tx: Tx, { changes, ...job }: NewJob): Promise<string> {
  const { id } = await tx
    .insertInto('job')
    .values({ ...job, changes: JSON.stringify(changes), totalCount: 0 })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

export async function setTotal(
  tx: Tx,
  id: string,
  totalCount: number,
  generatedCount = 0,
): Promise<void> {
  await tx.updateTable('job').set({ totalCount, generatedCount }).where('id', '=', id).execute()
}

const sortColumns: Readonly<Record<'createdAt', SortColumn>> = {
  // Ids are in the order of creation (UUIDv7).
  createdAt: { sql: sql`j.id`, type: 'uuid' },
}

export interface JobFilter {
  readonly kind?: readonly string[] | undefined
  readonly status?: readonly string[] | undefined
  readonly createdBy?: string | undefined
  readonly sort?: string | undefined
  readonly cursor?: string | undefined
  readonly limit: number
}

/** One page of the jobs in scope, newest first unless asked otherwise. */
export async function list(
  db: Db,
  scope: Scope,
  filter: JobFilter,
): Promise<{ items: Job[]; nextCursor: string | null; count: number; isCountExact: boolean }> {
  const { column, isDescending } = readSort<'createdAt'>(filter.sort, {
    column: 'createdAt',
    isDescending: true,
  })
  const { kind, status, createdBy } = filter
  const where = [
    ...within(scope),
    kind && sql`j.kind = any(${kind}::text[])`,
    status && sql`j.status = any(${status}::text[])`,
    createdBy !== undefined && contains(sql`u.email`, createdBy),
  ].filter(condition => typeof condition === 'object')
  return listPage<JobRow, Job>(db, {
    select,
    from,
    where,
    sort: sortColumns[column],
    isDescending,
    id: sql`j.id`,
    idType: 'uuid',
    cursor: filter.cursor,
    limit: filter.limit,
    map: toJob,
  })
}

/** A job in scope; otherwise undefined, as if there were none. */
export async function find(db: Db, scope: Scope, id: string): Promise<JobRow | undefined> {
  const where = sql.join([sql`j.id = ${id}`, ...within(scope)], sql` and `)
  const { rows } = await sql<JobRow>`select ${select} from ${from} where ${where}`.execute(db)
  return rows[0]
}

/** Of these jobs those that somebody may know of. */
export async function findVisible(db: Db, scope: Scope, ids: readonly string[]): Promise<string[]> {
  const where = sql.join([sql`j.id = any(${ids}::uuid[])`, ...within(scope)], sql` and `)
  const { rows } = await sql<{ id: string }>`select j.id from job j where ${where}`.execute(db)
  return rows.map(({ id }) => id)
}

/** Notes that a job is given up. One that has ended stays as it is. */
export async function wantCancel(db: Db, id: string): Promise<void> {
  await sql`update job set is_cancel_wanted = true where id = ${id} and ended_at is null`.execute(
    db,
  )
}

/** Jobs that have something left to do, the oldest first. */
export async function listLive(db: Db): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from job where ended_at is null order by id`.execute(db)
  return rows.map(({ id }) => id)
}

/**
 * The job, for whoever is the only one to work on it until the transaction ends; undefined when somebody else is, or it has
 * ended. The row itself stays free, so that it can be given up meanwhile.
 */
export async function hold(tx: Tx, id: string): Promise<JobRow | undefined> {
  const { rows: locked } = await sql<{ isMine: boolean }>`
    select pg_try_advisory_xact_lock(hashtextextended(${id}, 7020)) as is_mine`.execute(tx)
  if (!locked[0]?.isMine) return undefined
  const { rows } = await sql<JobRow>`
    select ${select} from ${from} where j.id = ${id} and j.ended_at is null`.execute(tx)
  return rows[0]
}

/** Adds to the counts what a batch came to. */
export async function count(
  tx: Tx,
  id: string,
  counts: { readonly done: number; readonly unchanged: number; readonly failed: number },
): Promise<void> {
  await sql`
    update job set status = 'running', started_at = coalesce(started_at, now()), breaks = 0,
      done_count = done_count + ${counts.done}, unchanged_count = unchanged_count + ${counts.unchanged},
      failed_count = failed_count + ${counts.failed}
    where id = ${id}`.execute(tx)
}

/** Notes that so many passwords more are hashed. */
export async function countPrepared(tx: Tx, id: string, prepared: number): Promise<void> {
  await sql`
    update job set status = 'running', started_at = coalesce(started_at, now()), breaks = 0,
      prepared_count = prepared_count + ${prepared} where id = ${id}`.execute(tx)
}

/** Keeps the passwords that a job made up for a day. */
export async function keepPasswords(tx: Tx, id: string): Promise<void> {
  await sql`
    update job set passwords_until = now() + interval '1 day' where id = ${id} and generated_count > 0`.execute(
    tx,
  )
}

/** Erases the passwords of a job that has ended. */
export async function forgetPasswords(db: Db, id: string): Promise<void> {
  await sql`
    with ended as (update job set passwords_until = null where id = ${id} and ended_at is not null returning id)
    update job_item set secret_sealed = null from ended where job_id = ended.id and secret_sealed is not null`.execute(
    db,
  )
}

/** Ends a job. What it has not done is left. */
export async function finish(
  tx: Tx,
  id: string,
  status: Extract<JobStatus, 'done' | 'failed' | 'cancelled'>,
  failure: { readonly code: string; readonly message: string } | null = null,
): Promise<void> {
  await sql`update job_item set status = 'cancelled' where job_id = ${id} and status = 'waiting'`.execute(
    tx,
  )
  if (status !== 'done')
    await sql`
      update job_item set secret_sealed = null, password_hash = null
      where job_id = ${id} and (secret_sealed is not null or password_hash is not null)`.execute(tx)
  await sql`
    update job set status = ${status}, ended_at = now(), started_at = coalesce(started_at, now()),
      failure = ${failure && JSON.stringify(failure)}::jsonb
    where id = ${id} and ended_at is null`.execute(tx)
}

/** Notes that a turn broke. Answers how many have in a row. */
export async function noteBreak(db: Db, id: string): Promise<number> {
  const { rows } = await sql<{ breaks: number }>`
    update job set breaks = breaks + 1 where id = ${id} and ended_at is null returning breaks`.execute(
    db,
  )
  return rows[0]?.breaks ?? 0
}

/** Forgets jobs that ended so many days ago, with what became of their things; and passwords that nobody fetched in time. */
export async function prune(db: Db, keptDays: number): Promise<void> {
  await sql`
    with late as (update job set passwords_until = null where passwords_until < now() returning id)
    update job_item set secret_sealed = null from late where job_id = late.id and secret_sealed is not null`.execute(
    db,
  )
  await sql`delete from job where ended_at < now() - make_interval(days => ${keptDays})`.execute(db)
}
