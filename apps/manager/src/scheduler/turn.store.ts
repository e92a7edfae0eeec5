import type { Scheduler, Selector } from '@capstan/contract/group'
import { sql } from 'kysely'
import type { Db } from '../db/db.ts'
import { prepared } from '../db/prepared.ts'

/** What a turn of a resource group goes by: its own settings, and its scheduler's defaults where it has none. */
export interface Turn {
  readonly name: string
  readonly scheduler: Scheduler
  readonly selector: Selector
  readonly retriesToSkip: number
  readonly enforcesSpreading: boolean
  /** Null: agents are never kept free for somebody who was passed over. */
  readonly reserveAfterS: number | null
  readonly halfLifeS: number
  readonly isPreemptionEnabled: boolean
}

const select = sql`
  select g.name, g.scheduler, g.selector, g.enforces_spreading, g.reserve_after_s, g.half_life_s, g.is_preemption_enabled,
    coalesce(g.retries_to_skip, (d.value -> g.scheduler ->> 'retriesToSkip')::int) as retries_to_skip
  from resource_group g join setting d on d.name = 'scheduler_defaults'`

/** Active groups in which somebody waits, with their settings as they are now (SCH-09). */
export async function listTurns(db: Db): Promise<Turn[]> {
  const { rows } = await sql<Turn>`${prepared}
    ${select} where g.is_active and exists (select 1 from session where resource_group = g.name and status = 'pending')
    order by g.name`.execute(db)
  return rows
}

export interface FoundTurn extends Turn {
  readonly pendingTimeoutS: number
  /** Null: the scheduler's default applies. */
  readonly ownRetriesToSkip: number | null
}

/** A group's settings as the next turn would find them, active or not. */
export async function findTurn(db: Db, group: string): Promise<FoundTurn | undefined> {
  const { rows } = await sql<FoundTurn>`
    select turn.*, g.pending_timeout_s, g.retries_to_skip as own_retries_to_skip from (${select}) as turn join resource_group g on g.name = turn.name
    where g.name = ${group}`.execute(db)
  return rows[0]
}

/** Notes in what waits in inactive groups why it does (GRP-03). */
export async function explainInactive(db: Db): Promise<void> {
  await sql`${prepared}
    with held as (
      select s.id, s.resource_group from session s join resource_group g on g.name = s.resource_group
      where s.status = 'pending' and not g.is_active and s.reason ->> 'code' is distinct from 'group_not_active'
      order by s.id for update of s
    )
    update session s set reason = jsonb_build_object('code', 'group_not_active', 'message',
      'Resource group ' || held.resource_group || ' is not active: nothing starts there until it is activated')
    from held where s.id = held.id`.execute(db)
}

/** The time by the database, which all that is compared with it is told by. */
export async function readClock(db: Db): Promise<Date> {
  const { rows } = await sql<{ now: Date }>`${prepared} select clock_timestamp() as now`.execute(db)
  // One row, always.
  return rows[0]!.now
}

/**
 * In how many milliseconds the next start time comes, after `since`, of a session that waits; 0 when it has come; undefined where
 * there is none.
 */
export async function findNextStart(db: Db, since: Date): Promise<number | undefined> {
  const { rows } = await sql<{ inMs: number | null }>`${prepared}
    select ceil(extract(epoch from min(starts_at) - clock_timestamp()) * 1000)::float8 as in_ms
    from session where status = 'pending' and starts_at > ${since}`.execute(db)
  const inMs = rows[0]?.inMs ?? undefined
  return inMs === undefined ? undefined : Math.max(0, inMs)
}
