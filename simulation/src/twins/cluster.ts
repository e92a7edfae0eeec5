import { api } from '@capstan/contract/api'
import type { TestManager } from '@capstan/testkit/manager'
import type { Watch } from '../model/database.ts'
import type { Report } from '../model/report.ts'
import type { AgentRow, GroupRow } from '../model/rows.ts'

/** Breaks where the model breaks what the database holds. */
export const nobody: Watch = {
  sessionMoved: () => {},
  kernelMoved: () => {},
  allocated: () => {},
  freed: () => {},
  deviceChanged: () => {},
  constraintBroken: what => {
    throw new Error(what)
  },
}

export const mib = 2 ** 20

/** What both sides are told an agent has. */
export const capacity = { cpu: 4, mem: 1024 * mib }
export const gpus = [0, 1].map(index => ({
  id: `gpu${index}`,
  kind: 'cuda',
  model: 'mock',
  slot: 'cuda.shares',
  capacity: 1,
  numaNode: null,
}))
export const devices: Report['devices'] = [
  { id: 'cpu', slot: 'cpu', capacity: 4000 },
  { id: 'mem', slot: 'mem', capacity: 1024 * mib },
  ...gpus.map(({ id, slot }) => ({ id, slot, capacity: 1000 })),
]

/** The group of all sessions, as both sides have it. */
export async function setGroup(
  manager: TestManager,
  settings: Pick<GroupRow, 'sequencer' | 'selector'>,
): Promise<GroupRow> {
  const group: GroupRow = {
    name: 'default',
    isActive: true,
    ...settings,
    retriesToSkip: 1,
    creationRetries: 2,
    pendingTimeoutS: 90,
    reserveAfterS: 30,
    halfLifeS: 3600,
    enforcesSpreading: false,
    isPreemptionEnabled: true,
  }
  const { sequencer, selector, retriesToSkip, creationRetries, pendingTimeoutS } = group
  await manager.admin.call(api.group.update, {
    name: group.name,
    scheduler: sequencer,
    selector,
    retriesToSkip,
    creationRetries,
    pendingTimeoutS,
    reserveAfterS: group.reserveAfterS,
    isPreemptionEnabled: true,
  })
  return group
}

/** An agent of which the model has not heard yet. */
export const newAgent = (id: string, now: number): AgentRow => ({
  id,
  status: 'terminated',
  group: null,
  architecture: '',
  isSchedulable: true,
  lastContactAt: now,
  lostAt: null,
  reportHash: '',
  devices: new Map(),
  kernels: new Set(),
})
