import { type Scheduler, schedulers } from '@capstan/contract/group'
import type { SchedulerDefaults } from '@capstan/contract/scheduler'
import { sql } from 'kysely'
import type { Db } from '../db/db.ts'

type Values = Omit<SchedulerDefaults, 'scheduler'>

/** The defaults of every scheduler, in the order of the list of them. */
export async function listDefaults(db: Db): Promise<SchedulerDefaults[]> {
  const { rows } = await sql<{ value: Record<Scheduler, Values> }>`
    select value from setting where name = 'scheduler_defaults'`.execute(db)
  // A migration has put it there, with an entry for each scheduler.
  const { value } = rows[0]!
  return schedulers.map(scheduler => ({ scheduler, ...value[scheduler] }))
}

/** Changes what is given, and leaves the rest. Answers what it was and what it is. */
export async function updateDefaults(
  tx: Db,
  scheduler: Scheduler,
  changes: { readonly [K in keyof Values]?: Values[K] | undefined },
): Promise<{ before: SchedulerDefaults; after: SchedulerDefaults }> {
  await sql`select 1 from setting where name = 'scheduler_defaults' for update`.execute(tx)
  const of = async (): Promise<SchedulerDefaults> =>
    (await listDefaults(tx)).find(defaults => defaults.scheduler === scheduler)!
  const before = await of()
  await sql`
    update setting set value = jsonb_set(value, array[${scheduler}], value -> ${scheduler} || ${JSON.stringify(changes)}::jsonb)
    where name = 'scheduler_defaults'`.execute(tx)
  return { before, after: await of() }
}
