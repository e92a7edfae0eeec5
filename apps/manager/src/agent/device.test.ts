import { api } from '@capstan/contract/api'
import { startTestManager, type TestManager, type TestUser } from '@capstan/testkit/manager'
import { joinNode } from '@capstan/testkit/node'
import { startSession } from '@capstan/testkit/session'
import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import { schedule } from '../scheduler/scheduler.loop.ts'

let manager: TestManager
beforeEach(async () => {
  manager = await startTestManager(inject('databaseUrl'))
})
afterEach(() => manager.close())

const gpu = (index: number) => ({
  id: `GPU-${index}`,
  kind: 'cuda',
  model: 'NVIDIA H100',
  slot: 'cuda.shares',
  capacity: 1,
  numaNode: null,
})

const ask = async (as: TestUser, name: string, shares: number): Promise<string> => {
  const resources = { cpu: 0.1, mem: 2 ** 27, 'cuda.shares': shares }
  const { id } = await startSession(manager, as, { name, resources })
  await schedule(manager.app)
  return id
}

test('AGT-01 AGT-02 of each accelerator it is told what is given out and to which sessions, page by page', async () => {
  await joinNode(manager, 'node-1', { devices: [gpu(0), gpu(1)] })
  await joinNode(manager, 'node-2', { devices: [gpu(0)] })
  await manager.admin.call(api.agent.update, { id: 'node-2', isSchedulable: false })
  const user = await manager.addUser()
  const large = await ask(user, 'large', 1)
  const half = await ask(manager.admin, 'half', 0.5)
  const quarter = await ask(user, 'quarter', 0.25)
  const { call, email } = manager.admin
  const { items, count } = await call(api.device.list, {})
  expect(count).toBe(3)
  const byId = new Map(items.map(device => [`${device.agentId} ${device.id}`, device]))
  const [full, shared] = [byId.get('node-1 GPU-0'), byId.get('node-1 GPU-1')].toSorted(
    (a, b) => b!.used - a!.used,
  )
  expect(full).toMatchObject({
    used: 1,
    capacity: 1,
    given: [{ amount: 1, session: { id: large, name: 'large', userEmail: user.email } }],
  })
  expect(shared).toMatchObject({
    used: 0.75,
    given: [
      { amount: 0.5, session: { id: half, userEmail: email } },
      { amount: 0.25, session: { id: quarter } },
    ],
  })
  expect(byId.get('node-2 GPU-0')).toMatchObject({ used: 0, given: [] })
  const first = await call(api.device.list, { limit: 1 })
  const second = await call(api.device.list, { limit: 1, cursor: first.nextCursor! })
  const third = await call(api.device.list, { limit: 1, cursor: second.nextCursor! })
  expect([...first.items, ...second.items, ...third.items]).toEqual(items)
  expect(third.nextCursor).toBeNull()
  const only = await call(api.device.list, { agentId: 'node-2' })
  expect(only.items.map(({ agentId }) => agentId)).toEqual(['node-2'])
  expect((await call(api.device.list, { resourceGroup: 'other' })).items).toEqual([])
  expect((await call(api.device.list, { agentStatus: ['lost'] })).items).toEqual([])
})

test('AGT-02 who administers another domain sees how much is given out, and not to whom', async () => {
  await joinNode(manager, 'node-1', { devices: [gpu(0)] })
  await ask(manager.admin, 'secret', 1)
  const domainName = await manager.addDomain()
  const elsewhere = await manager.addUser({ role: 'admin', domainName })
  const { items } = await elsewhere.call(api.device.list, {})
  expect(items).toMatchObject([{ used: 1, given: [{ amount: 1, session: null }] }])
  const agent = await elsewhere.call(api.agent.show, { id: 'node-1' })
  expect(agent).toMatchObject({ sessionCount: 1, sessions: [] })
})
