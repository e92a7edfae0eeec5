import type { Operation } from '@capstan/contract/operation'
import { type RawBuilder, type Selectable, sql } from 'kysely'
import type { Db } from '../db/db.ts'
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
  readonly noun?: string | undefined
  readonly outcome?: 'done' | 'failed' | undefined
  readonly requestId?: string | undefined
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
  const { actorName, target, noun, outcome, requestId, isMine } = filter
  const where: RawBuilder<unknown>[] = [
    ...within(scope, userId),
    isMine === true && sql`e.actor_id = ${userId}`,
    actorName !== undefined && contains(sql`e.actor_name`, actorName),
    target !== undefined && contains(sql`e.target`, target),
    noun !== undefined && sql`e.noun = ${noun}`,
    outcome === 'failed' && sql`e.code is not null`,
    outcome === 'done' && sql`e.code is null`,
    requestId !== undefined && sql`e.request_id = ${requestId}`,
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
