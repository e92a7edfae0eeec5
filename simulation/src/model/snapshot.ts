import { plus } from '@capstan/core/limits'
import type {
  Account,
  AgentView,
  Demand,
  KernelDemand,
  Owner,
  Running,
  Snapshot,
} from '@capstan/core/placement'
import { isEnded } from '@capstan/core/session'
import type { Database } from './database.ts'
import { dependenciesOf } from './dependency.ts'
import type { GroupRow, SessionRow } from './rows.ts'
import { freeFrom, totalOf, useOf } from './request.ts'

const noImages: ReadonlySet<string> = new Set()
const runtimes = ['docker']

/** `listTurns` of scheduler/turn.store.ts: active groups in which somebody waits, with their settings as they are now. */
export function listTurns(db: Database): GroupRow[] {
  const waiting = new Set<string>()
  for (const session of db.live.values())
    if (session.status === 'pending') waiting.add(session.group)
  return [...db.groups.values()].flatMap(group =>
    group.isActive && waiting.has(group.name) ? [{ ...group }] : [],
  )
}

/** `readAgents` of scheduler/snapshot.store.ts: connected ones that take new sessions. */
export function readAgents(db: Database, group: string): AgentView[] {
  const views: AgentView[] = []
  for (const agent of db.agents.values()) {
    if (agent.group !== group || agent.status !== 'connected' || !agent.isSchedulable) continue
    if (agent.devices.size === 0) continue
    const devices = [...agent.devices.values()]
      .map(({ id, slot, capacity, given }) => ({ id, slot, capacity, free: capacity - given }))
      .sort((a, b) => (a.id < b.id ? -1 : 1))
    views.push({
      id: agent.id,
      architecture: agent.architecture,
      runtimes,
      images: noImages,
      devices,
    })
  }
  return views
}

const kernelsOf = ({ amounts, clusterSize }: SessionRow): KernelDemand[] =>
  Array.from({ length: clusterSize }, (_, kernelIndex) => ({ kernelIndex, amounts }))

/** `endsAt` of scheduler/snapshot.store.ts: null while it is not known. */
function endsAtOf(session: SessionRow): number | null {
  const { maxLifetimeS } = session.keypair
  const at = maxLifetimeS === null ? Infinity : freeFrom(session) + maxLifetimeS * 1000
  return at === Infinity ? null : at
}

/** `readQueue` of scheduler/snapshot.store.ts: who waits in a group. */
export function readQueue(db: Database, group: string): Demand[] {
  const queue: Demand[] = []
  for (const session of db.live.values())
    if (session.group === group && session.status === 'pending')
      queue.push({
        sessionId: session.id,
        ownerId: session.keypair.userId,
        accessKey: session.keypair.accessKey,
        priority: session.priority,
        enqueuedAt: session.createdAt,
        imageId: 'image',
        architecture: session.architecture,
        runtime: 'docker',
        needsImageInstalled: false,
        kernels: kernelsOf(session),
        clusterMode: session.clusterMode,
        notBefore: session.startsAt,
        dependencies: dependenciesOf(db, session),
        failedAgentIds: [...session.failedAgentIds],
        skips: session.skips,
        endsAt: endsAtOf(session),
      })
  return queue.sort((a, b) => b.priority - a.priority || (a.sessionId < b.sessionId ? -1 : 1))
}

const holds = ({ status }: SessionRow): boolean => status !== 'pending' && !isEnded(status)

const waitingIn = (db: Database, group: string): SessionRow[] =>
  [...db.live.values()].filter(session => session.status === 'pending' && session.group === group)

/** `readAccounts` of policy/limits.store.ts: of those who wait in a group, what they have in the whole cluster. */
export function readAccounts(db: Database, group: string): Map<string, Account> {
  const accounts = new Map<string, Account>()
  for (const { keypair } of waitingIn(db, group))
    if (!accounts.has(keypair.accessKey))
      accounts.set(keypair.accessKey, {
        limits: keypair.limits,
        running: useOf(db, keypair, holds),
      })
  return accounts
}

/** `readRunning` of scheduler/snapshot.store.ts: what may make room by itself. */
export function readRunning(db: Database, group: string): Running[] {
  const running: Running[] = []
  for (const session of db.live.values()) {
    if (session.group !== group || !holds(session)) continue
    const endsAt = endsAtOf(session)
    if (session.status !== 'terminating' && endsAt === null && !session.isPreemptible) continue
    const kernels = session.kernels.filter(kernel => !isEnded(kernel.status))
    running.push({
      sessionId: session.id,
      ownerId: session.keypair.userId,
      priority: session.priority,
      isPreemptible: session.isPreemptible,
      isEnding: session.status === 'terminating',
      startedAt: session.startedAt ?? session.scheduledAt ?? session.createdAt,
      endsAt,
      kernels: kernels.map(({ agentId, allocations }) => ({ agentId, devices: allocations })),
    })
  }
  return running
}

/** `readOwners` of scheduler/owners.store.ts: who waits in a group, with what they hold there. */
export function readOwners(db: Database, group: string): Map<string, Owner> {
  const owners = new Map<string, Owner>()
  for (const { keypair } of waitingIn(db, group)) {
    let held: Record<string, number> = {}
    for (const other of db.live.values())
      if (other.group === group && other.keypair.userId === keypair.userId && holds(other))
        held = plus(held, totalOf(other))
    owners.set(keypair.userId, { weight: keypair.weight, held, pastUse: {} })
  }
  return owners
}

/** `settingsOf` of scheduler/snapshot.ts. */
export const settingsOf = (
  group: GroupRow,
): Pick<
  Snapshot,
  'sequencer' | 'selector' | 'retriesToSkip' | 'reserveAfterMs' | 'enforceSpreading' | 'mayPreempt'
> => ({
  sequencer: group.sequencer,
  selector: group.selector,
  retriesToSkip: group.retriesToSkip,
  ...(group.reserveAfterS !== null && { reserveAfterMs: group.reserveAfterS * 1000 }),
  enforceSpreading: group.enforcesSpreading,
  mayPreempt: group.isPreemptionEnabled,
})
