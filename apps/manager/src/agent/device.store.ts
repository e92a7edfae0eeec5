import type { GivenDevice } from '@capstan/contract/device'
import { toSlots, wholeDevice } from '@capstan/core/slots'
import { type RawBuilder, type Selectable, sql } from 'kysely'
import type { Db } from '../db/db.ts'
import { listPage, readSort } from '../db/page.ts'
import type { Scope } from '../db/scope.ts'
import type { DeviceTable } from '../db/types.gen.ts'
import { within } from '../session/session.store.ts'

export interface DeviceFilter {
  readonly agentId?: string | undefined
  readonly agentStatus?: readonly string[] | undefined
  readonly resourceGroup?: string | undefined
  readonly sort?: string | undefined
  readonly cursor?: string | undefined
  readonly limit: number
}

type Row = Selectable<DeviceTable> & {
  readonly given: readonly {
    readonly amount: number
    readonly session: { id: string; name: string; userEmail: string } | null
  }[]
}

interface Page {
  readonly items: GivenDevice[]
  readonly nextCursor: string | null
  readonly count: number
  readonly isCountExact: boolean
}

/** One page of accelerators, by agent. Sessions that are not in scope are there without saying whose they are. */
export function listDevices(db: Db, scope: Scope, filter: DeviceFilter): Promise<Page> {
  const { isDescending } = readSort(filter.sort, { column: 'agentId', isDescending: false })
  const where: RawBuilder<unknown>[] = [
    sql`d.kind not in ('cpu', 'mem')`,
    filter.agentId !== undefined && sql`d.agent_id = ${filter.agentId}`,
    filter.agentStatus && sql`a.status = any(${filter.agentStatus}::text[])`,
    filter.resourceGroup !== undefined && sql`a.resource_group = ${filter.resourceGroup}`,
  ].filter(condition => typeof condition === 'object')
  return listPage<Row, GivenDevice>(db, {
    select: sql`d.*, ${givenIn(scope)} as given`,
    from: sql`device d join agent a on a.id = d.agent_id`,
    where,
    sort: { sql: sql`d.agent_id`, type: 'text' },
    isDescending,
    id: sql`d.id`,
    idType: 'text',
    cursor: filter.cursor,
    limit: filter.limit,
    map: toGivenDevice,
  })
}

/** What each session has of a device, over its containers: index `allocation_device`. */
const givenIn = (scope: Scope): RawBuilder<unknown> => sql`(
  select coalesce(jsonb_agg(jsonb_build_object('amount', held.amount, 'session', held.session) order by held.amount desc, held.id), '[]')
  from (
    select s.id, sum(held_of(al.amount, al.slot, d.capacity, d.slot)) as amount,
      case when ${sql.join([sql`true`, ...within(scope)], sql` and `)}
        then jsonb_build_object('id', s.id, 'name', s.name, 'userEmail', u.email) end as session
    from allocation al join kernel k on k.id = al.kernel_id join session s on s.id = k.session_id join "user" u on u.id = s.user_id
    where al.agent_id = d.agent_id and al.device_id = d.id
    group by s.id, u.email
  ) as held)`

function toGivenDevice({ slot, capacity, shareStep, given, ...device }: Row): GivenDevice {
  const inUnits = (amount: number): number => toSlots({ [slot]: amount })[slot]!
  return {
    ...device,
    slot,
    capacity: inUnits(capacity),
    shareStep: shareStep === null ? null : shareStep / wholeDevice,
    used: inUnits(given.reduce((sum, { amount }) => sum + amount, 0)),
    given: given.map(({ amount, session }) => ({ amount: inUnits(amount), session })),
  }
}
