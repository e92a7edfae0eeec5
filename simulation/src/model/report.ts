import type { Telling } from '@capstan/agent/held-kernels'
import type { KeptKernel } from '@capstan/contract/sync'
import type { KernelReport } from '@capstan/core/kernel-report'
import { isEnded } from '@capstan/core/session'
import type { Database } from './database.ts'
import type { AgentRow, KernelRow } from './rows.ts'
import { settleSessions, type Settled } from './settle.ts'

/** What an agent says of itself and its kernels; capacities in smallest units. */
export interface Report {
  readonly architecture: string
  readonly group: string
  readonly devices: readonly {
    readonly id: string
    readonly slot: string
    readonly capacity: number
  }[]
  readonly kernels: readonly KernelReport[]
  /** The node's clock as it sends, as ISO text. */
  readonly clock: string
}

export interface Taken extends Settled {
  /** It was away, or has other devices than before: queued sessions may fit now. */
  readonly isNews: boolean
}

/** `takeReport` of agent/take-report.ts: an agent's report, in one transaction. */
export function takeReport(db: Database, id: string, report: Report): Taken {
  const agent = db.agent(id)
  return { ...takeKernelReports(db, agent, report), isNews: takeAgentReport(db, agent, report) }
}

/** A node's clock that is wrong by more than this is not believed (`writeKernels` of agent/take-report.ts). */
const clockToleranceMs = 10_000

function takeKernelReports(
  db: Database,
  agent: AgentRow,
  { kernels: reports, clock }: Report,
): Settled {
  const behindMs = db.now - Date.parse(clock)
  const shiftMs = Math.abs(behindMs) > clockToleranceMs ? behindMs : 0
  const changes = db.rules.kernelChanges([...agent.kernels], reports)
  for (const { known: kernel, change } of changes) {
    kernel.reason = change.reason ?? kernel.reason
    kernel.exitCode = change.exitCode ?? kernel.exitCode
    kernel.containerId = change.containerId
    kernel.progress = change.progress
    kernel.apps = change.apps
    const toldAt = (text: string): number =>
      Math.max(Date.parse(text) + shiftMs, kernel.startedAt?.getTime() ?? kernel.createdAt)
    if (change.startedAt !== null) kernel.startedAt ??= new Date(toldAt(change.startedAt))
    kernel.isLogComplete = change.isLogComplete
    const endedAt = change.endedAt === null ? db.now : toldAt(change.endedAt)
    db.moveKernel(kernel, change.status, endedAt)
  }
  return settleSessions(db, new Set(changes.map(({ known }) => known.session)))
}

/** `takeAgentReport` of agent/report.store.ts. Answers whether it is news for the scheduler. */
function takeAgentReport(db: Database, agent: AgentRow, report: Report): boolean {
  const hash = JSON.stringify([report.architecture, report.group, report.devices])
  const isNews = agent.status !== 'connected' || agent.reportHash !== hash
  agent.lastContactAt = db.now
  agent.status = 'connected'
  agent.lostAt = null
  if (agent.reportHash === hash) return isNews
  agent.reportHash = hash
  agent.architecture = report.architecture
  // Told on first contact only: afterwards the group is what administrators say.
  agent.group ??= db.groups.has(report.group) ? report.group : 'default'
  replaceDevices(db, agent, report.devices)
  return isNews
}

/** `writeSlowPart`: a device that is gone gives nothing any more; its row stays while containers hold it. */
function replaceDevices(db: Database, agent: AgentRow, devices: Report['devices']): void {
  for (const { id, slot, capacity } of devices) {
    const device = agent.devices.get(id) ?? { id, slot, capacity, given: 0 }
    device.capacity = capacity
    agent.devices.set(id, device)
    db.watch.deviceChanged(agent, device)
  }
  const reported = new Set(devices.map(({ id }) => id))
  for (const device of agent.devices.values()) {
    if (reported.has(device.id)) continue
    device.capacity = 0
    db.watch.deviceChanged(agent, device)
    if (!holdsSome(agent, device.id)) agent.devices.delete(device.id)
  }
}

const holdsSome = ({ kernels }: AgentRow, deviceId: string): boolean =>
  [...kernels].some(kernel => kernel.allocations.some(row => row.deviceId === deviceId))

/** `appendLog` of session/log.store.ts, as far as it says that all is here. False: the kernel is not that agent's. */
export function completeLog(db: Database, agentId: string, kernelId: string): boolean {
  for (const kernel of db.agent(agentId).kernels)
    if (kernel.id === kernelId) {
      db.completeLog(kernel)
      return true
    }
  return false
}

/** How long an ended container is kept for the rest of its log (`logPatience` of agent/desired.store.ts). */
const logPatienceMs = 3_600_000

/** `heldBack` of agent/desired.store.ts: every batch session has a command, and no other. */
const isHeldBack = ({ index, status, session }: KernelRow): boolean =>
  index === 0 &&
  status === 'scheduled' &&
  session.type === 'batch' &&
  session.kernels.some(other => other.index > 0 && other.startedAt === null)

/** `wanted` of agent/desired.store.ts. */
export const isWanted = (db: Database, kernel: KernelRow): boolean =>
  isEnded(kernel.status)
    ? !kernel.isLogComplete && (kernel.endedAt ?? 0) > db.now - logPatienceMs
    : !isHeldBack(kernel)

const isToStop = ({ status }: KernelRow): boolean => status === 'terminating' || isEnded(status)

/** `desiredHash` of agent/desired.store.ts: as long as it is the same, so is what an agent has to do. */
export function desiredHash(db: Database, agentId: string): string {
  let hash = '.'
  for (const kernel of db.agent(agentId).kernels)
    if (isWanted(db, kernel))
      hash += `${kernel.id}${isToStop(kernel) ? '-' : '+'}${kernel.isLogComplete ? '.' : ''}`
  return hash
}

/** `readDesired` of agent/desired.store.ts: what an agent is told that holds these kernels. */
export function readDesired(
  db: Database,
  agentId: string,
  holds: readonly string[],
): Telling<KeptKernel> {
  const kernels: KeptKernel[] = []
  const kept: KeptKernel[] = []
  const dropped = new Set(holds)
  for (const kernel of db.agent(agentId).kernels)
    if (isWanted(db, kernel)) {
      const told = toldOf(kernel)
      if (!dropped.delete(kernel.id)) kernels.push(told)
      else if (db.rules.isUnusual(told)) kept.push(told)
    }
  return { kernels, kept, dropped: db.rules.tellsOfDropped ? [...dropped] : [] }
}

/** In short: what else an agent is told makes no difference here, and no application is ever open. */
const toldOf = (kernel: KernelRow): KeptKernel => ({
  kernelId: kernel.id,
  desired: isToStop(kernel) ? 'stop' : 'run',
  hasStarted: kernel.startedAt !== null,
  openApps: [],
  isLogComplete: kernel.isLogComplete,
})
