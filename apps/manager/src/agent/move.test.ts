import { api } from '@capstan/contract/api'
import type { SessionDetails } from '@capstan/contract/session'
import { startTestManager, type TestManager } from '@capstan/testkit/manager'
import { type FakeNode, joinNode, kernelReport } from '@capstan/testkit/node'
import { startSession } from '@capstan/testkit/session'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import { schedule } from '../scheduler/scheduler.loop.ts'
import { keepHouse } from '../session/housekeeper.loop.ts'

let manager: TestManager
beforeEach(async () => {
  manager = await startTestManager(inject('databaseUrl'))
  await call()(api.group.create, { name: 'gpu' })
})
afterEach(() => manager.close())

const id = 'node-1'
const call = (): TestManager['admin']['call'] => manager.admin.call
const show = (sessionId: string): Promise<SessionDetails> =>
  call()(api.session.show, { id: sessionId })
const showAgent = (agentId = id) => call()(api.agent.show, { id: agentId })
const showGroup = (name: string) => call()(api.group.show, { name })
const move = (resourceGroup: string, sessions?: 'finish' | 'end') =>
  call()(api.agent.move, { id, resourceGroup, ...(sessions && { sessions }) })

async function running(node: FakeNode) {
  const session = await startSession(manager, manager.admin)
  await schedule(manager.app)
  const said = kernelReport((await show(session.id)).kernels[0]!.id)
  await node.sync({ kernels: [said] })
  return { id: session.id, said }
}

test('GRP-05 an agent comes into the group of its configuration when it first registers', async () => {
  await joinNode(manager, id, { resourceGroup: 'gpu' })
  expect(await showAgent()).toMatchObject({ resourceGroup: 'gpu', requestedGroup: null })
  expect(await showGroup('gpu')).toMatchObject({ agentCount: 1 })
  expect(await showGroup('default')).toMatchObject({ agentCount: 0 })
})

test('GRP-05 an agent whose group is not there joins the default one, and shows what it asks for', async () => {
  await joinNode(manager, id, { resourceGroup: 'tpu' })
  expect(await showAgent()).toMatchObject({ resourceGroup: 'default', requestedGroup: 'tpu' })
  await expect(move('tpu')).rejects.toMatchObject({
    code: 'group_not_found',
    issues: [{ path: 'resourceGroup' }],
  })
  await call()(api.group.create, { name: 'tpu' })
  expect(await move('tpu')).toMatchObject({ resourceGroup: 'tpu', requestedGroup: null })
})

test('GRP-05 restarted with another group it asks for a move, which an administrator accepts or dismisses', async () => {
  const node = await joinNode(manager, id)
  await node.sync({ resourceGroup: 'gpu' })
  const asking = { resourceGroup: 'default', requestedGroup: 'gpu' }
  expect(await showAgent()).toMatchObject(asking)
  await node.sync({ resourceGroup: 'gpu', version: '1' })
  expect(await showAgent()).toMatchObject(asking)
  expect(await move('default')).toMatchObject({ resourceGroup: 'default', requestedGroup: null })
  // It says the same as before: that was answered.
  await node.sync({ resourceGroup: 'gpu', version: '2' })
  expect(await showAgent()).toMatchObject({ resourceGroup: 'default', requestedGroup: null })
  await node.sync({ resourceGroup: 'default' })
  await node.sync({ resourceGroup: 'gpu' })
  expect(await showAgent()).toMatchObject(asking)
  expect(await move('gpu')).toMatchObject({ resourceGroup: 'gpu', requestedGroup: null })
})

test('GRP-05 what an administrator moved stays there, whatever its configuration goes on saying', async () => {
  const node = await joinNode(manager, id)
  await move('gpu')
  await node.call(api.sync.leave, { id, reason: 'Restarted' })
  await node.sync({ version: '1' })
  expect(await showAgent()).toMatchObject({ resourceGroup: 'gpu', requestedGroup: null })
  const { id: waiting } = await startSession(manager, manager.admin, { resourceGroup: 'gpu' })
  await schedule(manager.app)
  expect((await show(waiting)).agentIds).toEqual([id])
})

test('GRP-05 sessions of a moved agent may finish: they run on, hold what they hold, and are counted once', async () => {
  const node = await joinNode(manager, id)
  await joinNode(manager, 'node-2', { resourceGroup: 'gpu' })
  const { id: first, said } = await running(node)
  await move('gpu')
  await schedule(manager.app)
  await keepHouse(manager.app)
  expect(await show(first)).toMatchObject({ status: 'running', resourceGroup: 'default' })
  expect(await showGroup('default')).toMatchObject({ capacity: {}, used: {} })
  expect(await showGroup('gpu')).toMatchObject({ capacity: { cpu: 8 }, used: { cpu: 1 } })
  // Four cores less one: a session of its new group that needs all four goes to the other agent.
  const whole = { resourceGroup: 'gpu', resources: { cpu: 4, mem: 2 ** 28 } }
  const one = await startSession(manager, manager.admin, whole)
  const two = await startSession(manager, manager.admin, whole)
  await schedule(manager.app)
  expect((await show(one.id)).agentIds).toEqual(['node-2'])
  expect((await show(two.id)).status).toBe('pending')
  await node.sync({ kernels: [{ ...said, status: 'terminated', exitCode: 0 }] })
  await schedule(manager.app)
  expect((await show(two.id)).agentIds).toEqual([id])
  expect(await showGroup('gpu')).toMatchObject({ used: { cpu: 8 } })
})

test('GRP-05 sessions of a moved agent may be ended: those of other groups, once, with that reason', async () => {
  const node = await joinNode(manager, id)
  const { id: first, said } = await running(node)
  expect(await move('gpu', 'end')).toMatchObject({ resourceGroup: 'gpu' })
  const own = await startSession(manager, manager.admin, { resourceGroup: 'gpu' })
  await schedule(manager.app)
  expect(await show(first)).toMatchObject({
    status: 'terminating',
    reason: {
      code: 'agent_moved',
      message: 'Agent node-1 was moved to resource group gpu',
    },
  })
  await move('gpu', 'end')
  expect((await show(own.id)).status).toBe('scheduled')
  const { kernels } = await node.sync({ kernels: [said] })
  expect(kernels.find(({ kernelId }) => kernelId === said.kernelId)).toMatchObject({
    desired: 'stop',
  })
  await node.sync({ kernels: [{ ...said, status: 'terminated', exitCode: 137 }] })
  expect(await show(first)).toMatchObject({ status: 'terminated', reason: { code: 'agent_moved' } })
  expect(await showAgent()).toMatchObject({ sessionCount: 1, used: { cpu: 1 } })
})

test('AGT-03 agents that were lost or stopped are listed with when and why, and leave the list on return', async () => {
  const gone = await joinNode(manager, 'node-gone')
  const silent = await joinNode(manager, 'node-silent')
  await joinNode(manager, 'node-here')
  await manager.anonymous(api.sync.join, { joinToken: manager.joinToken, id: 'node-new' })
  const before = Date.now() - 1000
  await gone.call(api.sync.leave, { id: gone.id, reason: 'Shut down by SIGTERM' })
  await sql`update agent set last_contact_at = now() - interval '16 seconds' where id = ${silent.id}`.execute(
    manager.app.db,
  )
  await keepHouse(manager.app)
  const list = () =>
    call()(api.agent.list, { status: ['lost', 'terminated'], sort: 'id' }).then(page => page.items)
  const items = await list()
  expect(items.map(agent => [agent.id, agent.status, agent.statusReason])).toEqual([
    ['node-gone', 'terminated', 'Shut down by SIGTERM'],
    ['node-new', 'terminated', 'It joined and was not heard of since'],
    ['node-silent', 'lost', expect.stringMatching(/^Not heard of for 1[67] s$/)],
  ])
  for (const { lostAt } of items) expect(Date.parse(lostAt!)).toBeGreaterThan(before)
  await silent.sync()
  expect((await list()).map(agent => agent.id)).toEqual(['node-gone', 'node-new'])
  expect(await showAgent(silent.id)).toMatchObject({ lostAt: null, statusReason: null })
})

test('AGT-05 GRP-05 several agents are drained and moved in one step, each told what became of it', async () => {
  const node = await joinNode(manager, id)
  await joinNode(manager, 'node-2')
  await call()(api.agent.update, { id: 'node-2', isSchedulable: false })
  const { id: sessionId } = await running(node)
  const ids = ['node-2', 'nowhere', id]
  expect(await call()(api.agent.drainMany, { ids, deadlineS: 3600 })).toEqual({
    items: [
      { id: 'node-2', outcome: 'done', sessionCount: 0 },
      { id: 'nowhere', outcome: 'not_found', sessionCount: 0 },
      { id, outcome: 'done', sessionCount: 1 },
    ],
  })
  expect((await showAgent('node-2')).drain).toMatchObject({ mode: 'finish' })
  await expect(
    call()(api.agent.drainMany, { ids, mode: 'end', deadlineS: 1 }),
  ).rejects.toMatchObject({ issues: [{ path: 'deadlineS' }] })
  await call()(api.agent.cancelDrainMany, { ids })
  for (const agentId of [id, 'node-2']) expect((await showAgent(agentId)).drain).toBeNull()
  await expect(
    call()(api.agent.moveMany, { ids, resourceGroup: 'nowhere', sessions: 'end' }),
  ).rejects.toMatchObject({ code: 'group_not_found', issues: [{ path: 'resourceGroup' }] })
  expect((await show(sessionId)).status).toBe('running')
  await call()(api.agent.moveMany, { ids, resourceGroup: 'gpu', sessions: 'end' })
  expect(await showGroup('gpu')).toMatchObject({ agentCount: 1 })
  for (const agentId of [id, 'node-2']) expect((await showAgent(agentId)).resourceGroup).toBe('gpu')
  expect(await show(sessionId)).toMatchObject({
    status: 'terminating',
    reason: { code: 'agent_moved', message: `Agent ${id} was moved to resource group gpu` },
  })
})
