import { api } from '@capstan/contract/api'
import type { Call } from '@capstan/contract/client'
import type { Operation } from '@capstan/contract/operation'
import { startTestManager, type TestManager, type TestUser } from '@capstan/testkit/manager'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'

let manager: TestManager
let call: Call
beforeAll(async () => {
  manager = await startTestManager(inject('databaseUrl'))
  call = manager.admin.call
})
afterAll(() => manager.close())

const some = (begin: string): string => `${begin}-${crypto.randomUUID().slice(0, 8)}`

/** The latest entry about something, as somebody sees the log. */
async function latest(of: Call, target: string): Promise<Operation> {
  const { items } = await of(api.operation.list, { target, limit: 1 })
  if (!items[0]) throw new Error(`nothing is told of ${target}`)
  return items[0]
}

const targets = async (of: Call): Promise<string[]> =>
  (await of(api.operation.list, { limit: 200 })).items.map(({ target }) => target)

test('PLS-05 the log says who did what to what, when, from where, and what was before and after', async () => {
  const { email, userId } = await manager.addUser()
  await call(api.user.update, { id: userId, description: 'Keeps the books' })
  expect(await latest(call, email)).toMatchObject({
    actorName: manager.admin.email,
    operation: 'user.update',
    target: email,
    targetId: userId,
    before: { description: '' },
    after: { description: 'Keeps the books' },
    error: null,
    isRetryable: false,
    undoneBy: null,
  })
})

test('PLS-05 what is refused is told too, with its code, its reason and the id of its request', async () => {
  const user = await manager.addUser()
  const name = some('lab')
  await expect(user.call(api.userPolicy.create, { name })).rejects.toMatchObject({
    code: 'forbidden',
  })
  await call(api.userPolicy.create, { name })
  await expect(call(api.userPolicy.create, { name })).rejects.toMatchObject({
    code: 'policy_name_taken',
  })
  const { items } = await call(api.operation.list, { outcome: 'failed', noun: 'userPolicy' })
  expect(items[0]).toMatchObject({
    operation: 'userPolicy.create',
    target: name,
    error: { code: 'policy_name_taken', issues: [{ path: 'name', message: `${name} is taken` }] },
    isRetryable: true,
  })
  expect(items[1]).toMatchObject({ actorName: user.email, error: { code: 'forbidden' } })
  const same = await call(api.operation.list, { requestId: items[0]!.requestId })
  expect(same.items.map(({ id }) => id)).toEqual([items[0]!.id])
})

test('PLS-05 what a handler does not tell of itself is told all the same', async () => {
  const made = await call(api.joinToken.create, { description: 'rack 7' })
  const { items } = await call(api.operation.list, { noun: 'joinToken' })
  expect(items[0]).toMatchObject({
    operation: 'joinToken.create',
    after: { description: 'rack 7' },
    error: null,
  })
  expect(JSON.stringify(items)).not.toContain(made.token)
})

test('PLS-05 people see their own operations, administrators of a domain those about it, superadmins all', async () => {
  const otherDomain = await manager.addDomain()
  const [user, admin] = [await manager.addUser(), await manager.addUser({ role: 'admin' })]
  const stranger = await manager.addUser({ domainName: otherDomain })
  const [policy, fullName] = [some('pol'), some('name')]
  await user.call(api.account.update, { fullName })
  await call(api.userPolicy.create, { name: policy })
  await call(api.user.update, { id: stranger.userId, description: 'x' })
  await call(api.user.update, { id: user.userId, description: 'x' })

  expect(await targets(user.call)).toEqual([user.email])
  const seen = await targets(admin.call)
  expect(seen).toContain(user.email)
  expect(seen).not.toContain(policy)
  expect(seen).not.toContain(stranger.email)
  expect(await targets(call)).toEqual(expect.arrayContaining([policy, stranger.email, user.email]))
  const theirs = await latest(call, stranger.email)
  await expect(admin.call(api.operation.show, { id: theirs.id })).rejects.toMatchObject({
    code: 'operation_not_found',
  })
  const { items: mine } = await call(api.operation.list, { isMine: true, limit: 200 })
  expect(new Set(mine.map(({ actorName }) => actorName))).toEqual(new Set([manager.admin.email]))
})

test('PLS-05 an operation is undone once, and that is told', async () => {
  const { email, userId } = await manager.addUser()
  await call(api.user.update, { id: userId, description: 'new', isSudoEnabled: true })
  const { id } = await latest(call, email)
  const undone = await call(api.operation.undo, { id })
  expect(undone).toMatchObject({ operation: 'user.update', undoes: id })
  expect(await call(api.user.show, { id: userId })).toMatchObject({
    description: '',
    isSudoEnabled: false,
  })
  expect(await call(api.operation.show, { id })).toMatchObject({ undoneBy: undone.id })
  await expect(call(api.operation.undo, { id })).rejects.toMatchObject({ code: 'not_reversible' })
  await call(api.operation.undo, { id: undone.id })
  expect(await call(api.user.show, { id: userId })).toMatchObject({ description: 'new' })
})

test('PLS-05 what was changed again since is not undone', async () => {
  const { email, userId } = await manager.addUser()
  await call(api.user.update, { id: userId, description: 'one' })
  const { id } = await latest(call, email)
  await call(api.user.update, { id: userId, description: 'two' })
  await expect(call(api.operation.undo, { id })).rejects.toMatchObject({
    code: 'changed_since',
    message: expect.stringContaining('description'),
  })
})

test('PLS-05 undo comes under the rules of what it asks for', async () => {
  const admin = await manager.addUser({ role: 'admin' })
  const { email, userId } = await manager.addUser()
  await admin.call(api.user.update, { id: userId, description: 'x' })
  const { id } = await latest(admin.call, email)
  await call(api.user.update, { id: admin.userId, role: 'user' })
  await expect(admin.call(api.operation.undo, { id })).rejects.toMatchObject({ code: 'forbidden' })
})

const undoneOf = async (target: string): Promise<void> => {
  const { id } = await latest(call, target)
  await call(api.operation.undo, { id })
}

test('PLS-05 keypairs, projects, domains, members and policies are undone alike', async () => {
  const { accessKey, email } = await manager.addUser()
  await call(api.keypair.update, { accessKey, rateLimit: 77, isActive: false })
  await undoneOf(accessKey)
  expect(await call(api.keypair.show, { accessKey })).toMatchObject({ isActive: true })

  const domainName = await manager.addDomain()
  await call(api.domain.update, { name: domainName, description: 'Guests', isActive: false })
  await undoneOf(domainName)
  expect(await call(api.domain.show, { name: domainName })).toMatchObject({ isActive: true })

  const name = some('proj')
  const { id } = await call(api.project.create, { name })
  await call(api.project.changeMembers, { id, add: [email] })
  await call(api.project.changeMembers, { id, add: [email, manager.admin.email] })
  await undoneOf(name)
  const { items } = await call(api.project.listMembers, { id })
  expect(items.map(member => member.email)).toEqual([email])

  const policy = some('lab')
  await call(api.keypairPolicy.create, { name: policy, maxClusterSize: 3 })
  await call(api.keypairPolicy.remove, { name: policy })
  await undoneOf(policy)
  expect(await call(api.keypairPolicy.show, { name: policy })).toMatchObject({ maxClusterSize: 3 })
  await undoneOf(policy)
  await expect(call(api.keypairPolicy.show, { name: policy })).rejects.toMatchObject({
    code: 'policy_not_found',
  })
})

test('PLS-05 what failed is tried again as it was asked for, once its cause is gone', async () => {
  const [name, description] = [some('proj'), 'Reads old maps']
  const first = await call(api.project.create, { name })
  await expect(call(api.project.create, { name, description })).rejects.toMatchObject({
    code: 'project_name_taken',
  })
  const { id } = await latest(call, name)
  await expect(call(api.operation.retry, { id })).rejects.toMatchObject({
    code: 'project_name_taken',
  })
  await call(api.project.update, { id: first.id, name: `${name}-2` })
  await call(api.operation.retry, { id })
  const { items } = await call(api.project.list, { name })
  expect(items).toContainEqual(expect.objectContaining({ name, description }))
})

test('PLS-05 what was asked for with a secret is not kept, and cannot be repeated', async () => {
  const taken: TestUser = await manager.addUser()
  const user = { email: taken.email, name: some('ada'), password: 'correct-horse-9' }
  await expect(call(api.user.create, user)).rejects.toMatchObject({ code: 'user_taken' })
  const { id, isRetryable } = await latest(call, taken.email)
  expect(isRetryable).toBe(false)
  await expect(call(api.operation.retry, { id })).rejects.toMatchObject({ code: 'not_retryable' })
})

test('PLS-05 questions that change nothing are no operations', async () => {
  const { userId } = await manager.addUser()
  const before = await targets(call)
  await call(api.scheduler.whatIf, { name: 'default' })
  await call(api.keypairPolicy.preview, { name: 'default' })
  await call(api.job.preview, {
    kind: 'user.update',
    target: { by: 'ids', ids: [userId] },
    changes: { isPasswordChangeRequired: true },
  })
  expect(await targets(call)).toEqual(before)
})
