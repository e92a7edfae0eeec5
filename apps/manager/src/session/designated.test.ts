import { api } from '@capstan/contract/api'
import { startTestManager, type TestManager } from '@capstan/testkit/manager'
import { joinNode } from '@capstan/testkit/node'
import { startSession } from '@capstan/testkit/session'
import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import { schedule } from '../scheduler/scheduler.loop.ts'

let manager: TestManager
beforeEach(async () => {
  manager = await startTestManager(inject('databaseUrl'))
  for (const id of ['node-1', 'node-2', 'node-3']) await joinNode(manager, id)
})
afterEach(() => manager.close())

type Given = Parameters<typeof startSession>[2]
const ask = (agentIds: string[], given: Given = {}) =>
  startSession(manager, manager.admin, { agentIds, ...given })
const show = (id: string) => manager.admin.call(api.session.show, { id })

test('SES-01 a session whose agents a superadmin chose is placed on these only, and waits for them while others are free', async () => {
  const small = { resources: { cpu: 3, mem: 2 ** 28 } }
  const first = await ask(['node-2'], small)
  const second = await ask(['node-2', 'node-3'], small)
  const third = await ask(['node-2', 'node-3'], small)
  expect(second.designatedAgentIds).toEqual(['node-2', 'node-3'])
  await schedule(manager.app)
  expect((await show(first.id)).agentIds).toEqual(['node-2'])
  expect((await show(second.id)).agentIds).toEqual(['node-3'])
  expect(await show(third.id)).toMatchObject({
    status: 'pending',
    reason: {
      message: expect.stringContaining('1 agent ruled out by the agents that were asked for'),
    },
  })
  await manager.admin.call(api.session.terminate, { ids: [first.id], force: true })
  await schedule(manager.app)
  expect((await show(third.id)).agentIds).toEqual(['node-2'])
})

test('SES-01 all of many sessions, and all containers of one, keep to the agents chosen; one that is away is waited for', async () => {
  const { projectId, image } = await ask([])
  const { items } = await manager.admin.call(api.session.createMany, {
    name: 'part',
    count: 2,
    projectId,
    imageId: image.id,
    resources: { cpu: 0.1, mem: 2 ** 25 },
    clusterSize: 2,
    clusterMode: 'multi-node',
    agentIds: ['node-3'],
  })
  const away = await ask(['node-1'])
  await manager.admin.call(api.agent.drain, { id: 'node-1' })
  await schedule(manager.app)
  for (const { id } of items) expect((await show(id)).agentIds).toEqual(['node-3'])
  expect(await show(away.id)).toMatchObject({
    status: 'pending',
    reason: {
      code: 'no_designated_agent',
      message: 'None of the agents asked for is connected and takes new sessions',
    },
  })
})

test('SES-01 nobody but a superadmin chooses agents; they are of the group, and large enough', async () => {
  for (const role of ['admin', 'user'] as const)
    await expect(
      startSession(manager, await manager.addUser({ role }), { agentIds: ['node-1'] }),
    ).rejects.toMatchObject({ code: 'forbidden', issues: [{ path: 'agentIds' }] })
  await expect(ask(['node-1', 'node-9'])).rejects.toMatchObject({
    code: 'agent_not_found',
    issues: [{ path: 'agentIds.1' }],
  })
  await joinNode(manager, 'node-4', { capacity: { cpu: 16, mem: 2 ** 34 } })
  const large = { resources: { cpu: 8, mem: 2 ** 28 } }
  await expect(ask(['node-1'], large)).rejects.toMatchObject({
    code: 'never_fits',
    message: 'needs 8 cores; the largest agent of those asked for, node-1, has 4 cores',
  })
  await ask(['node-4'], large)
})

test('SES-01 an agent that was asked for counts also while it is away or drained, and is waited for', async () => {
  const big = await joinNode(manager, 'node-4', { capacity: { cpu: 16, mem: 2 ** 34 } })
  await joinNode(manager, 'node-5', { capacity: { cpu: 16, mem: 2 ** 34 } })
  await manager.admin.call(api.agent.drain, { id: 'node-5' })
  await big.call(api.sync.leave, { id: 'node-4', reason: 'It restarts' })
  const large = { resources: { cpu: 8, mem: 2 ** 28 } }
  for (const away of ['node-4', 'node-5']) {
    const { status } = await ask([away, 'node-1'], large)
    expect(status).toBe('pending')
    const pair = { ...large, clusterSize: 2, clusterMode: 'single-node' } as const
    expect((await ask([away, 'node-1'], pair)).status).toBe('pending')
  }
  await expect(ask(['node-1'], large)).rejects.toMatchObject({ code: 'never_fits' })
})
