import { api } from '@capstan/contract/api'
import { startTestManager, type TestManager } from '@capstan/testkit/manager'
import { joinNode, kernelReport } from '@capstan/testkit/node'
import { startSession } from '@capstan/testkit/session'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import { violates } from '../db/violation.ts'
import { schedule } from './scheduler.loop.ts'

let manager: TestManager
beforeEach(async () => {
  manager = await startTestManager(inject('databaseUrl'))
})
afterEach(() => manager.close())

const show = (id: string) => manager.admin.call(api.session.show, { id })
const gib = 2 ** 30

test('SCH-03 FIFO starts the earliest first; the later one waits and says why, with figures', async () => {
  await joinNode(manager, 'node-1')
  const ask = { resources: { cpu: 3, mem: gib } }
  const first = await startSession(manager, manager.admin, ask)
  const second = await startSession(manager, manager.admin, ask)
  await schedule(manager.app)
  expect((await show(first.id)).status).toBe('scheduled')
  const waiting = await show(second.id)
  expect(waiting).toMatchObject({ status: 'pending', reason: { code: 'insufficient_resources' } })
  expect(waiting.reason?.message).toMatch(/3 cores/)
})

test('SCH-04 dispersed spreads two sessions over two of four nodes', async () => {
  for (const id of ['n1', 'n2', 'n3', 'n4']) await joinNode(manager, id)
  const ids = [
    await startSession(manager, manager.admin),
    await startSession(manager, manager.admin),
  ]
  await schedule(manager.app)
  const agents = await Promise.all(ids.map(async ({ id }) => (await show(id)).agentIds[0]))
  expect(new Set(agents).size).toBe(2)
})

test('what has ended is free for the next turn', async () => {
  const node = await joinNode(manager, 'node-1')
  const ask = { resources: { cpu: 4, mem: gib } }
  const first = await startSession(manager, manager.admin, ask)
  const second = await startSession(manager, manager.admin, ask)
  await schedule(manager.app)
  const kernelId = (await show(first.id)).kernels[0]!.id
  await node.sync({ kernels: [kernelReport(kernelId)] })
  await node.sync({
    kernels: [kernelReport(kernelId, { status: 'terminated', exitCode: 0, isLogComplete: true })],
  })
  await schedule(manager.app)
  expect([(await show(first.id)).status, (await show(second.id)).status]).toEqual([
    'terminated',
    'scheduled',
  ])
})

test('SCH-10 with eight schedulers at once no agent gives more than it has, and all that fits is placed', async () => {
  await joinNode(manager, 'node-1')
  await joinNode(manager, 'node-2')
  for (let i = 0; i < 20; i++)
    await startSession(manager, manager.admin, { resources: { cpu: 1, mem: gib / 4 } })
  await Promise.all(Array.from({ length: 8 }, () => schedule(manager.app)))
  await schedule(manager.app)
  const { items } = await manager.admin.call(api.agent.list, {})
  expect(items.map(agent => agent.used['cpu'])).toEqual([4, 4])
  const { items: placed } = await manager.admin.call(api.session.list, { status: ['scheduled'] })
  expect(placed).toHaveLength(8)
})

test('SCH-10 the database itself refuses to give out more than there is', async () => {
  await joinNode(manager, 'node-1')
  await startSession(manager, manager.admin)
  await schedule(manager.app)
  const over = sql`
    with other as (insert into kernel (session_id, index, role, hostname, agent_id)
      select session_id, 1, 'sub', 'sub1', agent_id from kernel returning id)
    insert into allocation (kernel_id, agent_id, device_id, slot, amount) select id, 'node-1', 'cpu', 'cpu', 3001 from other`
  const refused = await over.execute(manager.app.db).catch((error: unknown) => error)
  expect(violates(refused, 'allocation_within_capacity')).toBe(true)
})

test('AGT-04 an agent that takes no new sessions is passed over until it is switched on again', async () => {
  await joinNode(manager, 'node-1')
  await manager.admin.call(api.agent.update, { id: 'node-1', isSchedulable: false })
  const { id } = await startSession(manager, manager.admin)
  await schedule(manager.app)
  expect(await show(id)).toMatchObject({ status: 'pending', reason: { code: 'no_agents' } })
  await manager.admin.call(api.agent.update, { id: 'node-1', isSchedulable: true })
  await schedule(manager.app)
  expect((await show(id)).status).toBe('scheduled')
})

test('a turn that is run twice places nothing twice', async () => {
  await joinNode(manager, 'node-1')
  const { id } = await startSession(manager, manager.admin)
  await schedule(manager.app)
  await schedule(manager.app)
  expect((await show(id)).kernels).toHaveLength(1)
})

test('SCH-02 the reason of a session that waits names what it needs, where most of that is free, and what rules others out', async () => {
  const gpus = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      id: `GPU-${index}`,
      kind: 'cuda',
      model: 'NVIDIA H100',
      slot: 'cuda.device',
      capacity: 1,
      numaNode: null,
    }))
  await joinNode(manager, 'small', { devices: gpus(1) })
  await joinNode(manager, 'large', { devices: gpus(3) })
  await joinNode(manager, 'other', { devices: gpus(3), architecture: 'aarch64', images: [] })
  const ask = (count: number) =>
    startSession(manager, manager.admin, {
      resources: { cpu: 1, mem: gib / 4, 'cuda.device': count },
    })
  await ask(1)
  const { id } = await ask(3)
  await schedule(manager.app)
  expect((await show(id)).reason).toMatchObject({
    code: 'insufficient_resources',
    message:
      'needs 3 GPUs on one agent; the most that is free is 2 GPUs, on large; 1 agent ruled out by architecture',
  })
})
