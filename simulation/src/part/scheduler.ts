import type { Snapshot } from '@capstan/core/placement'
import type { Steps } from '../agenda.ts'
import { resolution, resolveDependencies } from '../model/dependency.ts'
import { Refused } from '../model/database.ts'
import { explain, place } from '../model/place.ts'
import { end, endMoves } from '../model/request.ts'
import type { GroupRow } from '../model/rows.ts'
import {
  listTurns,
  readAccounts,
  readAgents,
  readOwners,
  readQueue,
  readRunning,
  settingsOf,
} from '../model/snapshot.ts'
import type { Manager } from './manager.ts'

/** `schedule` of scheduler/scheduler.loop.ts: a turn for each group in which somebody waits. One manager at a time. */
export function* scheduleSteps(manager: Manager): Steps {
  yield manager.pause()
  const resolved = resolution(manager.db)
  if (resolved.released.length + resolved.hopeless.length > 0) {
    yield manager.pause()
    manager.committed(resolveDependencies(manager.db, resolved))
  }
  yield manager.pause()
  for (const group of listTurns(manager.db)) {
    const { world } = manager
    if (world.schedulerLock) continue
    world.schedulerLock = manager
    try {
      yield* takeTurn(manager, group)
    } finally {
      // Not after its death: then `kill` lets go of it.
      if (world.schedulerLock === manager) world.schedulerLock = undefined
    }
  }
}

/** The world goes on between the statements of a turn: each sees what is committed when it begins. */
function* takeTurn(manager: Manager, group: GroupRow): Steps {
  const { world } = manager
  const { databaseLife } = world
  const snapshot = yield* readSteps(manager, group)
  yield manager.pause()
  const plan = world.rules.plan(snapshot)
  world.checks.turns.check(snapshot, plan)
  yield manager.pause()
  const { db } = manager
  if (world.databaseLife !== databaseLife) throw new Refused('the transaction is gone')
  const agentIds = new Set(place(db, plan.placed))
  const victims = plan.victims.flatMap(({ sessionId }) => db.live.get(sessionId) ?? [])
  const reason = { code: 'preempted', message: 'It was ended to make room' }
  for (const id of end(db, endMoves(db, victims, 'polite'), reason)) agentIds.add(id)
  explain(db, plan.waiting, group.retriesToSkip)
  manager.committed(undefined)
  yield manager.pause()
  manager.wake([...agentIds].map(id => `agent:${id}` as const))
}

/** `readSnapshot` of scheduler/snapshot.ts, statement by statement. */
function* readSteps(manager: Manager, group: GroupRow): Steps<Snapshot> {
  const { name } = group
  const now = manager.db.now
  const agents = readAgents(manager.db, name)
  yield manager.pause()
  const queue = readQueue(manager.db, name)
  yield manager.pause()
  const accounts = readAccounts(manager.db, name)
  yield manager.pause()
  const running = readRunning(manager.db, name)
  yield manager.pause()
  const sharesOut = group.sequencer === 'drf' || group.sequencer === 'fair-share'
  const owners = sharesOut ? readOwners(manager.db, name) : undefined
  return { now, agents, queue, accounts, running, ...(owners && { owners }), ...settingsOf(group) }
}
