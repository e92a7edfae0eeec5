import { api } from '@capstan/contract/api'
import { startTestManager, type TestManager } from '@capstan/testkit/manager'
import { joinNode } from '@capstan/testkit/node'
import { startSession } from '@capstan/testkit/session'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { schedule } from '../scheduler/scheduler.loop.ts'

let manager: TestManager
beforeAll(async () => {
  manager = await startTestManager(inject('databaseUrl'))
})
afterAll(() => manager.close())

const gib = 2 ** 30
const call = (): TestManager['admin']['call'] => manager.admin.call

test('POL-01 POL-02 a policy is made with its limits, and what is left out is no limit', async () => {
  const made = await call()(api.keypairPolicy.create, {
    name: 'students',
    maxResources: { cpu: 1.5, mem: 4 * gib, 'cuda.shares': 0.5 },
    maxConcurrentCount: 3,
  })
  expect(made).toMatchObject({
    name: 'students',
    maxResources: { cpu: 1.5, mem: 4 * gib, 'cuda.shares': 0.5 },
    maxConcurrentCount: 3,
    maxClusterSize: null,
    followerCount: 0,
  })
  const { items } = await call()(api.keypairPolicy.list, { name: 'STUD' })
  expect(items).toEqual([made])
})

test('POL-02 a used name is refused, and the name does not change', async () => {
  await expect(call()(api.keypairPolicy.create, { name: 'default' })).rejects.toMatchObject({
    code: 'policy_name_taken',
    issues: [{ path: 'name', message: 'default is taken' }],
  })
  const renamed = { name: 'default', newName: 'x' } as never
  await expect(call()(api.keypairPolicy.update, renamed)).rejects.toMatchObject({
    code: 'invalid_input',
    issues: [{ path: 'newName', message: 'no such field' }],
  })
})

test.each([
  ['maxResources.cpu', { maxResources: { cpu: 513 } }],
  ['maxResources.mem', { maxResources: { mem: 1025 * gib } }],
  ['maxResources.cuda.device', { maxResources: { 'cuda.device': 65 } }],
  ['maxResources.cuda.shares', { maxResources: { 'cuda.shares': 257 } }],
  ['maxConcurrentCount', { maxConcurrentCount: 101 }],
  ['idleTimeoutS', { idleTimeoutS: 15_552_001 }],
  ['maxClusterSize', { maxClusterSize: 0 }],
])('POL-03 POL-04 the server itself keeps %s below its maximum', async (path, limits) => {
  await expect(
    call()(api.keypairPolicy.create, { name: 'too-much', ...limits }),
  ).rejects.toMatchObject({ code: 'invalid_input', issues: [{ path }] })
})

test('POL-07 a policy that somebody follows is not deleted; its followers can get another one', async () => {
  await call()(api.keypairPolicy.create, { name: 'old' })
  const { reassigned } = await call()(api.keypairPolicy.remove, {
    name: 'default',
    reassignTo: 'old',
  })
  expect(reassigned).toBe(1)
  await expect(call()(api.keypairPolicy.remove, { name: 'old' })).rejects.toMatchObject({
    code: 'policy_in_use',
    message: expect.stringContaining('1 keypair follows old'),
  })
  await call()(api.keypairPolicy.create, { name: 'default' })
  await call()(api.keypairPolicy.remove, { name: 'old', reassignTo: 'default' })
  const { items } = await call()(api.keypairPolicy.list, {})
  expect(items.map(({ name, followerCount }) => [name, followerCount])).toEqual([
    ['default', 1],
    ['students', 0],
  ])
})

test('POL-08 before a change one is told who follows the policy and who is over the new limits', async () => {
  await joinNode(manager, 'node-1')
  await startSession(manager, manager.admin, { resources: { cpu: 2, mem: gib } })
  await schedule(manager.app)
  const preview = await call()(api.keypairPolicy.preview, {
    name: 'default',
    maxResources: { cpu: 1 },
  })
  expect(preview).toEqual({
    followerCount: 1,
    overCount: 1,
    over: [
      {
        follower: manager.admin.accessKey,
        owner: manager.admin.email,
        message: '2 cores in use; 1 core would be allowed',
      },
    ],
  })
  const { items } = await call()(api.keypairPolicy.list, { name: 'default' })
  expect(items[0]!.maxResources).toEqual({})
})

test('POL-11 POL-13 POL-21 POL-22 user and project policies have the same rules', async () => {
  await call()(api.userPolicy.create, { name: 'lab', maxFolderCount: 10, maxFolderBytes: gib })
  await call()(api.projectPolicy.create, { name: 'lab', maxNetworkCount: 2 })
  expect(await call()(api.userPolicy.update, { name: 'lab', maxFolderCount: null })).toMatchObject({
    maxFolderCount: null,
    maxFolderBytes: gib,
  })
  await expect(call()(api.userPolicy.remove, { name: 'default' })).rejects.toMatchObject({
    code: 'policy_in_use',
    message: expect.stringContaining('1 user follows default'),
  })
  await expect(call()(api.projectPolicy.remove, { name: 'default' })).rejects.toMatchObject({
    code: 'policy_in_use',
    message: expect.stringContaining('2 projects follow default'),
  })
  expect(await call()(api.projectPolicy.remove, { name: 'lab' })).toEqual({ reassigned: 0 })
})

test('each change stands in the audit log with who made it and what differs', async () => {
  await call()(api.userPolicy.create, {
    name: 'audited',
    maxFolderCount: 1,
    maxCustomImageCount: 3,
  })
  await call()(api.userPolicy.update, { name: 'audited', maxFolderCount: 2 })
  const entries = await manager.app.db
    .selectFrom('auditEntry')
    .select(['actorName', 'operation', 'before', 'after'])
    .where('target', '=', 'audited')
    .orderBy('id')
    .execute()
  expect(entries).toEqual([
    {
      actorName: manager.admin.email,
      operation: 'userPolicy.create',
      before: null,
      after: expect.objectContaining({ maxFolderCount: 1, maxCustomImageCount: 3 }),
    },
    {
      actorName: manager.admin.email,
      operation: 'userPolicy.update',
      before: { maxFolderCount: 1 },
      after: { maxFolderCount: 2 },
    },
  ])
})
