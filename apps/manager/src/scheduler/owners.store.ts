import { meanUse } from '@capstan/core/fairness'
import type { Owner } from '@capstan/core/placement'
import type { Amounts } from '@capstan/core/slots'
import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../db/db.ts'
import { prepared } from '../db/prepared.ts'

/** Of the advisory lock under which past use is brought up to date: never by two at once. */
const lockKey = 7_000_010

/**
 * What users hold in groups: sessions of a kind that are placed and have not ended. Those that are alike are counted before
 * what they take is looked at: there may be very many, of few forms.
 */
const heldOf = (kind: RawBuilder<unknown>) => sql`
  select resource_group, user_id, jsonb_object_agg(slot, amount) as amounts from (
    select resource_group, user_id, slot.key as slot, sum(slot.value::bigint * cluster_size * count)::bigint as amount
    from (
      select s.resource_group, s.user_id, s.amounts, s.cluster_size, count(*) as count from session s
      where ${kind} and s.status not in ('pending', 'terminated', 'cancelled', 'error') group by 1, 2, 3, 4
    ) as alike, jsonb_each_text(amounts) as slot group by 1, 2, 3
  ) as summed group by 1, 2`

interface Row {
  readonly userId: string
  readonly weight: number | null
  readonly held: Amounts | null
  readonly mean: Amounts | null
  readonly elapsedMs: number | null
}

/** Who waits in a group, with their weight, what they hold there, and what they have used lately; by user id. */
export async function readOwners(
  db: Db,
  { group, halfLifeS }: { group: string; halfLifeS: number },
): Promise<Map<string, Owner>> {
  const { rows } = await sql<Row>`${prepared}
    with waiting as (
      select distinct user_id from session where resource_group = ${group} and status = 'pending'
    ), held as (
      ${heldOf(sql`s.resource_group = ${group} and s.user_id in (select user_id from waiting)`)}
    )
    select waiting.user_id, weight.weight, held.amounts as held, used.mean,
      (extract(epoch from now() - used.at) * 1000)::float8 as elapsed_ms
    from waiting left join held using (user_id)
      left join group_weight weight on weight.resource_group = ${group} and weight.user_id = waiting.user_id
      left join group_use used on used.resource_group = ${group} and used.user_id = waiting.user_id`.execute(
    db,
  )
  return new Map(
    rows.map(row => {
      const held = row.held ?? {}
      const past = row.mean ?? {}
      const pastUse = meanUse(past, held, row.elapsedMs ?? 0, halfLifeS * 1000)
      return [row.userId, { weight: row.weight ?? 1, held, pastUse }]
    }),
  )
}

interface UseRow {
  readonly resourceGroup: string
  readonly userId: string
  readonly held: Amounts | null
  readonly mean: Amounts | null
  readonly elapsedMs: number | null
  readonly halfLifeMs: number
}

/** How often past use is brought up to date, in seconds: half-lives are at least that long. */
const everyS = '60'

/** Less than this of every slot, in smallest units, is forgotten. */
const negligible = 1

async function isDue(db: Db): Promise<boolean> {
  const { rows } = await sql<{ isDue: boolean }>`${prepared}
    select coalesce((select max(at) from group_use) < now() - interval '${sql.raw(everyS)} seconds', true) as is_due`.execute(
    db,
  )
  return rows[0]?.isDue === true
}

/**
 * Brings up to date what everybody used of each group, so that it can decay (fair-share). Kept for all groups: one that
 * is set to fair-share today knows what was used before.
 */
export async function keepUse(db: Db): Promise<void> {
  // Asked without a transaction first: mostly there is nothing to do.
  if (!(await isDue(db))) return
  await db.transaction().execute(async tx => {
    const { rows: locks } = await sql<{ isOurs: boolean }>`
      select pg_try_advisory_xact_lock(${lockKey}) as is_ours`.execute(tx)
    if (!locks[0]?.isOurs || !(await isDue(tx))) return
    const { rows } = await sql<UseRow>`
      select resource_group, user_id, held.amounts as held, used.mean, g.half_life_s * 1000.0 as half_life_ms,
        (extract(epoch from now() - used.at) * 1000)::float8 as elapsed_ms
      from (${heldOf(sql`true`)}) as held full join group_use used using (resource_group, user_id)
        join resource_group g on g.name = resource_group`.execute(tx)
    const means = rows.map(row => ({
      resourceGroup: row.resourceGroup,
      userId: row.userId,
      // Somebody new begins with nothing: what they hold counts from now on.
      mean: meanUse(row.mean ?? {}, row.held ?? {}, row.elapsedMs ?? 0, row.halfLifeMs),
      isHeld: row.held !== null,
    }))
    const isKept = (mean: Amounts): boolean =>
      Object.values(mean).some(amount => amount >= negligible)
    const kept = means.filter(({ mean, isHeld }) => isHeld || isKept(mean))
    await sql`
      insert into group_use (resource_group, user_id, mean, at)
      select told."resourceGroup", told."userId", told.mean, now()
      from jsonb_to_recordset(${JSON.stringify(kept)}::jsonb) as told ("resourceGroup" text, "userId" uuid, mean jsonb)
      on conflict (resource_group, user_id) do update set mean = excluded.mean, at = excluded.at`.execute(
      tx,
    )
    await sql`delete from group_use where at < now()`.execute(tx)
  })
}
