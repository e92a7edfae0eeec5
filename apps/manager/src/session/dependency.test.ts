import { api } from '@capstan/contract/api'
import type { SessionDetails } from '@capstan/contract/session'
import { startTestManager, type TestManager, type TestUser } from '@capstan/testkit/manager'
import { type FakeNode, joinNode, type KernelReport, kernelReport } from '@capstan/testkit/node'
import { startSession } from '@capstan/testkit/session'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, inject, test, vi } from 'vitest'
import { schedule } from '../scheduler/scheduler.loop.ts'
import { keepHouse } from './housekeeper.loop.ts'

let manager: TestManager
let node: FakeNode
beforeEach(async () => {
  manager = await startTestManager(inject('databaseUrl'))
  node = await joinNode(manager, 'node-1')
})
afterEach(() => manager.close())

const batch = (
  name: string,
  after: string[] = [],
  user: TestUser = manager.admin,
): Promise<SessionDetails> =>
  startSession(manager, user, { name, after, type: 'batch', startupCommand: 'true' })
const show = (id: string): Promise<SessionDetails> => manager.admin.call(api.session.show, { id })
const turn = (): Promise<void> => schedule(manager.app)

/** The node says what became of the container of a session; the scheduler hears of it. */
async function tell(id: string, given: Partial<KernelReport>): Promise<void> {
  const { kernels } = await show(id)
  await node.sync({ kernels: [kernelReport(kernels[0]!.id, given)] })
  await turn()
}
const exits = async (id: string, exitCode: number): Promise<void> => {
  await tell(id, {})
  await tell(id, { status: 'terminated', exitCode, endedAt: new Date().toISOString() })
}

test('SES-01 a session that is to start after others waits, says for which, and starts when all have ended well', async () => {
  const [clean, fetch] = [await batch('clean'), await batch('fetch')]
  const train = await batch('train', ['CLEAN', fetch.id])
  expect(train.after.map(({ name, state }) => [name, state])).toEqual([
    ['clean', 'waiting'],
    ['fetch', 'waiting'],
  ])
  await turn()
  expect((await show(train.id)).reason).toMatchObject({
    code: 'dependency',
    message: 'It waits for clean, fetch to end well',
  })
  await exits(clean.id, 0)
  expect(await show(train.id)).toMatchObject({
    status: 'pending',
    reason: { message: 'It waits for fetch to end well' },
    after: [{ state: 'succeeded' }, { state: 'waiting' }],
  })
  await exits(fetch.id, 0)
  expect((await show(train.id)).status).toBe('scheduled')
})

test('SES-01 when what it waits for fails, a session is cancelled with that reason, and so are those that wait for it', async () => {
  const first = await batch('first')
  const second = await batch('second', ['first'])
  const third = await batch('third', ['second'])
  await turn()
  await exits(first.id, 3)
  expect(await show(second.id)).toMatchObject({
    status: 'cancelled',
    reason: {
      code: 'dependency_failed',
      message: 'It was to start after first, which ended with exit code 3',
    },
  })
  expect(await show(third.id)).toMatchObject({
    status: 'cancelled',
    reason: { message: 'It was to start after second, which was cancelled' },
  })
})

test('SES-01 cancelling what others wait for cancels them too; others behind them in the queue are not kept waiting', async () => {
  await sql`update agent set is_schedulable = false`.execute(manager.app.db)
  const first = await batch('first')
  const second = await batch('second', ['first'])
  const free = await batch('free')
  await manager.admin.call(api.session.terminate, { ids: [first.id] })
  await sql`update agent set is_schedulable = true`.execute(manager.app.db)
  await turn()
  expect((await show(second.id)).reason?.message).toBe(
    'It was to start after first, which was cancelled',
  )
  expect((await show(free.id)).status).toBe('scheduled')
})

test('SES-01 an interactive session has ended well when it ran and was ended', async () => {
  const notebook = await startSession(manager, manager.admin, { name: 'notebook' })
  const after = await batch('afterwards', ['notebook'])
  await turn()
  await tell(notebook.id, {})
  await manager.admin.call(api.session.terminate, { ids: [notebook.id] })
  await tell(notebook.id, { status: 'terminated', exitCode: 143 })
  expect((await show(after.id)).status).toBe('scheduled')
})

test('SES-01 many sessions asked for at once all wait for the same', async () => {
  const first = await batch('first')
  const { projectId, image } = first
  const { items } = await manager.admin.call(api.session.createMany, {
    name: 'part',
    count: 3,
    projectId,
    imageId: image.id,
    resources: { cpu: 0.1, mem: 2 ** 25 },
    after: ['first'],
  })
  await turn()
  await exits(first.id, 0)
  expect(await Promise.all(items.map(async ({ id }) => (await show(id)).status))).toEqual(
    Array(3).fill('scheduled'),
  )
})

test('SES-01 what is not there, is somebody else’s, or has failed already cannot be waited for; the field is named', async () => {
  const user = await manager.addUser()
  const theirs = await batch('theirs', [], user)
  const refusal = (after: string[]): Promise<unknown> =>
    batch('late', after).catch((error: unknown) => error)
  expect(await refusal(['no-such'])).toMatchObject({
    code: 'session_not_found',
    issues: [{ path: 'after.0' }],
  })
  expect(await refusal(['theirs'])).toMatchObject({ code: 'session_not_found' })
  await expect(batch('late', [theirs.id], await manager.addUser())).rejects.toMatchObject({
    code: 'session_not_found',
  })
  const failed = await batch('failed')
  await manager.admin.call(api.session.terminate, { ids: [failed.id] })
  expect(await refusal([theirs.id, 'failed'])).toMatchObject({
    code: 'dependency_failed',
    issues: [{ path: 'after.1', message: 'failed was cancelled' }],
  })
})

test('SES-01 the limits of time count from the end of what a session waited for', async () => {
  await sql`update keypair_policy set max_lifetime_s = 60`.execute(manager.app.db)
  await manager.admin.call(api.group.update, { name: 'default', pendingTimeoutS: 60 })
  const first = await batch('first')
  const second = await batch('second', ['first'])
  await turn()
  await sql`update session set created_at = now() - interval '1 day' where id = ${second.id}`.execute(
    manager.app.db,
  )
  await keepHouse(manager.app)
  expect((await show(second.id)).status).toBe('pending')
  await sql`update agent set is_schedulable = false`.execute(manager.app.db)
  await exits(first.id, 0)
  await keepHouse(manager.app)
  expect((await show(second.id)).status).toBe('pending')
  const foretold = async () =>
    (await manager.admin.call(api.scheduler.whatIf, { name: 'default' })).now.cancelled
  expect(await foretold()).toBe(0)
  await sql`update session set released_at = released_at - interval '61 seconds'`.execute(
    manager.app.db,
  )
  expect(await foretold()).toBe(1)
  await keepHouse(manager.app)
  expect((await show(second.id)).status).toBe('cancelled')
})

test('ACC-03 whoever sees a session is told of those it waits for only as far as they see these; nobody waits for another domain’s', async () => {
  const domainName = await manager.addDomain()
  const stranger = await manager.addUser({ domainName })
  const theirs = await batch('theirs', [], stranger)
  await expect(batch('across', [theirs.id])).rejects.toMatchObject({
    code: 'session_not_found',
    issues: [{ path: 'after.0' }],
  })
  const user = await manager.addUser()
  const [own, admins] = [await batch('mine', [], user), await batch('secret')]
  const waiter = await batch('waiter', ['mine'], user)
  // As after somebody lost a right that they had when they asked.
  await sql`insert into session_dependency values (${waiter.id}, ${admins.id})`.execute(
    manager.app.db,
  )
  const { after } = await user.call(api.session.show, { id: waiter.id })
  expect(after.map(({ id }) => id)).toEqual([own.id])
  expect((await show(waiter.id)).after.map(({ name }) => name)).toEqual(['mine', 'secret'])
})

test('SES-01 those who wait for others are locked in the order in which everybody locks sessions', async () => {
  const { db } = manager.app
  const good = await batch('well')
  const bad = await batch('badly')
  const hopeless = await batch('hopeless', ['badly'])
  const free = await batch('free', ['well'])
  await sql`update session set status = 'terminated', ended_at = now(),
    result = case when id = ${good.id} then 'success' else 'failure' end
    where id in (${good.id}, ${bad.id})`.execute(db)
  let resolving: Promise<void> | undefined
  await db.transaction().execute(async tx => {
    await sql`select 1 from session where id = ${hopeless.id} for update`.execute(tx)
    resolving = turn()
    await vi.waitFor(async () => {
      const { rows } = await sql`select 1 from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`.execute(db)
      expect(rows).toHaveLength(1)
    }, 10_000)
    // It waits for the first, and so has not locked the second.
    await sql`select 1 from session where id = ${free.id} for update nowait`.execute(tx)
  })
  await resolving
  expect((await show(hopeless.id)).status).toBe('cancelled')
  expect((await show(free.id)).status).toBe('scheduled')
})

test('SES-01 where those who wait for others cannot be looked after, all other sessions start nevertheless', async () => {
  const { db } = manager.app
  const first = await batch('first')
  const second = await batch('second', ['first'])
  await turn()
  await sql
    .raw(`create function fails() returns trigger language plpgsql as $$
    begin raise exception 'as a deadlock would' using errcode = 'deadlock_detected'; end $$`)
    .execute(db)
  await sql
    .raw(`create trigger fails before update of released_at on session for each row
    when (old.status = 'pending' and new.status = 'pending') execute function fails()`)
    .execute(db)
  await tell(first.id, {})
  const other = await batch('other')
  const ended = { status: 'terminated', exitCode: 0 } as const
  await expect(tell(first.id, ended)).rejects.toThrow('a part of the turn failed')
  expect((await show(other.id)).status).toBe('scheduled')
  await sql`drop trigger fails on session`.execute(db)
  await turn()
  expect((await show(second.id)).status).toBe('scheduled')
})
