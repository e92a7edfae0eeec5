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

test('SCH-01 SES-01 several are given a priority at once, each told what became of it, and one undo puts all of them back', async () => {
  const user = await manager.addUser()
  const ids = [await ask('first'), await ask('second', user), await ask('third', user)]
  const nobody = crypto.randomUUID()
  const asked = [ids[1]!, ids[2]!, nobody].map(id => ({ id, priority: 60 }))
  const { items } = await manager.admin.call(api.session.changePriorities, { items: asked })
  expect(items.map(({ outcome }) => outcome)).toEqual(['changed', 'changed', 'not_found'])
  expect(await order()).toEqual(['second', 'third', 'first'])
  const log = await manager.admin.call(api.operation.list, { noun: 'session', limit: 1 })
  expect(log.items[0]).toMatchObject({
    operation: 'session.changePriorities',
    target: 'second, third',
    before: { priorities: [{ priority: 10 }, { priority: 10 }] },
    after: { priorities: [{ priority: 60 }, { priority: 60 }] },
  })
  await manager.admin.call(api.operation.undo, { id: log.items[0]!.id })
  expect(await order()).toEqual(['first', 'second', 'third'])
  // Whoever is somebody else finds nothing of theirs.
  const stranger = await manager.addUser()
  expect(
    (await stranger.call(api.session.changePriorities, { items: asked })).items.map(
      ({ outcome }) => outcome,
    ),
  ).toEqual(['not_found', 'not_found', 'not_found'])
})

test('PLS-05 priorities of several are put back all together or not at all', async () => {
  const ids = [await ask('first'), await ask('second')]
  const items = ids.map(id => ({ id, priority: 60 }))
  await manager.admin.call(api.session.changePriorities, { items })
  const log = await manager.admin.call(api.operation.list, { noun: 'session', limit: 1 })
  await schedule(manager.app)
  await expect(
    manager.admin.call(api.operation.undo, { id: log.items[0]!.id }),
  ).rejects.toMatchObject({ code: 'session_not_pending' })
  expect(
    (await manager.admin.call(api.session.changePriorities, { items })).items.map(
      ({ outcome }) => outcome,
    ),
  ).toEqual(['not_pending', 'changed'])
})

test('SCH-01 PLS-01 where a session would stand with another priority is told beforehand, and only of those that one administers', async () => {
  const user = await manager.addUser()
  const [first, second] = [await ask('first'), await ask('second', user)]
  const preview = await manager.admin.call(api.scheduler.previewPriority, {
    name: 'default',
    ids: [second],
    priority: 60,
  })
  expect(preview).toMatchObject({
    items: [
      {
        name: 'second',
        userEmail: user.email,
        priority: 10,
        now: { outcome: 'waits', position: 2 },
        changed: { outcome: 'starts', position: 1 },
      },
    ],
    others: { highest: 10, lowest: 10 },
  })
  expect(await order()).toEqual(['first', 'second'])
  const all = await manager.admin.call(api.scheduler.previewPriority, {
    name: 'default',
    ids: [second, first],
  })
  expect(all.items.map(({ name, changed }) => [name, changed.position])).toEqual([
    ['first', 1],
    ['second', 2],
  ])
  expect(all.others).toBeNull()
  const domainName = await manager.addDomain()
  const elsewhere = await manager.addUser({ role: 'admin', domainName })
  expect(
    (
      await elsewhere.call(api.scheduler.previewPriority, {
        name: 'default',
        ids: [first],
        priority: 0,
      })
    ).items,
  ).toEqual([])
})
