import type { Snapshot } from '@capstan/core/placement'
import { sql } from 'kysely'
import type { Db } from '../db/db.ts'
import { prepared } from '../db/prepared.ts'
import { readAccounts } from '../policy/limits.store.ts'
import { readOwners } from './owners.store.ts'
import { readAgents, readArrivals, readQueue, readRunning } from './snapshot.store.ts'
import type { Turn } from './turn.store.ts'

/** All that a turn of a group may know, as it stands in the database now. To be read in one transaction. */
export async function readSnapshot(db: Db, turn: Turn): Promise<Snapshot> {
  const { name: group, scheduler, selector, halfLifeS } = turn
  const sharesOut = scheduler === 'drf' || scheduler === 'fair-share'
  const { rows } = await sql<{ now: Date }>`${prepared} select now() as now`.execute(db)
  return {
    // One row, always.
    now: rows[0]!.now.getTime(),
    agents: await readAgents(db, group),
    queue: await readQueue(db, group),
    accounts: await readAccounts(db, group),
    running: await readRunning(db, { group, withReplicas: turn.enforcesSpreading }),
    ...(sharesOut && { owners: await readOwners(db, { group, halfLifeS }) }),
    ...(selector === 'balanced' && { arrivals: await readArrivals(db, group) }),
    ...settingsOf(turn),
  }
}

/** How a group's settings read in a snapshot. */
export const settingsOf = ({
  scheduler,
  selector,
  retriesToSkip,
  reserveAfterS,
  enforcesSpreading,
  isPreemptionEnabled,
}: Turn): Pick<
  Snapshot,
  'sequencer' | 'selector' | 'retriesToSkip' | 'reserveAfterMs' | 'enforceSpreading' | 'mayPreempt'
> => ({
  sequencer: scheduler,
  selector,
  retriesToSkip,
  ...(reserveAfterS !== null && { reserveAfterMs: reserveAfterS * 1000 }),
  enforceSpreading: enforcesSpreading,
  mayPreempt: isPreemptionEnabled,
})
