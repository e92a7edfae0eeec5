import { api } from '@capstan/contract/api'
import { startTestManager, type TestManager } from '@capstan/testkit/manager'
import { joinNode } from '@capstan/testkit/node'
import { startSession } from '@capstan/testkit/session'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import { schedule } from '../scheduler/scheduler.loop.ts'
import { keepHouse } from '../session/housekeeper.loop.ts'

let manager: TestManager
beforeEach(async () => {
  manager = await startTestManager(inject('databaseUrl'))
  await joinNode(manager, 'node-1', { capacity: { cpu: 100, mem: 2 ** 40 } })
})
afterEach(() => manager.close())

const limit = (column: string, value: unknown): Promise<unknown> =>
  sql`update keypair_policy set ${sql.ref(column)} = ${value} where name = 'default'`.execute(
    manager.app.db,
  )

test('POL-04 two hundred requests at once against a limit of ten that wait make exactly ten', async () => {
  await limit('max_pending_count', 10)
  const asked = await Promise.allSettled(
    Array.from({ length: 200 }, () => startSession(manager, manager.admin)),
  )
  expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(10)
  const { items } = await manager.admin.call(api.session.list, { limit: 200 })
  expect(items).toHaveLength(10)
  await expect(startSession(manager, manager.admin)).rejects.toMatchObject({
    code: 'policy_limit',
    message: 'Policy default lets 10 sessions wait; 10 wait already',
  })
})

test('POL-03 POL-06 what a keypair has running is never more than its policy allows, and the others say why they wait', async () => {
  await limit('max_amounts', JSON.stringify({ cpu: 3000 }))
  for (let i = 0; i < 5; i++) await startSession(manager, manager.admin)
  await schedule(manager.app)
  await schedule(manager.app)
  const { items } = await manager.admin.call(api.session.list, { sort: 'createdAt' })
  expect(items.map(({ status }) => status)).toEqual([
    'scheduled',
    'scheduled',
    'scheduled',
    'pending',
    'pending',
  ])
  expect(items[4]!.reason).toEqual({
    code: 'policy_limit',
    message: 'Policy default allows 3 cores; 3 cores in use, 1 core asked for',
    data: { policy: 'default', limit: 'amounts.cpu', most: 3000, used: 3000, requested: 1000 },
  })
})

test('POL-04 the policy of one keypair keeps nobody else waiting', async () => {
  await limit('max_concurrent_count', 1)
  const other = await manager.addUser()
  await startSession(manager, manager.admin)
  const held = await startSession(manager, manager.admin)
  const free = await startSession(manager, other)
  await schedule(manager.app)
  const status = async (id: string) => (await manager.admin.call(api.session.show, { id })).status
  expect([await status(held.id), await status(free.id)]).toEqual(['pending', 'scheduled'])
})

test('POL-03 what could never start under the policy is refused at once', async () => {
  await limit('max_amounts', JSON.stringify({ mem: 2 ** 27 }))
  await expect(startSession(manager, manager.admin)).rejects.toMatchObject({
    code: 'policy_limit',
    message: expect.stringContaining('allows 128 MiB'),
  })
})

test('POL-04 a session that outlives its policy is ended with that reason, one that still waits too', async () => {
  const running = await startSession(manager, manager.admin)
  await schedule(manager.app)
  const waiting = await startSession(manager, manager.admin)
  const young = await startSession(manager, await manager.addUser())
  await limit('max_lifetime_s', 60)
  await sql`update session set created_at = now() - interval '61 seconds' where id <> ${young.id}`.execute(
    manager.app.db,
  )
  await keepHouse(manager.app)
  const show = (id: string) => manager.admin.call(api.session.show, { id })
  const reason = {
    code: 'lifetime_over',
    message: 'It reached the 60 s that policy default lets a session last',
  }
  expect(await show(running.id)).toMatchObject({ status: 'terminating', reason })
  expect(await show(waiting.id)).toMatchObject({ status: 'cancelled', reason })
  expect((await show(young.id)).status).toBe('pending')
})
