import { api } from '@capstan/contract/api'
import { startTestManager, type TestManager } from '@capstan/testkit/manager'
import { afterEach, beforeEach, expect, inject, test } from 'vitest'

let manager: TestManager
beforeEach(async () => {
  manager = await startTestManager(inject('databaseUrl'))
})
afterEach(() => manager.close())

const ada = { email: 'ada@example.test', name: 'ada', password: 'engine-no-1' }
const call = (): TestManager['admin']['call'] => manager.admin.call

const signIn = ({ email, password }: { email: string; password: string }) =>
  manager.anonymous(api.account.signIn, { email, password })

test('USR-03 KEY-01 a new user is in the first project of the domain and no other, has a keypair, and can sign in', async () => {
  await call()(api.project.create, { name: 'secret-study' })
  const made = await call()(api.user.create, { ...ada, fullName: 'Ada Lovelace' })
  expect(made).toMatchObject({
    email: ada.email,
    fullName: 'Ada Lovelace',
    role: 'user',
    status: 'active',
    domainName: 'default',
    keypairCount: 1,
    projects: [{ name: 'default' }, { name: 'model-store' }],
  })
  const { items } = await call()(api.keypair.list, { userId: made.id })
  expect(items).toMatchObject([{ accessKey: made.mainAccessKey, isMain: true, isActive: true }])
  expect((await signIn(ada)).id).toBe(made.id)
})

test.each([
  ['short-1', 'at least 8 characters'],
  ['12345678-', 'at least one letter'],
  ['no-digits-here', 'at least one digit'],
  ['nospecial1', 'at least one special character'],
])('USR-04 the password %s is refused: %s', async (password, message) => {
  await expect(call()(api.user.create, { ...ada, password })).rejects.toMatchObject({
    code: 'invalid_input',
    issues: [{ path: 'password', message }],
  })
})

test('USR-05 a used e-mail or name is refused at its field, in any case, and nothing is created', async () => {
  await call()(api.user.create, ada)
  const again = { ...ada, email: 'ADA@example.test', name: 'another' }
  await expect(call()(api.user.create, again)).rejects.toMatchObject({
    code: 'user_taken',
    issues: [{ path: 'email' }],
  })
  const named = { ...ada, email: 'other@example.test', name: 'Ada' }
  await expect(call()(api.user.create, named)).rejects.toMatchObject({
    code: 'user_taken',
    issues: [{ path: 'name' }],
  })
  expect((await call()(api.user.list, {})).items).toHaveLength(2)
  expect((await call()(api.keypair.list, {})).items).toHaveLength(2)
})

test('USR-02 filters take any part in any case, combine, and take no patterns', async () => {
  await call()(api.user.create, { ...ada, description: '100% curious' })
  await call()(api.user.create, { ...ada, email: 'bob@example.test', name: 'bob', role: 'admin' })
  const names = async (filter: object): Promise<string[]> =>
    (await call()(api.user.list, filter)).items.map(({ name }) => name)
  expect(await names({ email: 'EXAMPLE', name: 'A' })).toEqual(['ada', 'admin'])
  expect(await names({ description: '0%' })).toEqual(['ada'])
  expect(await names({ description: '_' })).toEqual([])
  expect(await names({ description: '% C' })).toEqual(['ada'])
  expect(await names({ name: 'DA' })).toEqual(['ada'])
  expect(await names({ name: 'b' })).toEqual(['bob'])
  expect(await names({ role: ['admin'], status: ['active'] })).toEqual(['bob'])
  expect(await names({ sort: '-name' })).toEqual(['bob', 'admin', 'ada'])
})

test('USR-07 everything but the e-mail can be changed, and what is left out stays', async () => {
  const { id, projects } = await call()(api.user.create, ada)
  const changed = await call()(api.user.update, {
    id,
    fullName: 'A. L.',
    isSudoEnabled: true,
    projectIds: [],
  })
  expect(changed).toMatchObject({ name: 'ada', fullName: 'A. L.', isSudoEnabled: true })
  expect(changed.projects).toEqual([projects.find(({ type }) => type === 'model-store')])
  const withEmail = { id, email: 'x@example.test' } as never
  await expect(call()(api.user.update, withEmail)).rejects.toMatchObject({
    issues: [{ path: 'email', message: 'no such field' }],
  })
})

test('USR-07 who moves to another domain leaves the projects of the old one', async () => {
  const domainName = await manager.addDomain()
  const { id } = await call()(api.user.create, ada)
  const moved = await call()(api.user.update, { id, domainName })
  expect(moved.domainName).toBe(domainName)
  expect(moved.projects).toMatchObject([{ name: 'default' }])
})

test('USR-11 USR-12 USR-13 ACC-04 who is deactivated is signed out at once, keeps their keypairs, and can come back', async () => {
  const { id, mainAccessKey } = await call()(api.user.create, ada)
  await signIn(ada)
  await call()(api.user.update, { id, status: 'inactive' })
  const left = await manager.app.db
    .selectFrom('browserSession')
    .selectAll()
    .where('userId', '=', id)
    .execute()
  expect(left).toEqual([])
  await expect(signIn(ada)).rejects.toMatchObject({ code: 'account_not_active' })
  const keypair = async () =>
    (await call()(api.keypair.list, { accessKey: mainAccessKey })).items[0]!
  expect((await keypair()).isActive).toBe(true)
  await call()(api.user.update, { id, status: 'active' })
  await signIn(ada)
  await call()(api.user.update, { id, status: 'inactive', deactivateKeypairs: true })
  expect((await keypair()).isActive).toBe(false)
})

test('the last active superadmin can neither leave nor lose their main keypair, even when two leave at once', async () => {
  const { userId, accessKey } = manager.admin
  const last = { code: 'last_superadmin' }
  for (const change of [{ role: 'user' as const }, { status: 'inactive' as const }])
    await expect(call()(api.user.update, { id: userId, ...change })).rejects.toMatchObject(last)
  await expect(call()(api.keypair.update, { accessKey, isActive: false })).rejects.toMatchObject(
    last,
  )
  const other = await manager.addUser({ role: 'superadmin' })
  const leaving = await Promise.allSettled([
    call()(api.user.update, { id: userId, role: 'user' }),
    other.call(api.user.update, { id: other.userId, role: 'user' }),
  ])
  expect(leaving.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
})

test('who administers a domain makes no superadmin, and touches none', async () => {
  const admin = await manager.addUser({ role: 'admin' })
  const forbidden = { code: 'forbidden' }
  await expect(admin.call(api.user.create, { ...ada, role: 'superadmin' })).rejects.toMatchObject(
    forbidden,
  )
  const id = manager.admin.userId
  await expect(admin.call(api.user.update, { id, password: 'taken-over-1' })).rejects.toMatchObject(
    forbidden,
  )
  const { accessKey } = manager.admin
  await expect(admin.call(api.keypair.reveal, { accessKey })).rejects.toMatchObject(forbidden)
  await expect(admin.call(api.keypair.create, { userId: id })).rejects.toMatchObject(forbidden)
  expect((await call()(api.keypair.list, { userId: id })).items).toHaveLength(1)
})

test('KEY-05 KEY-06 KEY-07 an added keypair works, until it is deactivated, and only then can be deleted', async () => {
  const { id, mainAccessKey } = await call()(api.user.create, ada)
  const added = await call()(api.keypair.create, { userId: id, rateLimit: 500 })
  expect(added).toMatchObject({ isMain: false, rateLimit: 500, userEmail: ada.email })
  const { accessKey } = added
  expect(await call()(api.keypair.reveal, { accessKey })).toEqual({
    accessKey,
    secretKey: added.secretKey,
  })
  await expect(call()(api.keypair.remove, { accessKey })).rejects.toMatchObject({
    code: 'keypair_is_active',
  })
  await call()(api.keypair.update, { accessKey, isActive: false })
  await call()(api.keypair.remove, { accessKey })
  await call()(api.keypair.update, { accessKey: mainAccessKey, isActive: false })
  await expect(call()(api.keypair.remove, { accessKey: mainAccessKey })).rejects.toMatchObject({
    code: 'keypair_is_main',
  })
})

test('a change of a user stands in the audit log without secrets', async () => {
  const { id } = await call()(api.user.create, ada)
  await call()(api.user.update, { id, password: 'changed-2-x', description: 'Countess' })
  const entries = await manager.app.db
    .selectFrom('auditEntry')
    .select(['operation', 'before', 'after'])
    .where('target', '=', ada.email)
    .orderBy('id')
    .execute()
  expect(entries[1]).toMatchObject({
    operation: 'user.update',
    before: { description: '' },
    after: { description: 'Countess', password: 'changed' },
  })
  expect(JSON.stringify(entries)).not.toMatch(/changed-2-x|engine-no-1|argon2|secret/)
})
