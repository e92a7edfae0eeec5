import { api } from '@capstan/contract/api'
import type { Session } from '@capstan/contract/session'
import { startTestManager, type TestManager, type TestUser } from '@capstan/testkit/manager'
import { joinNode, kernelReport } from '@capstan/testkit/node'
import { startService, startSession } from '@capstan/testkit/session'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import { schedule } from '../scheduler/scheduler.loop.ts'
import { keepReplicas } from './replicas.loop.ts'

let manager: TestManager
let user: TestUser
beforeEach(async () => {
  manager = await startTestManager(inject('databaseUrl'))
  await joinNode(manager, 'node-1', { capacity: { cpu: 64, mem: 2 ** 38 } })
  user = await manager.addUser()
})
afterEach(() => manager.close())

const keep = () => keepReplicas(manager.app)
const show = (id: string) => user.call(api.service.show, { id })
const replicasOf = async (serviceId: string): Promise<Session[]> =>
  (await user.call(api.session.list, { serviceId, state: 'live', sort: 'createdAt' })).items
const namesOf = async (id: string): Promise<string[]> =>
  (await replicasOf(id)).map(({ name }) => name)
const update = (id: string, replicaCount: number) =>
  user.call(api.service.update, { id, replicaCount })

/** As if the container of a replica had ended so long ago, of a service that is older. */
async function fail(sessionId: string, agoS: number): Promise<void> {
  const { db } = manager.app
  await sql`update service set set_at = set_at - interval '1 hour'`.execute(db)
  await sql`update session set status = 'error', ended_at = now() - make_interval(secs => ${agoS}),
    reason = '{"code": "exited", "message": "It ended with exit code 1"}' where id = ${sessionId}`.execute(
    db,
  )
}

test('a service has as many replicas as asked for, each an inference session that runs its command', async () => {
  const service = await startService(user, { name: 'llama', replicaCount: 2, priority: 30 })
  expect(service).toMatchObject({ replicaCount: 2, liveCount: 0, reason: null, endedAt: null })
  await keep()
  await keep()
  const replicas = await replicasOf(service.id)
  expect(replicas).toMatchObject([
    { name: 'llama-1', type: 'inference', serviceId: service.id, priority: 30 },
    { name: 'llama-2', type: 'inference', startupCommand: 'serve', userId: user.userId },
  ])
  expect(await show(service.id)).toMatchObject({ liveCount: 2, runningCount: 0 })
})

test('the number of replicas goes up and down while it runs, and names are not used again', async () => {
  const { id } = await startService(user, { name: 'llama', replicaCount: 3 })
  await keep()
  await update(id, 1)
  await keep()
  expect(await namesOf(id)).toEqual(['llama-1'])
  const { items } = await user.call(api.session.list, { serviceId: id, state: 'ended' })
  expect(items.map(({ reason }) => reason?.message)).toEqual([
    'Its service llama was set to 1 replica',
    'Its service llama was set to 1 replica',
  ])
  await update(id, 2)
  await keep()
  expect(await namesOf(id)).toEqual(['llama-1', 'llama-4'])
  await update(id, 0)
  await keep()
  expect(await namesOf(id)).toEqual([])
})

test('a replica that somebody ended is replaced at once, one that failed after a rest, which the service tells', async () => {
  const { id } = await startService(user, { name: 'llama' })
  await keep()
  await user.call(api.session.terminate, { ids: (await replicasOf(id)).map(one => one.id) })
  await keep()
  expect(await namesOf(id)).toEqual(['llama-2'])
  const [failing] = await replicasOf(id)
  await fail(failing!.id, 1)
  await keep()
  expect(await namesOf(id)).toEqual([])
  expect((await show(id)).reason).toMatchObject({
    code: 'replicas_fail',
    message: expect.stringContaining('llama-2 failed: It ended with exit code 1'),
  })
  await sql`update service set set_at = now()`.execute(manager.app.db)
  await keep()
  expect(await namesOf(id)).toEqual(['llama-3'])
  await fail((await replicasOf(id))[0]!.id, 11)
  await keep()
  expect(await show(id)).toMatchObject({ liveCount: 0, reason: { code: 'replicas_fail' } })
})

test('PLS-05 the number of replicas is told in the log, and put back from there', async () => {
  const { id } = await startService(user, { name: 'llama', replicaCount: 1 })
  await update(id, 3)
  const { items } = await user.call(api.operation.list, {})
  expect(items[0]).toMatchObject({
    operation: 'service.update',
    target: 'llama',
    before: { replicaCount: 1 },
    after: { replicaCount: 3 },
  })
  await user.call(api.operation.undo, { id: items[0]!.id })
  expect((await show(id)).replicaCount).toBe(1)
})

test('an ended service ends its replicas and takes no more changes; its name is free again', async () => {
  const { id } = await startService(user, { name: 'llama', replicaCount: 2 })
  await keep()
  const ended = await user.call(api.service.terminate, { id })
  expect(ended).toMatchObject({ liveCount: 0, endedAt: expect.any(String) })
  await keep()
  expect(await namesOf(id)).toEqual([])
  await expect(update(id, 1)).rejects.toMatchObject({ code: 'service_ended' })
  expect(await user.call(api.service.terminate, { id })).toMatchObject({ endedAt: ended.endedAt })
  await startService(user, { name: 'llama' })
  await expect(startService(user, { name: 'LLAMA' })).rejects.toMatchObject({
    code: 'service_name_taken',
  })
})

test('a replica whose name is that of another session of its owner takes a later number', async () => {
  await startSession(manager, user, { name: 'llama-1' })
  await startSession(manager, user, { name: 'llama-2' })
  const { id } = await startService(user, { name: 'llama' })
  for (let turn = 0; turn < 3; turn++) await keep()
  expect(await namesOf(id)).toEqual(['llama-3'])
})

test('a command of blanks is refused, of a service and of a session', async () => {
  const refusal = { issues: [{ path: 'startupCommand', message: 'must hold a command' }] }
  const blanks = { startupCommand: ' \n\t' }
  await expect(startService(user, blanks)).rejects.toMatchObject(refusal)
  await expect(startSession(manager, user, { ...blanks, type: 'batch' })).rejects.toMatchObject(
    refusal,
  )
})

test('POL-12 a service has no more replicas than the policy of its owner allows, at first and later', async () => {
  const { call } = manager.admin
  await call(api.userPolicy.create, { name: 'small', maxServiceSessionCount: 2 })
  await call(api.user.update, { id: user.userId, policy: 'small' })
  const refused = {
    code: 'policy_limit',
    message: 'Policy small allows 2 sessions of a model service; there are 0, 3 more asked for',
  }
  await expect(startService(user, { replicaCount: 3 })).rejects.toMatchObject(refused)
  const { id } = await startService(user, { replicaCount: 1 })
  await expect(update(id, 3)).rejects.toMatchObject({ code: 'policy_limit' })
  expect((await update(id, 2)).replicaCount).toBe(2)
})

test('POL-06 as many replicas wait as the policy of the keypair lets wait; the service tells why not more', async () => {
  const { call } = manager.admin
  await call(api.keypairPolicy.create, { name: 'few', maxPendingCount: 2 })
  await call(api.keypair.update, { accessKey: user.accessKey, policy: 'few' })
  await expect(startService(user, { replicaCount: 3 })).rejects.toMatchObject({
    code: 'policy_limit',
  })
  const { id } = await startService(user, { replicaCount: 2 })
  await update(id, 3)
  await keep()
  expect(await show(id)).toMatchObject({
    liveCount: 2,
    reason: { code: 'policy_limit', message: 'Policy few lets 2 sessions wait; 2 wait already' },
  })
  await schedule(manager.app)
  await keep()
  expect(await show(id)).toMatchObject({ liveCount: 3, reason: null })
})

test('a service of somebody who was deactivated has no replicas until they are active again, and says why', async () => {
  const { call } = manager.admin
  const { id } = await startService(user, { name: 'llama' })
  await keep()
  await call(api.user.update, { id: user.userId, status: 'inactive', endSessions: true })
  await keep()
  expect(await call(api.service.show, { id })).toMatchObject({
    liveCount: 0,
    reason: { code: 'user_not_active' },
  })
  await call(api.user.update, { id: user.userId, status: 'active' })
  await keep()
  expect(await call(api.service.show, { id })).toMatchObject({ liveCount: 1, reason: null })
})

test('GRP-01 GRP-03 a group that has services cannot be deleted; an inactive one starts no replica, and the service tells', async () => {
  const { call } = manager.admin
  await call(api.group.create, { name: 'serving' })
  const node = await joinNode(manager, 'node-2', { resourceGroup: 'serving' })
  const { id } = await startService(user, { resourceGroup: 'serving' })
  await call(api.group.update, { name: 'serving', isActive: false })
  await keep()
  expect((await show(id)).reason).toMatchObject({ code: 'group_not_active' })
  await expect(call(api.group.remove, { name: 'serving' })).rejects.toMatchObject({
    code: 'group_in_use',
    message: expect.stringContaining('1 model service'),
  })
  await call(api.group.update, { name: 'serving', isActive: true })
  await keep()
  await schedule(manager.app)
  const [replica] = await replicasOf(id)
  const { kernels } = await node.sync()
  expect(kernels).toMatchObject([
    { sessionId: replica!.id, sessionType: 'inference', startupCommand: 'serve' },
  ])
  await node.sync({ kernels: [kernelReport(kernels[0]!.kernelId)] })
  expect(await show(id)).toMatchObject({ runningCount: 1 })
})

test('two managers that look at the same moment give a service its replicas once', async () => {
  const services = await Promise.all(
    Array.from({ length: 5 }, () => startService(user, { replicaCount: 3 })),
  )
  await Promise.all([keep(), keep(), keep()])
  await keep()
  for (const { id } of services) expect(await replicasOf(id)).toHaveLength(3)
})
