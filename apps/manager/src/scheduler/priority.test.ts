import { api } from '@capstan/contract/api'
import { startTestManager, type TestManager, type TestUser } from '@capstan/testkit/manager'
import { joinNode } from '@capstan/testkit/node'
import { startSession } from '@capstan/testkit/session'
import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import { schedule } from './scheduler.loop.ts'

let manager: TestManager
beforeEach(async () => {
  manager = await startTestManager(inject('databaseUrl'))
  await joinNode(manager, 'node-1')
})
afterEach(() => manager.close())

const order = async (): Promise<string[]> =>
  (await manager.admin.call(api.scheduler.queue, { name: 'default' })).items.map(({ name }) => name)
/** The node has room for one such. */
const ask = async (name: string, as: TestUser = manager.admin): Promise<string> =>
  (await startSession(manager, as, { name, resources: { cpu: 3, mem: 2 ** 28 } })).id
const statusOf = async (id: string): Promise<string> =>
  (await manager.admin.call(api.session.show, { id })).status
const change = (id: string, priority: number, as: TestUser = manager.admin) =>
  as.call(api.session.changePriority, { id, priority })

test('SCH-01 SES-01 whoever is given a higher priority goes first from the next turn on, and undoing that puts it back', async () => {
  const user = await manager.addUser()
  const [first, second] = [await ask('first'), await ask('second', user)]
  expect(await change(second, 60)).toMatchObject({ id: second, priority: 60 })
  expect(await order()).toEqual(['second', 'first'])
  const { items } = await manager.admin.call(api.operation.list, { target: 'second', limit: 1 })
  expect(items[0]).toMatchObject({
    operation: 'session.changePriority',
    targetId: second,
    before: { priority: 10 },
    after: { priority: 60 },
  })
  await manager.admin.call(api.operation.undo, { id: items[0]!.id })
  expect(await order()).toEqual(['first', 'second'])
  await change(second, 11)
  await schedule(manager.app)
  expect([await statusOf(first), await statusOf(second)]).toEqual(['pending', 'scheduled'])
})

test('SES-01 people reorder what is theirs and nobody else’s; what waits no more has no place in the order', async () => {
  const [owner, stranger] = [await manager.addUser(), await manager.addUser()]
  const id = await ask('mine', owner)
  expect((await change(id, 0, owner)).priority).toBe(0)
  await expect(change(id, 90, stranger)).rejects.toMatchObject({ code: 'session_not_found' })
  await schedule(manager.app)
  await expect(change(id, 90, owner)).rejects.toMatchObject({ code: 'session_not_pending' })
  await expect(change(id, 101)).rejects.toMatchObject({ issues: [{ path: 'priority' }] })
})

test('PLS-05 a change of priority is not undone where somebody has changed it again since', async () => {
  const id = await ask('busy-one')
  await change(id, 60)
  const { items } = await manager.admin.call(api.operation.list, { target: 'busy-one', limit: 1 })
  await change(id, 70)
  await expect(manager.admin.call(api.operation.undo, { id: items[0]!.id })).rejects.toMatchObject({
    code: 'changed_since',
  })
})
