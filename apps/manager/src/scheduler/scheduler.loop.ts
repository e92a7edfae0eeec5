import { plan } from '@capstan/core/placement'
import { sql } from 'kysely'
import type { App } from '../app.ts'
import type { Tx } from '../db/db.ts'
import { explain, place } from './commit.store.ts'
import { readAccounts } from '../policy/limits.store.ts'
import { type GroupTurn, listWaitingGroups, readAgents, readQueue } from './snapshot.store.ts'

/** Key of the advisory lock that one scheduler of all managers holds during a turn. */
const lockKey = 7_000_003

/** Retries to skip where a group has no value of its own (SCH-08). */
const defaultRetriesToSkip = 3

/** One turn: for each group in which somebody waits, read a snapshot, plan without I/O, commit what is still true. */
export async function schedule(app: App): Promise<void> {
  for (const group of await listWaitingGroups(app.db)) {
    const agentIds = await app.db.transaction().execute(async tx => {
      const { rows } = await sql<{
        isOurs: boolean
      }>`select pg_try_advisory_xact_lock(${lockKey}) as is_ours`.execute(tx)
      return rows[0]?.isOurs === true ? scheduleGroup(app, tx, group) : []
    })
    app.wake(agentIds.map(id => `agent:${id}` as const))
  }
}

async function scheduleGroup(app: App, tx: Tx, group: GroupTurn): Promise<string[]> {
  const agents = await readAgents(tx, group.name)
  const queue = await readQueue(tx, group.name)
  const accounts = await readAccounts(tx, group.name)
  const retriesToSkip = group.retriesToSkip ?? defaultRetriesToSkip
  const { placed, waiting } = plan({
    agents,
    accounts,
    queue,
    // DRF comes with the scheduler's own capability; until then a group cannot be set to it.
    sequencer: group.scheduler === 'lifo' ? 'lifo' : 'fifo',
    selector: group.selector,
    retriesToSkip,
  })
  const agentIds = await place(tx, placed)
  await explain(tx, waiting, retriesToSkip)
  if (placed.length > 0)
    app.log.info(
      { group: group.name, placed: placed.length, waiting: waiting.length },
      'sessions_placed',
    )
  return agentIds
}
