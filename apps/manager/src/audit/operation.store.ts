import type { Operation } from '@capstan/contract/operation'
import { type RawBuilder, type Selectable, sql } from 'kysely'
import type { Db } from '../db/db.ts'
import { firstIdAt } from '../db/id.ts'
import { contains, listPage, readSort, type SortColumn } from '../db/page.ts'
import type { Scope } from '../db/scope.ts'
import type { AuditEntryTable } from '../db/types.gen.ts'

type Row = Selectable<AuditEntryTable> & { readonly undoneBy: string | null }

const from = sql`audit_entry e`
const select = sql`e.*, (select id from audit_entry where undoes = e.id) as undone_by`

const toOperation = (row: Row): Operation => ({
  id: row.id,
  at: row.at.toISOString(),
  requestId: row.requestId,
  actorId: row.actorId,
  actorName: row.actorName,
  source: row.source,
  operation: row.operation,
  target: row.target,
  targetId: row.targetId,
  before: row.before,
  after: row.after,
  error:
    row.code === null
      ? null
      : { code: row.code, detail: row.failure?.detail ?? null, issues: row.failure?.issues ?? [] },
  isRetryable: row.code !== null && row.input !== null,
  undoes: row.undoes,
  undoneBy: row.undoneBy,
})

/** Which operations somebody sees: all, those about their domain, or their own. */
function within(scope: Scope, userId: string): RawBuilder<unknown>[] {
  if (scope.reach === 'all') return []
  if (scope.reach === 'domain')
    return [sql`(e.domain_id = ${scope.domainId} or e.actor_id = ${userId})`]
  return [sql`e.actor_id = ${scope.userId}`]
}

const sortColumns: Readonly<Record<'at', SortColumn>> = {
  // Ids are in the order of creation (UUIDv7).
  at: { sql: sql`e.id`, type: 'uuid' },
}

export interface OperationFilter {
  readonly actorName?: string | undefined
  readonly target?: string | undefined
  readonly ids?: readonly string[] | undefined
  readonly noun?: readonly string[] | undefined
  readonly outcome?: 'done' | 'failed' | undefined
  readonly requestId?: string | undefined
  readonly since?: string | undefined
  readonly until?: string | undefined
  readonly isMine?: boolean | undefined
  readonly sort?: string | undefined
  readonly cursor?: string | undefined
  readonly limit: number
}

/** One page of the operations in scope, the latest first unless asked otherwise. */
export async function list(
  db: Db,
  { scope, userId }: { readonly scope: Scope; readonly userId: string },
  filter: OperationFilter,
): Promise<{
  items: Operation[]
  nextCursor: string | null
  count: number
  isCountExact: boolean
}> {
  const { column, isDescending } = readSort<'at'>(filter.sort, { column: 'at', isDescending: true })
  const { ids, actorName, target, noun, outcome, requestId, isMine, since, until } = filter
  const where: RawBuilder<unknown>[] = [
    ...within(scope, userId),
    ids && sql`e.id = any(${ids}::uuid[])`,
    isMine === true && sql`e.actor_id = ${userId}`,
    actorName !== undefined && contains(sql`e.actor_name`, actorName),
    target !== undefined && contains(sql`e.target`, target),
    noun && sql`e.noun = any(${noun}::text[])`,
    outcome === 'failed' && sql`e.code is not null`,
    outcome === 'done' && sql`e.code is null`,
    requestId !== undefined && sql`e.request_id = ${requestId}`,
    ...between(since, until),
  ].filter(condition => typeof condition === 'object')
  return listPage<Row, Operation>(db, {
    select,
    from,
    where,
    sort: sortColumns[column],
    isDescending,
    id: sql`e.id`,
    idType: 'uuid',
    cursor: filter.cursor,
    limit: filter.limit,
    map: toOperation,
  })
}

/** An operation in scope, with what it was asked for; otherwise undefined. */
export async function find(
  db: Db,
  { scope, userId }: { readonly scope: Scope; readonly userId: string },
  id: string,
): Promise<{ operation: Operation; input: Record<string, unknown> | null } | undefined> {
  const where = sql.join([sql`e.id = ${id}`, ...within(scope, userId)], sql` and `)
  const { rows } = await sql<Row>`select ${select} from ${from} where ${where}`.execute(db)
  return rows[0] && { operation: toOperation(rows[0]), input: rows[0].input }
}

/** The one that undid an operation. */
export async function findUndoing(db: Db, id: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('auditEntry')
    .select('id')
    .where('undoes', '=', id)
    .executeTakeFirst()
  return row?.id
}

/** Longer than a transaction lasts: an entry's time is when its transaction began, its id is made when it is written. */
const longestWriteMs = 3_600_000

/** Entries of a time, by the index of their ids as far as that tells. */
function between(since: string | undefined, until: string | undefined): RawBuilder<unknown>[] {
  const begin = since === undefined ? undefined : new Date(since)
  const end = until === undefined ? undefined : new Date(until)
  return [
    ...(begin ? [sql`e.at >= ${begin}`, sql`e.id >= ${firstIdAt(begin)}::uuid`] : []),
    ...(end
      ? [
          sql`e.at < ${end}`,
          sql`e.id < ${firstIdAt(new Date(end.getTime() + longestWriteMs))}::uuid`,
        ]
      : []),
  ]
}

/** Deletes the oldest entries before an id, no more than `size` of them; answers how many. Those that another deletes are left to it. */
export async function pruneBefore(db: Db, id: string, size: number): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from audit_entry where id in (
      select id from audit_entry where id < ${id}::uuid order by id limit ${size} for update skip locked
    )`.execute(db)
  return Number(numAffectedRows ?? 0)
}

/** When the oldest entry was made. */
export async function findOldest(db: Db): Promise<Date | undefined> {
  const row = await db
    .selectFrom('auditEntry')
    .select('at')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst()
  return row?.at
}
