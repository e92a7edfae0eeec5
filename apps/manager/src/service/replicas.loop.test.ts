import { api } from '@capstan/contract/api'
import type { Session } from '@capstan/contract/session'
import { startTestManager, type TestManager, type TestUser } from '@capstan/testkit/manager'
import { joinNode, kernelReport } from '@capstan/testkit/node'
import { startService, startSession } from '@capstan/testkit/session'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, inject, test, vi } from 'vitest'
import type { Tx } from '../db/db.ts'
import { schedule } from '../scheduler/scheduler.loop.ts'
import { keepReplicas } from './replicas.loop.ts'

let manager: TestManager
let user: TestUser
let node: Awaited<ReturnType<typeof joinNode>>
beforeEach(async () => {
  manager = await startTestManager(inject('databaseUrl'))
  node = await joinNode(manager, 'node-1', { capacity: { cpu: 64, mem: 2 ** 38 } })
  user = await manager.addUser()
})
afterEach(() => manager.close())

const keep = () => keepReplicas(manager.app)
const show = (id: string) => manager.admin.call(api.service.show, { id })
const replicasOf = async (serviceId: string): Promise<Session[]> =>
  (await manager.admin.call(api.session.list, { serviceId, state: 'live', sort: 'createdAt' }))
    .items
const namesOf = async (id: string): Promise<string[]> =>
  (await replicasOf(id)).map(({ name }) => name)

/** What `act` does while `change` is made, but not committed before `act` waits for it. */
async function whileChanging<T>(
  change: (tx: Tx) => Promise<unknown>,
  act: () => Promise<T>,
): Promise<T> {
  const { db } = manager.app
  let acting: Promise<T> | undefined
  let isDone = false
  await db.transaction().execute(async tx => {
    await change(tx)
    acting = act().finally(() => {
      isDone = true
    })
    await vi.waitUntil(async () => {
      const { rows } = await sql`select 1 from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`.execute(db)
      return isDone || rows.length > 0
    })
  })
  return acting!
}

test('a service that is ended leaves no replica behind, not one that is placed at that moment either', async () => {
  const { id } = await startService(user)
  await keep()
  const [replica] = await replicasOf(id)
  await whileChanging(
    tx => sql`update session set status = 'scheduled' where id = ${replica!.id}`.execute(tx),
    () => user.call(api.service.terminate, { id }),
  )
  expect(await user.call(api.session.show, { id: replica!.id })).toMatchObject({
    status: 'terminating',
    reason: { code: 'service_ended' },
  })
})

test('somebody who is deactivated at the moment in which a replica is replaced gets no other one', async () => {
  const { id } = await startService(user)
  await whileChanging(
    tx => sql`update "user" set status = 'inactive' where id = ${user.userId}`.execute(tx),
    keep,
  )
  expect(await show(id)).toMatchObject({ liveCount: 0, reason: { code: 'user_not_active' } })
})

test('whoever is deactivated with their sessions keeps none, not one that is placed at that moment either', async () => {
  const { id } = await startService(user)
  await keep()
  const [replica] = await replicasOf(id)
  await whileChanging(
    tx => sql`update session set status = 'scheduled' where id = ${replica!.id}`.execute(tx),
    () =>
      manager.admin.call(api.user.update, {
        id: user.userId,
        status: 'inactive',
        endSessions: true,
      }),
  )
  expect(await manager.admin.call(api.session.show, { id: replica!.id })).toMatchObject({
    status: 'terminating',
    reason: { code: 'owner_deactivated' },
  })
})

test('names of other sessions of the owner are left out, wherever in the row they are', async () => {
  for (const name of ['LLAMA-3', 'llama-4', 'llama-30']) await startSession(manager, user, { name })
  const { id } = await startService(user, { name: 'llama', replicaCount: 4 })
  await keep()
  expect(await namesOf(id)).toEqual(['llama-1', 'llama-2', 'llama-5', 'llama-6'])
})

test('services that may have no replicas do not keep others from theirs, however many they are', async () => {
  const other = await manager.addUser()
  const { id: stuck } = await startService(other, { name: 'stuck' })
  const { db } = manager.app
  await sql`insert into service
    select (jsonb_populate_record(v, jsonb_build_object('id', uuidv7(), 'name', 'stuck-' || number))).*
    from service v, generate_series(1, 300) as number where v.id = ${stuck}`.execute(db)
  await manager.admin.call(api.user.update, { id: other.userId, status: 'inactive' })
  const { id } = await startService(user)
  for (let turn = 0; turn < 2; turn++) await keep()
  expect(await show(id)).toMatchObject({ liveCount: 1 })
  await user.call(api.session.terminate, { ids: (await replicasOf(id)).map(one => one.id) })
  await keep()
  expect(await show(id)).toMatchObject({ liveCount: 1 })
})

test('POL-12 no replica is added to a service that has more than the policy of its owner allows by now', async () => {
  const { call } = manager.admin
  const { id } = await startService(user, { replicaCount: 3 })
  await keep()
  await call(api.userPolicy.create, { name: 'small', maxServiceSessionCount: 2 })
  await call(api.user.update, { id: user.userId, policy: 'small' })
  const replicas = await replicasOf(id)
  await user.call(api.session.terminate, { ids: replicas.slice(0, 2).map(one => one.id) })
  await keep()
  await keep()
  expect(await show(id)).toMatchObject({ liveCount: 2, reason: { code: 'policy_limit' } })
  await call(api.user.update, { id: user.userId, policy: 'default' })
  await keep()
  expect(await show(id)).toMatchObject({ liveCount: 3, reason: null })
})

test('whoever has services can move to another domain, where these get no more replicas', async () => {
  const { id } = await startService(user)
  const domainName = await manager.addDomain()
  await manager.admin.call(api.user.update, { id: user.userId, domainName })
  await keep()
  expect(await show(id)).toMatchObject({ liveCount: 0, reason: { code: 'project_not_found' } })
})

test('a replica on a machine that is lost does not count as running, and is not replaced before it has ended', async () => {
  const { id } = await startService(user)
  await keep()
  await schedule(manager.app)
  const { kernels } = await node.sync()
  await node.sync({ kernels: [kernelReport(kernels[0]!.kernelId)] })
  expect(await show(id)).toMatchObject({ liveCount: 1, runningCount: 1 })
  await sql`update agent set status = 'lost', lost_at = now()`.execute(manager.app.db)
  await keep()
  expect(await show(id)).toMatchObject({ liveCount: 1, runningCount: 0 })
  await user.call(api.session.terminate, { ids: (await replicasOf(id)).map(one => one.id) })
  await keep()
  expect(await namesOf(id)).toEqual([expect.stringMatching(/-1$/), expect.stringMatching(/-2$/)])
})

test('a replica that somebody ended is replaced at once, however long another one that failed has to rest', async () => {
  const { id } = await startService(user, { name: 'llama', replicaCount: 4 })
  await keep()
  const replicas = await replicasOf(id)
  const { db } = manager.app
  await sql`update service set set_at = set_at - interval '1 hour'`.execute(db)
  await sql`update session set status = 'error', ended_at = now(),
    reason = '{"code": "exited", "message": "It ended with exit code 1"}' where id = ${replicas[0]!.id}`.execute(
    db,
  )
  await user.call(api.session.terminate, { ids: replicas.slice(1, 3).map(one => one.id) })
  await keep()
  expect(await namesOf(id)).toEqual(['llama-4', 'llama-5', 'llama-6'])
  expect((await show(id)).reason).toMatchObject({ code: 'replicas_fail' })
  await keep()
  expect(await show(id)).toMatchObject({ liveCount: 3, reason: { code: 'replicas_fail' } })
})
