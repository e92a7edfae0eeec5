import { api } from '@capstan/contract/api'
import { startTestManager, type TestManager } from '@capstan/testkit/manager'
import { joinNode } from '@capstan/testkit/node'
import { startSession } from '@capstan/testkit/session'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'

let manager: TestManager
beforeAll(async () => {
  manager = await startTestManager(inject('databaseUrl'))
  await joinNode(manager, 'node-1')
})
afterAll(() => manager.close())

const call = (): TestManager['admin']['call'] => manager.admin.call

test('GRP-01 a group is created whole, listed, shown, changed and deleted; its name is there once', async () => {
  const made = await call()(api.group.create, {
    name: 'gpu',
    description: 'The large ones',
    scheduler: 'drf',
    selector: 'concentrated',
    allowedSessionTypes: ['batch'],
    pendingTimeoutS: 3600,
    retriesToSkip: 5,
    enforcesSpreading: true,
  })
  expect(made).toMatchObject({ isActive: true, isPublic: true, scheduler: 'drf', agentCount: 0 })
  await expect(call()(api.group.create, { name: 'gpu' })).rejects.toMatchObject({
    code: 'group_name_taken',
    issues: [{ path: 'name' }],
  })
  const changed = await call()(api.group.update, {
    name: 'gpu',
    description: 'Larger',
    retriesToSkip: null,
  })
  expect(changed).toMatchObject({
    description: 'Larger',
    retriesToSkip: null,
    scheduler: 'drf',
    selector: 'concentrated',
    allowedSessionTypes: ['batch'],
    pendingTimeoutS: 3600,
    enforcesSpreading: true,
  })
  expect(await call()(api.group.show, { name: 'gpu' })).toEqual(changed)
  const drf = await call()(api.group.list, { reach: 'all', scheduler: ['drf'] })
  expect(drf.items.map(({ name }) => name)).toEqual(['gpu'])
  await call()(api.group.remove, { name: 'gpu' })
  await expect(call()(api.group.show, { name: 'gpu' })).rejects.toMatchObject({
    code: 'group_not_found',
  })
})

test('GRP-01 the list comes in pages, filtered and sorted in the database', async () => {
  for (const name of ['page-c', 'page-a', 'page-b'])
    await call()(api.group.create, { name, description: 'in pages' })
  const first = await call()(api.group.list, {
    reach: 'all',
    description: 'IN PAGES',
    sort: '-name',
    limit: 2,
  })
  expect(first.items.map(({ name }) => name)).toEqual(['page-c', 'page-b'])
  expect(first.count).toBe(3)
  const second = await call()(api.group.list, {
    reach: 'all',
    description: 'in pages',
    sort: '-name',
    limit: 2,
    cursor: first.nextCursor!,
  })
  expect(second.items.map(({ name }) => name)).toEqual(['page-a'])
  expect(second.nextCursor).toBeNull()
})

test('GRP-01 a group that agents, sessions or allowances refer to is not deleted, and says how many do', async () => {
  const removal = (name: string) => call()(api.group.remove, { name })
  await startSession(manager, manager.admin)
  await expect(removal('default')).rejects.toMatchObject({
    code: 'group_in_use',
    message: expect.stringMatching(/^1 agent, 1 live session refer to default/) as string,
  })
  await call()(api.group.create, { name: 'let-in', allowedDomains: ['default'] })
  await expect(removal('let-in')).rejects.toMatchObject({
    message: expect.stringMatching(/^1 domain that it lets in refers to let-in/) as string,
  })
  await call()(api.group.update, { name: 'let-in', allowedDomains: [] })
  await removal('let-in')
})

test('GRP-02 a group that is not public is open to whom it lets in: a domain, a project, or one keypair', async () => {
  const user = await manager.addUser()
  const names = async (): Promise<string[]> =>
    (await user.call(api.group.list, {})).items.map(({ name }) => name)
  const start = () => startSession(manager, user, { resourceGroup: 'private' })
  const let_in = (given: object) => call()(api.group.update, { name: 'private', ...given })
  await call()(api.group.create, { name: 'private', isPublic: false })
  expect(await names()).not.toContain('private')
  await expect(start()).rejects.toMatchObject({ code: 'group_not_found' })
  await expect(user.call(api.group.show, { name: 'private' })).rejects.toMatchObject({
    code: 'group_not_found',
  })

  const details = await let_in({ allowedKeypairs: [user.accessKey] })
  expect(details.access?.keypairs).toEqual([{ accessKey: user.accessKey, userEmail: user.email }])
  expect(await names()).toContain('private')
  expect((await start()).resourceGroup).toBe('private')
  expect((await user.call(api.group.show, { name: 'private' })).access).toBeNull()

  await let_in({ allowedKeypairs: [] })
  expect(await names()).not.toContain('private')
  const { projects } = await user.call(api.account.show, {})
  const project = projects.find(({ type }) => type === 'general')!
  await let_in({ allowedProjects: [project.id] })
  expect((await start()).resourceGroup).toBe('private')
  const forOther = await user.call(api.group.list, {
    projectId: projects.find(({ type }) => type !== 'general')!.id,
  })
  expect(forOther.items.map(({ name }) => name)).not.toContain('private')

  await let_in({ allowedProjects: [], allowedDomains: ['default'] })
  expect((await start()).resourceGroup).toBe('private')
})

test('GRP-02 a guest that is not there is named at its field, and nothing is changed', async () => {
  const change = (given: object) =>
    call()(api.group.create, { name: 'nobody-in', description: 'x', ...given })
  await expect(change({ allowedDomains: ['no-such'] })).rejects.toMatchObject({
    code: 'domain_not_found',
    issues: [{ path: 'allowedDomains' }],
  })
  await expect(change({ allowedProjects: [crypto.randomUUID()] })).rejects.toMatchObject({
    code: 'project_not_found',
    issues: [{ path: 'allowedProjects' }],
  })
  await expect(change({ allowedKeypairs: ['AKIAAAAAAAAAAAAAAAAA'] })).rejects.toMatchObject({
    code: 'keypair_not_found',
    issues: [{ path: 'allowedKeypairs' }],
  })
  await expect(
    change({ weights: [{ userId: crypto.randomUUID(), weight: 2 }] }),
  ).rejects.toMatchObject({ code: 'user_not_found', issues: [{ path: 'weights' }] })
  await expect(call()(api.group.show, { name: 'nobody-in' })).rejects.toMatchObject({
    code: 'group_not_found',
  })
})

test('GRP-02 a keypair that a group lets in can still be deleted', async () => {
  const user = await manager.addUser()
  const { accessKey } = await call()(api.keypair.create, { userId: user.userId })
  await call()(api.group.create, { name: 'of-a-key', allowedKeypairs: [accessKey] })
  await call()(api.keypair.update, { accessKey, isActive: false })
  await call()(api.keypair.remove, { accessKey })
  expect((await call()(api.group.show, { name: 'of-a-key' })).access?.keypairs).toEqual([])
})

test('GRP-03 an inactive group takes no new sessions, and is not offered; what waits there says why', async () => {
  await call()(api.group.create, { name: 'resting' })
  await call()(api.group.update, { name: 'resting', isActive: false })
  await expect(
    startSession(manager, manager.admin, { resourceGroup: 'resting' }),
  ).rejects.toMatchObject({ code: 'group_not_active' })
  const names = async (reach: 'usable' | 'all'): Promise<string[]> =>
    (await call()(api.group.list, { reach })).items.map(({ name }) => name)
  expect(await names('usable')).not.toContain('resting')
  expect(await names('all')).toContain('resting')
})

test('SCH-06 at least one type of session is allowed; others are refused, with the field', async () => {
  await expect(
    call()(api.group.create, { name: 'none', allowedSessionTypes: [] }),
  ).rejects.toMatchObject({ code: 'invalid_input', issues: [{ path: 'allowedSessionTypes' }] })
  const batch = { type: 'batch', startupCommand: 'true' } as const
  const start = (resourceGroup: string, given: Partial<typeof batch> = {}) =>
    startSession(manager, manager.admin, { resourceGroup, ...given })
  const refused = { code: 'type_not_allowed', issues: [{ path: 'type' }] }
  await call()(api.group.create, { name: 'batch-only', allowedSessionTypes: ['batch'] })
  await expect(start('batch-only')).rejects.toMatchObject(refused)
  expect((await start('batch-only', batch)).status).toBe('pending')
  await call()(api.group.create, { name: 'no-batch', allowedSessionTypes: ['interactive'] })
  await expect(start('no-batch', batch)).rejects.toMatchObject(refused)
  expect((await start('no-batch')).status).toBe('pending')
  await call()(api.group.create, { name: 'services', allowedSessionTypes: ['inference'] })
  await expect(start('services')).rejects.toMatchObject(refused)
  await expect(start('services', batch)).rejects.toMatchObject(refused)
})

test('a change is written down with who made it, and never holds the proxy’s token', async () => {
  const proxyToken = 'a-token-nobody-may-see'
  await call()(api.group.create, { name: 'watched', proxyToken })
  const changed = await call()(api.group.update, {
    name: 'watched',
    proxyToken: null,
    pendingTimeoutS: 60,
  })
  expect(changed.hasProxyToken).toBe(false)
  const entries = await manager.app.db
    .selectFrom('auditEntry')
    .selectAll()
    .where('target', '=', 'watched')
    .orderBy('id')
    .execute()
  expect(entries.map(({ operation }) => operation)).toEqual(['group.create', 'group.update'])
  expect(entries[1]).toMatchObject({
    before: { hasProxyToken: true, pendingTimeoutS: 0 },
    after: { hasProxyToken: false, pendingTimeoutS: 60 },
    actorName: manager.admin.email,
  })
  expect(JSON.stringify(entries)).not.toContain(proxyToken)
})
