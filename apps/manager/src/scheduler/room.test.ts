import { api } from '@capstan/contract/api'
import type { SessionDetails } from '@capstan/contract/session'
import { startTestManager, type TestManager } from '@capstan/testkit/manager'
import { joinNode, kernelReport } from '@capstan/testkit/node'
import { startSession } from '@capstan/testkit/session'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import type * as z from 'zod'
import { schedule } from './scheduler.loop.ts'

const gib = 2 ** 30
let manager: TestManager
beforeEach(async () => {
  manager = await startTestManager(inject('databaseUrl'))
})
afterEach(() => manager.close())

type Ask = Partial<z.input<typeof api.session.create.input>>

const ask = (cpu: number, given: Ask = {}): Promise<SessionDetails> =>
  startSession(manager, manager.admin, { resources: { cpu, mem: gib / 4 }, ...given })
const show = (id: string) => manager.admin.call(api.session.show, { id })
const outlook = async (id: string) =>
  (await manager.admin.call(api.scheduler.showOutlook, { id })).outlook
const change = (settings: Omit<z.input<typeof api.group.update.input>, 'name'>) =>
  manager.admin.call(api.group.update, { name: 'default', ...settings })
const terminate = (...ids: string[]) =>
  manager.admin.call(api.session.terminate, { ids, force: true })
const round = () => schedule(manager.app)
const agePending = () =>
  sql`update session set created_at = created_at - interval '1 hour' where status = 'pending'`.execute(
    manager.app.db,
  )

test('SCH-08 a session that was passed over too long has an agent kept for it, and says so; without that, smaller ones go on', async () => {
  await joinNode(manager, 'node-1')
  await change({ retriesToSkip: 1, reserveAfterS: 600 })
  const running = await ask(2)
  await round()
  const large = await ask(4)
  await round()
  const small = await ask(1)
  await round()
  // It was tried once: the small one goes first.
  expect((await show(small.id)).status).toBe('scheduled')
  await agePending()
  const next = await ask(1)
  await round()
  const held = await show(large.id)
  expect(held.reason?.code).toBe('reserved')
  expect(held.reason?.message).toContain('node-1 is kept for it')
  expect(await show(next.id)).toMatchObject({
    status: 'pending',
    reason: { code: 'behind_reserved', data: { sessionId: large.id } },
  })
  expect(await outlook(large.id)).toMatchObject({ position: 1, expectedAt: null })
  await terminate(running.id, small.id)
  await round()
  expect((await show(large.id)).status).toBe('scheduled')
})

test('SCH-08 where lifetimes tell it, the time is told from which a session has room at the latest', async () => {
  await joinNode(manager, 'node-1')
  await change({ retriesToSkip: 1, reserveAfterS: 600 })
  await sql`update keypair_policy set max_lifetime_s = 7200`.execute(manager.app.db)
  const running = await ask(2)
  await round()
  const large = await ask(4)
  await round()
  await agePending()
  await round()
  const at = new Date(Date.parse((await show(running.id)).createdAt) + 7_200_000).toISOString()
  expect((await show(large.id)).reason).toMatchObject({
    code: 'reserved',
    data: { startsAt: at, agentIds: ['node-1'] },
  })
  expect(await outlook(large.id)).toMatchObject({ expectedAt: at })
})

test('SCH-08 one that ends before the session that an agent is kept for could start goes first, a longer one does not', async () => {
  await joinNode(manager, 'node-1')
  await change({ retriesToSkip: 1, reserveAfterS: 600 })
  await sql`update keypair_policy set max_lifetime_s = 7200`.execute(manager.app.db)
  const brief = await manager.addUser()
  await manager.admin.call(api.keypairPolicy.create, { name: 'brief', maxLifetimeS: 60 })
  await manager.admin.call(api.keypair.update, { accessKey: brief.accessKey, policy: 'brief' })
  await ask(2)
  await round()
  const large = await ask(4)
  await round()
  await agePending()
  const resources = { cpu: 1, mem: gib / 4 }
  const long = await ask(1)
  const short = await startSession(manager, brief, { resources })
  await round()
  expect((await show(large.id)).reason?.code).toBe('reserved')
  expect((await show(long.id)).reason?.code).toBe('behind_reserved')
  expect((await show(short.id)).status).toBe('scheduled')
})

test('a session of higher priority ends one that agreed to it, once, and starts in its place; the reason says for whom', async () => {
  const node = await joinNode(manager, 'node-1')
  await change({ scheduler: 'priority', isPreemptionEnabled: true })
  const lesser = await ask(4, { isPreemptible: true })
  await round()
  const kernelId = (await show(lesser.id)).kernels[0]!.id
  await node.sync({ kernels: [kernelReport(kernelId)] })
  const urgent = await ask(4, { priority: 50 })
  await Promise.all([round(), round()])
  await round()
  const ended = await show(lesser.id)
  expect(ended).toMatchObject({
    status: 'terminating',
    isPreemptible: true,
    reason: { code: 'preempted', data: { sessionId: urgent.id } },
  })
  expect(ended.history.filter(one => one.status === 'terminating')).toHaveLength(1)
  const later = await ask(1)
  await node.sync({
    kernels: [kernelReport(kernelId, { status: 'terminated', exitCode: 0, isLogComplete: true })],
  })
  await round()
  expect((await show(urgent.id)).status).toBe('scheduled')
  expect((await show(later.id)).status).toBe('pending')
})

test('nobody is ended who did not agree to it, nor in a group that does not do that', async () => {
  await joinNode(manager, 'node-1')
  await change({ scheduler: 'priority', isPreemptionEnabled: true })
  const kept = await ask(4)
  await round()
  await ask(4, { priority: 50 })
  await round()
  expect((await show(kept.id)).status).toBe('scheduled')
  await terminate(kept.id)
  await change({ isPreemptionEnabled: false })
  await round()
  const agreed = await ask(4, { isPreemptible: true, priority: 60 })
  await round()
  await ask(4, { priority: 90 })
  await round()
  expect((await show(agreed.id)).status).not.toBe('terminating')
})
