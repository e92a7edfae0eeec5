import { plan, type Victim } from '@capstan/core/placement'
import { endStatus } from '@capstan/core/session'
import type { App } from '../app.ts'
import type { Tx } from '../db/db.ts'
import { tryPlacing } from '../db/placing.ts'
import { resolveDependencies } from '../session/dependency.store.ts'
import { end, findStatuses } from '../session/session.store.ts'
import { explain, place } from './commit.store.ts'
import { keepUse } from './owners.store.ts'
import { readSnapshot } from './snapshot.ts'
import { explainInactive, findNextStart, listTurns, readClock, type Turn } from './turn.store.ts'

/** One turn, and after how many milliseconds a start time comes for which another one is due; undefined: nobody waits for one. */
export async function scheduleUntilNext(app: App): Promise<number | undefined> {
  const begunAt = await readClock(app.db)
  await schedule(app)
  return findNextStart(app.db, begunAt)
}

/** One turn: see who need not wait for others any more; then, for each group in which somebody waits, read a snapshot, plan without I/O, commit what is still true. */
export async function schedule(app: App): Promise<void> {
  const failures: unknown[] = []
  await resolveDependencies(app).catch((error: unknown) => failures.push(error))
  for (const turn of await listTurns(app.db)) {
    // What is wrong with one group, or with those who wait for others, must not keep the rest waiting.
    await takeTurn(app, turn).catch((error: unknown) => failures.push(error))
  }
  await explainInactive(app.db)
  await keepUse(app.db)
  if (failures.length > 0) throw new AggregateError(failures, 'a part of the turn failed')
}

async function takeTurn(app: App, turn: Turn): Promise<void> {
  const agentIds = await app.db.transaction().execute(async tx => {
    return (await tryPlacing(tx)) ? scheduleGroup(app, tx, turn) : []
  })
  app.wake(agentIds.map(id => `agent:${id}` as const))
}

async function scheduleGroup(app: App, tx: Tx, turn: Turn): Promise<string[]> {
  const { placed, waiting, victims } = plan(await readSnapshot(tx, turn))
  const agentIds = await place(tx, placed)
  const endingOn = await preempt(tx, victims)
  await explain(tx, waiting, turn.retriesToSkip)
  if (placed.length > 0 || victims.length > 0)
    app.log.info(
      {
        group: turn.name,
        placed: placed.length,
        waiting: waiting.length,
        preempted: victims.length,
      },
      'sessions_placed',
    )
  return [...new Set([...agentIds, ...endingOn])]
}

/** Ends sessions that agreed to make room for more urgent ones. Answers the agents that have something to end. */
async function preempt(tx: Tx, victims: readonly Victim[]): Promise<string[]> {
  if (victims.length === 0) return []
  const winners = new Map(victims.map(one => [one.sessionId, one.forSessionId]))
  const seen = await findStatuses(
    tx,
    { reach: 'all' },
    victims.map(({ sessionId }) => sessionId),
  )
  const moves = seen.flatMap(({ id, status }) => {
    const to = endStatus(status, 'polite')
    return to === null ? [] : [{ id, from: status, to, reason: preemptedFor(winners.get(id)) }]
  })
  const { agentIds } = await end(tx, moves, preemptedFor(undefined))
  return agentIds
}

/** By id alone: whose session it is, and what it is called, is not everybody's business. */
const preemptedFor = (sessionId: string | undefined) => ({
  code: 'preempted',
  message: `It was ended to make room for a session of higher priority, as it was started to allow${sessionId === undefined ? '' : `: ${sessionId}`}`,
  ...(sessionId !== undefined && { data: { sessionId } }),
})
