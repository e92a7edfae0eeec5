import type { ResourceGroup, Scheduler, Selector } from '@capstan/contract/group'
import type { ShareSteps } from '@capstan/core/shares'
import { toSlots } from '@capstan/core/slots'
import { type RawBuilder, type Selectable, sql } from 'kysely'
import type { Db } from '../db/db.ts'
import { contains, listPage, readSort, type SortColumn } from '../db/page.ts'
import type { ResourceGroupTable } from '../db/types.gen.ts'
import { type Caller, openTo, openToProject } from './access.store.ts'

type Amounts = Readonly<Record<string, number>>

/** A group with what its connected agents that take new sessions have. Amounts in smallest units. */
type Row = Selectable<ResourceGroupTable> & {
  readonly agentCount: number
  readonly capacity: Amounts
  readonly used: Amounts
  readonly largestAgent: Amounts
  readonly pendingCount: number
}

/** That agent `a` is of group `g`, connected, and takes new sessions. */
export const taking = sql`a.resource_group = g.name and a.status = 'connected' and a.is_schedulable
  and a.drain_mode is null`

const perSlot = (from: RawBuilder<unknown>, amount: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`(select coalesce(jsonb_object_agg(slot, amount), '{}') from
    (select slot, ${amount}::bigint as amount from ${from} group by slot) as slots)`

/** What one container can have of an agent: whole devices add up, a share comes from one of them. */
const capacityOf = (slot: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`case when ${slot} like '%.shares' then max(capacity) else sum(capacity) end`

const largestAgent = perSlot(
  sql`(select d.slot, ${capacityOf(sql`d.slot`)} as amount from agent a join device d on d.agent_id = a.id
    where ${taking} group by a.id, d.slot) as agents`,
  sql`max(amount)`,
)

const agentCount = sql`(select count(*)::int from agent a where ${taking})`

const select = sql`g.*, ${agentCount} as agent_count, ${largestAgent} as largest_agent,
  ${perSlot(sql`agent a join device d on d.agent_id = a.id where ${taking}`, sql`sum(d.capacity)`)} as capacity,
  ${perSlot(sql`agent a join allocation l on l.agent_id = a.id where ${taking}`, sql`sum(l.amount)`)} as used,
  (select count(*)::int from session s where s.resource_group = g.name and s.status = 'pending') as pending_count`

const toGroup = (row: Row): ResourceGroup => ({
  name: row.name,
  description: row.description,
  isActive: row.isActive,
  isPublic: row.isPublic,
  scheduler: row.scheduler,
  selector: row.selector,
  allowedSessionTypes: row.allowedSessionTypes,
  pendingTimeoutS: row.pendingTimeoutS,
  retriesToSkip: row.retriesToSkip,
  creationRetries: row.creationRetries,
  enforcesSpreading: row.enforcesSpreading,
  reserveAfterS: row.reserveAfterS,
  halfLifeS: row.halfLifeS,
  isPreemptionEnabled: row.isPreemptionEnabled,
  proxyAddress: row.proxyAddress,
  hasProxyToken: row.proxyTokenHash !== null,
  capacity: toSlots(row.capacity),
  used: toSlots(row.used),
  largestAgent: toSlots(row.largestAgent),
  agentCount: row.agentCount,
  pendingCount: row.pendingCount,
  createdAt: row.createdAt.toISOString(),
})

type Sort = 'name' | 'createdAt' | 'scheduler' | 'selector'

const sortColumns: Readonly<Record<Sort, SortColumn>> = {
  name: { sql: sql`g.name`, type: 'text' },
  createdAt: { sql: sql`g.created_at`, type: 'timestamptz' },
  scheduler: { sql: sql`g.scheduler`, type: 'text' },
  selector: { sql: sql`g.selector`, type: 'text' },
}

export interface GroupFilter {
  readonly projectId?: string | undefined
  readonly name?: string | undefined
  readonly description?: string | undefined
  readonly isActive?: boolean | undefined
  readonly isPublic?: boolean | undefined
  readonly scheduler?: readonly Scheduler[] | undefined
  readonly selector?: readonly Selector[] | undefined
  readonly sort?: string | undefined
  readonly cursor?: string | undefined
  readonly limit: number
}

/** Which groups somebody sees: every one, or those that are open to them; `usable` leaves out inactive ones. */
export type Reach =
  | { readonly sees: 'all' }
  | { readonly sees: 'open' | 'usable'; readonly caller: Caller }

function within(reach: Reach): RawBuilder<unknown>[] {
  if (reach.sees === 'all') return []
  return [openTo(reach.caller), ...(reach.sees === 'usable' ? [sql`g.is_active`] : [])]
}

/** One page of the groups in reach, by name unless asked otherwise. */
export async function list(
  db: Db,
  reach: Reach,
  accessKey: string,
  filter: GroupFilter,
): Promise<{
  items: ResourceGroup[]
  nextCursor: string | null
  count: number
  isCountExact: boolean
}> {
  const { column, isDescending } = readSort<Sort>(filter.sort, {
    column: 'name',
    isDescending: false,
  })
  const { projectId, name, description, isActive, isPublic, scheduler, selector } = filter
  const where = [
    ...within(reach),
    projectId !== undefined && openToProject(accessKey, projectId),
    name !== undefined && contains(sql`g.name`, name),
    description !== undefined && contains(sql`g.description`, description),
    isActive !== undefined && sql`g.is_active = ${isActive}`,
    isPublic !== undefined && sql`g.is_public = ${isPublic}`,
    scheduler && sql`g.scheduler = any(${scheduler}::text[])`,
    selector && sql`g.selector = any(${selector}::text[])`,
  ].filter(condition => typeof condition === 'object')
  return listPage<Row, ResourceGroup>(db, {
    select,
    from: sql`resource_group g`,
    where,
    sort: sortColumns[column],
    isDescending,
    id: sql`g.name`,
    idType: 'text',
    cursor: filter.cursor,
    limit: filter.limit,
    map: toGroup,
  })
}

/** A group in reach; otherwise undefined, as if there were none. */
export async function find(db: Db, reach: Reach, name: string): Promise<ResourceGroup | undefined> {
  const where = sql.join([sql`g.name = ${name}`, ...within(reach)], sql` and `)
  const { rows } = await sql<Row>`select ${select} from resource_group g where ${where}`.execute(db)
  return rows[0] && toGroup(rows[0])
}

export type GroupSettings = Pick<
  Selectable<ResourceGroupTable>,
  'name' | 'isActive' | 'allowedSessionTypes'
>

/** What a request for a session needs to know of a group, if sessions of the project may be in it. */
export async function findForSession(
  db: Db,
  { accessKey, projectId, name }: { accessKey: string; projectId: string; name: string },
): Promise<GroupSettings | undefined> {
  const { rows } = await sql<GroupSettings>`
    select g.name, g.is_active, g.allowed_session_types from resource_group g
    where g.name = ${name} and ${openToProject(accessKey, projectId)}`.execute(db)
  return rows[0]
}

/** In which steps shares are given out by the agents of a group, for those slots of shares that are asked for. */
export async function findShareSteps(db: Db, name: string, needed: Amounts): Promise<ShareSteps> {
  const slots = Object.keys(needed).filter(slot => slot.endsWith('.shares'))
  if (slots.length === 0) return {}
  const { rows } = await sql<{ slot: string; steps: number[] }>`
    select d.slot, array_agg(distinct d.share_step) as steps
    from resource_group g join agent a on ${taking} join device d on d.agent_id = a.id
    where g.name = ${name} and d.slot = any(${slots}) and d.share_step is not null group by d.slot`.execute(
    db,
  )
  return Object.fromEntries(rows.map(({ slot, steps }) => [slot, steps]))
}
