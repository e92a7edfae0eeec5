import type { Limits, Use } from '@capstan/core/limits'
import type { Account } from '@capstan/core/placement'
import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../db/db.ts'
import { prepared } from '../db/prepared.ts'

/** First number of the advisory lock that requests of one keypair take in turn; the second stands for the key. */
const lockKey = 7_000_004

interface LimitsRow {
  readonly policy: string
  readonly maxAmounts: Record<string, number>
  readonly maxClusterSize: number | null
  readonly maxConcurrentCount: number | null
  readonly maxPendingCount: number | null
  readonly maxPendingAmounts: Record<string, number>
}

const limitColumns = sql`p.name as policy, p.max_amounts, p.max_cluster_size, p.max_concurrent_count, p.max_pending_count,
  p.max_pending_amounts`

/** Sessions that hold resources: placed, and not yet ended. */
const holds = sql`s.status not in ('pending', 'terminated', 'cancelled', 'error')`

/**
 * How many sessions each keypair has of a kind, and what they take together. Those that are alike are counted before what they
 * take is looked at: there may be very many, of few forms.
 */
const uses = (keys: RawBuilder<unknown>, kind: RawBuilder<unknown>) => sql`
  with alike as (
    select s.access_key, s.amounts, s.cluster_size, count(*) as count from session s
    where s.access_key in (${keys}) and ${kind} group by 1, 2, 3
  ), slots as (
    select access_key, slot.key as slot, sum(slot.value::bigint * cluster_size * count)::bigint as amount
    from alike, jsonb_each_text(amounts) as slot group by 1, 2
  )
  select live.access_key, live.count, coalesce(taken.amounts, '{}') as amounts
  from (select access_key, sum(count)::int as count from alike group by 1) as live
    left join (select access_key, jsonb_object_agg(slot, amount) as amounts from slots group by 1) as taken using (access_key)`

type AccountRow = LimitsRow & {
  readonly accessKey: string
  readonly count: number | null
  readonly amounts: Record<string, number> | null
}

/** The limits of each keypair that has a session waiting in a group, and what it has running in the whole cluster. */
export async function readAccounts(db: Db, group: string): Promise<Map<string, Account>> {
  const waiting = sql`select access_key from session where resource_group = ${group} and status = 'pending'`
  const { rows } = await sql<AccountRow>`${prepared}
    select k.access_key, ${limitColumns}, used.count, used.amounts
    from keypair k join keypair_policy p on p.name = k.policy
      left join (${uses(waiting, holds)}) as used on used.access_key = k.access_key
    where k.access_key in (${waiting})`.execute(db)
  return new Map(
    rows.map(({ accessKey, count, amounts, ...limits }) => [
      accessKey,
      { limits, running: { count: count ?? 0, amounts: amounts ?? {} } },
    ]),
  )
}

/**
 * The limits of a keypair, and what of it waits. Requests of the same keypair come one after the other from here to the end
 * of the transaction: what is counted now is still so when a session is added.
 */
export async function lockPending(
  tx: Db,
  accessKey: string,
): Promise<{ limits: Limits; pending: Use } | undefined> {
  await sql`select pg_advisory_xact_lock(${lockKey}, hashtext(${accessKey}))`.execute(tx)
  const { rows } = await sql<AccountRow>`
    select k.access_key, ${limitColumns}, used.count, used.amounts
    from keypair k join keypair_policy p on p.name = k.policy
      left join (${uses(sql`${accessKey}`, sql`s.status = 'pending'`)}) as used on used.access_key = k.access_key
    where k.access_key = ${accessKey}`.execute(tx)
  const row = rows[0]
  if (!row) return undefined
  const { accessKey: _, count, amounts, ...limits } = row
  return { limits, pending: { count: count ?? 0, amounts: amounts ?? {} } }
}

export interface Follower {
  readonly policy: string
  readonly accessKey: string
  readonly userEmail: string
  readonly running: Use
}

/** Keypairs that follow one of the policies and have something running. */
export async function listHoldingFollowers(
  db: Db,
  policies: readonly string[],
): Promise<Follower[]> {
  const followers = sql`select access_key from keypair where policy = any(${policies}::text[])`
  const { rows } = await sql<{
    policy: string
    accessKey: string
    userEmail: string
    count: number
    amounts: Record<string, number>
  }>`
    select k.policy, used.access_key, u.email as user_email, used.count, used.amounts
    from (${uses(followers, holds)}) as used join keypair k on k.access_key = used.access_key
      join "user" u on u.id = k.user_id order by u.email, used.access_key`.execute(db)
  return rows.map(({ policy, accessKey, userEmail, count, amounts }) => ({
    policy,
    accessKey,
    userEmail,
    running: { count, amounts },
  }))
}

export async function hasKeypairPolicy(db: Db, name: string): Promise<boolean> {
  const { rows } = await sql`select 1 from keypair_policy where name = ${name}`.execute(db)
  return rows.length > 0
}
