import { api } from '@capstan/contract/api'
import { startTestManager, type TestManager } from '@capstan/testkit/manager'
import { type FakeNode, joinNode, kernelReport } from '@capstan/testkit/node'
import { startSession } from '@capstan/testkit/session'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { schedule } from '../scheduler/scheduler.loop.ts'

let manager: TestManager
beforeAll(async () => {
  manager = await startTestManager(inject('databaseUrl'))
})
afterAll(() => manager.close())

/** A session whose container is placed on a node that joins for it, and is then the only one that takes any. */
async function placedOn(name: string): Promise<{ node: FakeNode; id: string; kernelId: string }> {
  const node = await joinNode(manager, name)
  await sql`update agent set is_schedulable = (id = ${name})`.execute(manager.app.db)
  const { id } = await startSession(manager, manager.admin)
  await schedule(manager.app)
  const { kernels } = await manager.admin.call(api.session.show, { id })
  return { node, id, kernelId: kernels[0]!.id }
}

test('SES-03 use is kept of an agent’s own containers alone, each sample once, with news or without', async () => {
  const { node, id, kernelId } = await placedOn('node-samples')
  const other = await joinNode(manager, 'node-samples-not')
  const sample = (cpuMilli: number) => ({
    kernelId,
    at: new Date(Date.now() - cpuMilli).toISOString(),
    cpuMilli,
    memBytes: 5,
  })
  const first = sample(20)
  await node.sync({ kernels: [kernelReport(kernelId)], samples: [first] })
  await node.sync({ samples: [first] })
  await node.sync({ samples: [sample(10)] })
  await other.sync({ samples: [sample(15)] })
  const { kernels } = await manager.admin.call(api.session.usage, { id })
  expect(kernels[0]?.samples.map(({ cpuMilli }) => cpuMilli)).toEqual([20, 10])
})

test('reports that come twice, late, or for a container of another agent change nothing', async () => {
  const { node, id, kernelId } = await placedOn('node-j')
  const other = await joinNode(manager, 'node-k')
  const running = kernelReport(kernelId)
  await node.sync({ kernels: [running] })
  await other.sync({ kernels: [kernelReport(kernelId, { status: 'terminated' })] })
  await node.sync({ kernels: [{ ...running, status: 'creating' }] })
  await node.sync({ kernels: [running] })
  const { status, history } = await manager.admin.call(api.session.show, { id })
  expect(status).toBe('running')
  expect(history.filter(entry => entry.status === 'running')).toHaveLength(1)
})

test('a node whose clock is hours behind is wanted to send the rest of a log as any other; times are the manager’s', async () => {
  const { node, id, kernelId } = await placedOn('node-l')
  const behind = new Date(Date.now() - 3 * 3_600_000).toISOString()
  await node.sync({ clock: behind, kernels: [kernelReport(kernelId, { startedAt: behind })] })
  const { kernels } = await node.sync({
    clock: behind,
    kernels: [kernelReport(kernelId, { status: 'terminated', startedAt: behind, endedAt: behind })],
  })
  expect(kernels.map(kernel => kernel.kernelId)).toContain(kernelId)
  const ended = (await manager.admin.call(api.session.show, { id })).kernels[0]!
  for (const at of [ended.startedAt, ended.endedAt])
    expect(Math.abs(Date.parse(at!) - Date.now())).toBeLessThan(60_000)
})

test('a container that began and ended before its node’s clock was set, and is told of only then, keeps its log and its times', async () => {
  const { node, id, kernelId } = await placedOn('node-m')
  const at = new Date().toISOString()
  const ahead = new Date(Date.now() + 3 * 3_600_000).toISOString()
  const { kernels } = await node.sync({
    clock: ahead,
    kernels: [kernelReport(kernelId, { status: 'terminated', startedAt: at, endedAt: at })],
  })
  expect(kernels.map(kernel => kernel.kernelId)).toContain(kernelId)
  const ended = (await manager.admin.call(api.session.show, { id })).kernels[0]!
  for (const at of [ended.startedAt, ended.endedAt])
    expect(Math.abs(Date.parse(at!) - Date.now())).toBeLessThan(60_000)
})
