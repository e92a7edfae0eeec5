import { api } from '@capstan/contract/api'
import { startLoop } from '@capstan/runtime/loop'
import { startTestManager, type TestManager } from '@capstan/testkit/manager'
import { joinNode } from '@capstan/testkit/node'
import { startSession } from '@capstan/testkit/session'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, inject, test, vi } from 'vitest'
import { keepHouse } from '../session/housekeeper.loop.ts'
import { schedule, scheduleUntilNext } from './scheduler.loop.ts'

let manager: TestManager
beforeEach(async () => {
  manager = await startTestManager(inject('databaseUrl'))
  await joinNode(manager, 'node-1')
})
afterEach(() => manager.close())

const show = (id: string) => manager.admin.call(api.session.show, { id })

test('SES-01 a session with a start time waits for it, says so, lets others go first, and starts then', async () => {
  const startsAt = new Date(Date.now() + 3_600_000).toISOString()
  const later = await startSession(manager, manager.admin, { startsAt, priority: 50 })
  const now = await startSession(manager, manager.admin)
  await schedule(manager.app)
  expect(await show(later.id)).toMatchObject({
    status: 'pending',
    startsAt,
    reason: { code: 'not_yet', data: { notBefore: startsAt } },
  })
  expect((await show(now.id)).status).toBe('scheduled')
  await sql`update session set starts_at = now() where id = ${later.id}`.execute(manager.app.db)
  await schedule(manager.app)
  expect((await show(later.id)).status).toBe('scheduled')
})

test('SES-01 the time that a session may wait or last begins with its start time', async () => {
  await sql`update keypair_policy set max_lifetime_s = 60`.execute(manager.app.db)
  await manager.admin.call(api.group.update, { name: 'default', pendingTimeoutS: 60 })
  const startsAt = new Date(Date.now() + 60_000).toISOString()
  const { id } = await startSession(manager, manager.admin, { startsAt })
  await sql`update session set created_at = now() - interval '1 day'`.execute(manager.app.db)
  await keepHouse(manager.app)
  expect((await show(id)).status).toBe('pending')
  await sql`update session set starts_at = now() - interval '61 seconds'`.execute(manager.app.db)
  await keepHouse(manager.app)
  expect((await show(id)).status).toBe('cancelled')
})

test('SES-01 the scheduler turns to a session when its start time comes, however long it rests otherwise', async () => {
  const stop = new AbortController()
  const loop = startLoop({
    name: 'scheduler',
    everyMs: 3_600_000,
    run: () => scheduleUntilNext(manager.app),
    onError: error => expect.unreachable(String(error)),
    signal: stop.signal,
  })
  const startsAt = new Date(Date.now() + 1000).toISOString()
  const { id } = await startSession(manager, manager.admin, { startsAt })
  loop.wake()
  await vi.waitFor(async () => expect((await show(id)).status).toBe('scheduled'), 20_000)
  expect(Date.parse((await show(id)).scheduledAt!)).toBeGreaterThanOrEqual(Date.parse(startsAt))
  stop.abort()
  await loop.stopped
})

test('SES-01 a start time that comes while the scheduler turns is not missed', async () => {
  const { db } = manager.app
  const startsAt = new Date(Date.now() + 1500).toISOString()
  await startSession(manager, manager.admin, { startsAt })
  let turning: Promise<number | undefined> | undefined
  await db.transaction().execute(async tx => {
    // The turn has begun, by its clock, and waits for us until the time has come.
    await sql`lock table agent_image`.execute(tx)
    turning = scheduleUntilNext(manager.app)
    await vi.waitFor(async () => {
      const { rows } = await sql`select 1 from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`.execute(db)
      expect(rows).toHaveLength(1)
      expect(Date.now()).toBeGreaterThan(Date.parse(startsAt))
    }, 20_000)
  })
  expect(await turning).toBe(0)
})
