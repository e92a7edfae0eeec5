import { api } from '@capstan/contract/api'
import { selectors } from '@capstan/contract/group'
import { startTestManager, type TestManager } from '@capstan/testkit/manager'
import { joinNode } from '@capstan/testkit/node'
import { startService, startSession } from '@capstan/testkit/session'
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest'
import { keepReplicas } from '../service/replicas.loop.ts'
import { schedule } from './scheduler.loop.ts'

let manager: TestManager
/** A group of its own for each test, with three agents. */
let group: string
beforeAll(async () => {
  manager = await startTestManager(inject('databaseUrl'))
})
afterAll(() => manager.close())
beforeEach(async () => {
  group = `g-${crypto.randomUUID().slice(0, 8)}`
  await manager.admin.call(api.group.create, { name: group, selector: 'concentrated' })
  for (const id of ['a', 'b', 'c'])
    await joinNode(manager, `${group}-${id}`, {
      resourceGroup: group,
      capacity: { cpu: 16, mem: 2 ** 36 },
    })
})

const change = (settings: object) =>
  manager.admin.call(api.group.update, { name: group, ...settings })
const ask = (replicaCount: number) =>
  startService(manager.admin, { resourceGroup: group, replicaCount })
const turn = async (): Promise<void> => {
  await keepReplicas(manager.app)
  await schedule(manager.app)
}
/** By agent: how many replicas of a service it has; the largest number first. */
async function countsOf({ id }: { id: string }): Promise<number[]> {
  const { items } = await manager.admin.call(api.session.list, { serviceId: id, state: 'live' })
  const byAgent = Map.groupBy(items, ({ agentIds }) => agentIds[0])
  return [...byAgent.values()].map(replicas => replicas.length).sort((a, b) => b - a)
}

test.for(selectors)(
  'SCH-05 replicas of a service go to different agents with %s where the group spreads them, in one turn and later',
  async selector => {
    await change({ selector, enforcesSpreading: true })
    const service = await ask(2)
    await turn()
    expect(await countsOf(service)).toEqual([1, 1])
    await manager.admin.call(api.service.update, { id: service.id, replicaCount: 3 })
    await turn()
    expect(await countsOf(service)).toEqual([1, 1, 1])
    await manager.admin.call(api.service.update, { id: service.id, replicaCount: 5 })
    await turn()
    expect(await countsOf(service)).toEqual([2, 2, 1])
  },
)

test('SCH-05 SCH-09 concentrated puts them together until the group is told to spread them; other sessions are not spread', async () => {
  const together = await ask(3)
  await turn()
  expect(await countsOf(together)).toEqual([3])
  await change({ enforcesSpreading: true })
  const spread = await ask(3)
  const sessions = await Promise.all(
    [1, 2, 3].map(() => startSession(manager, manager.admin, { resourceGroup: group })),
  )
  await turn()
  expect(await countsOf(spread)).toEqual([1, 1, 1])
  const placed = await Promise.all(
    sessions.map(({ id }) => manager.admin.call(api.session.show, { id })),
  )
  expect(new Set(placed.flatMap(({ agentIds }) => agentIds)).size).toBe(1)
})

test('SCH-06 a group takes services where it takes inference sessions, and others only where it takes theirs', async () => {
  await change({ allowedSessionTypes: ['inference'] })
  const refused = {
    code: 'type_not_allowed',
    message: `${group} takes inference sessions`,
  }
  await expect(
    startSession(manager, manager.admin, { resourceGroup: group }),
  ).rejects.toMatchObject(refused)
  const service = await ask(1)
  await turn()
  expect(await countsOf(service)).toEqual([1])
  await change({ allowedSessionTypes: ['interactive', 'batch'] })
  await expect(ask(1)).rejects.toMatchObject({
    code: 'type_not_allowed',
    message: `${group} takes interactive, batch sessions`,
  })
  await manager.admin.call(api.service.update, { id: service.id, replicaCount: 2 })
  await turn()
  expect(await countsOf(service)).toEqual([1])
  expect(await manager.admin.call(api.service.show, { id: service.id })).toMatchObject({
    reason: { code: 'type_not_allowed' },
  })
})

test('SCH-05 PLS-01 what it would cost to spread is told before, replicas that run counted', async () => {
  const { id } = await ask(1)
  await turn()
  await manager.admin.call(api.service.update, { id, replicaCount: 2 })
  await keepReplicas(manager.app)
  const large = { resourceGroup: group, resources: { cpu: 16, mem: 2 ** 28 } }
  await startSession(manager, manager.admin, large)
  const last = await startSession(manager, manager.admin, large)
  const tried = await manager.admin.call(api.scheduler.whatIf, {
    name: group,
    settings: { enforcesSpreading: true },
  })
  expect(tried).toMatchObject({
    now: { starts: 3, waits: 0 },
    changed: { starts: 2, waits: 1 },
    items: [{ id: last.id }],
  })
})
