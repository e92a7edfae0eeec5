import { api } from '@capstan/contract/api'
import { startTestManager, type TestManager } from '@capstan/testkit/manager'
import { joinNode } from '@capstan/testkit/node'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { schedule } from '../scheduler/scheduler.loop.ts'

let manager: TestManager
beforeAll(async () => {
  manager = await startTestManager(inject('databaseUrl'))
})
afterAll(() => manager.close())

async function ask(given: { name: string; count: number; cpu?: number }) {
  const { projects } = await manager.admin.call(api.account.show, {})
  const { items } = await manager.admin.call(api.image.list, {})
  return manager.admin.call(api.session.createMany, {
    name: given.name,
    count: given.count,
    projectId: projects.find(({ type }) => type === 'general')!.id,
    imageId: items[0]!.id,
    resources: { cpu: given.cpu ?? 0.1, mem: 2 ** 25 },
    environ: { RATE: '3' },
  })
}

const names = async (name: string): Promise<string[]> =>
  (await manager.admin.call(api.session.list, { name, sort: 'createdAt', limit: 200 })).items.map(
    session => session.name,
  )

test('SES-01 several sessions asked for at once are numbered, and each knows its number', async () => {
  const node = await joinNode(manager, 'node-1')
  const { items } = await ask({ name: 'sweep', count: 12 })
  expect(items.map(({ name }) => name)).toEqual(
    Array.from({ length: 12 }, (_, index) => `sweep-${index + 1}`),
  )
  expect(await names('sweep')).toEqual(items.map(({ name }) => name))
  await schedule(manager.app)
  const { kernels } = await node.sync()
  const told = new Map(kernels.map(({ sessionName, environ }) => [sessionName, environ]))
  for (const [index, { name }] of items.entries())
    expect(told.get(name)).toMatchObject({ CAPSTAN_TASK_INDEX: String(index + 1), RATE: '3' })
})

test('SES-02 of sessions that move together each has its own history, and one whose reason alone changes gets no new entry', async () => {
  const { items } = await ask({ name: 'whole', count: 2, cpu: 2.5 })
  await schedule(manager.app)
  await schedule(manager.app)
  await manager.admin.call(api.session.terminate, { ids: items.map(({ id }) => id) })
  const shown = await Promise.all(
    items.map(({ id }) => manager.admin.call(api.session.show, { id })),
  )
  expect(shown.map(({ history }) => history.map(({ status }) => status))).toEqual([
    ['pending', 'scheduled', 'terminating'],
    ['pending', 'cancelled'],
  ])
})

test('POL-06 of several sessions at once all wait within the policy, or none is queued', async () => {
  await sql`update keypair_policy set max_pending_count = 20 where name = 'default'`.execute(
    manager.app.db,
  )
  await ask({ name: 'fits', count: 20, cpu: 4 })
  await expect(ask({ name: 'over', count: 1, cpu: 4 })).rejects.toMatchObject({
    code: 'policy_limit',
  })
  await sql`update keypair_policy set max_pending_count = 30 where name = 'default'`.execute(
    manager.app.db,
  )
  await expect(ask({ name: 'over', count: 11, cpu: 4 })).rejects.toMatchObject({
    code: 'policy_limit',
    message: expect.stringContaining('30 sessions wait'),
  })
  expect(await names('over')).toEqual([])
})

test('several sessions of which one has a name in use are refused, and none is queued', async () => {
  await sql`update keypair_policy set max_pending_count = null where name = 'default'`.execute(
    manager.app.db,
  )
  await ask({ name: 'again', count: 2 })
  await expect(ask({ name: 'again', count: 3 })).rejects.toMatchObject({
    code: 'session_name_taken',
  })
  expect(await names('again')).toHaveLength(2)
})
