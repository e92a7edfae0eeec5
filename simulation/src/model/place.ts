import type { Placement, Waiting } from '@capstan/core/placement'
import { type Database, Refused } from './database.ts'

/**
 * `place` of scheduler/commit.store.ts: sessions that still wait become scheduled and get their kernels, with what these
 * hold. Answers the agents that have something to start. Refused as a whole where a device would give more than it has.
 */
export function place(db: Database, placed: readonly Placement[]): string[] {
  const told = placed.filter(({ sessionId }) => db.live.get(sessionId)?.status === 'pending')
  checkCapacity(db, told)
  const agentIds = new Set<string>()
  for (const { sessionId, kernels } of told) {
    // Was just looked up.
    const session = db.live.get(sessionId)!
    session.reason = null
    session.scheduledAt = db.now
    if (session.releasedAt === Infinity) session.releasedAt = db.now
    session.kernels = []
    db.moveSession(session, 'scheduled')
    for (const { kernelIndex, agentId, devices } of kernels) {
      db.allocate(db.insertKernel(session, kernelIndex, agentId), devices)
      agentIds.add(agentId)
    }
  }
  return [...agentIds]
}

/** Trigger `allocation_within_capacity`, and the foreign key from an allocation to its device. */
function checkCapacity(db: Database, placed: readonly Placement[]): void {
  const added = new Map<string, number>()
  for (const { kernels } of placed)
    for (const { agentId, devices } of kernels)
      for (const { deviceId, amount } of devices) {
        const key = `${agentId}/${deviceId}`
        const device = db.agent(agentId).devices.get(deviceId)
        if (!device) throw new Refused(`there is no device ${key}`)
        const more = (added.get(key) ?? 0) + amount
        added.set(key, more)
        if (!db.rules.isWithinCapacity(device.given + more, device.capacity))
          throw new Refused(`agent has not that much of ${key}`)
      }
}

/** `explain` of scheduler/commit.store.ts: why sessions wait, and that those that lack something were tried in vain once more. */
export function explain(db: Database, waiting: readonly Waiting[], retriesToSkip: number): void {
  for (const { sessionId, reason, wasTried } of waiting) {
    const session = db.live.get(sessionId)
    if (session?.status !== 'pending') continue
    session.reason = reason
    if (wasTried && session.skips < retriesToSkip) session.skips++
  }
}
