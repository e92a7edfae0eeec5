import { api } from '@capstan/contract/api'
import { startTestManager, type TestManager } from '@capstan/testkit/manager'
import { joinNode } from '@capstan/testkit/node'
import { afterEach, beforeEach, expect, inject, test } from 'vitest'

let manager: TestManager
beforeEach(async () => {
  manager = await startTestManager(inject('databaseUrl'))
})
afterEach(() => manager.close())

const call = (): TestManager['admin']['call'] => manager.admin.call

const emailsOf = async (id: string): Promise<string[]> =>
  (await call()(api.project.listMembers, { id })).items.map(({ email }) => email)

const addGroup = async (name: string, isPublic: boolean): Promise<void> => {
  await manager.app.db.insertInto('resourceGroup').values({ name, isPublic }).execute()
}

test('PRJ-01 a new domain comes with a model store, and all its people are members of it, whoever comes first', async () => {
  await call()(api.domain.create, { name: 'physics', description: 'Hall 3' })
  expect(await call()(api.domain.show, { name: 'physics' })).toMatchObject({
    description: 'Hall 3',
    isActive: true,
    userCount: 0,
    projectCount: 1,
  })
  const first = await manager.addUser({ domainName: 'physics' })
  const { items } = await call()(api.project.list, { domainName: 'physics' })
  expect(items).toMatchObject([{ name: 'model-store', type: 'model-store', memberCount: 1 }])
  const other = await call()(api.project.create, {
    name: 'more-models',
    domainName: 'physics',
    type: 'model-store',
  })
  expect(await emailsOf(other.id)).toEqual([first.email])
  await expect(
    call()(api.project.changeMembers, { id: other.id, remove: [first.email] }),
  ).rejects.toMatchObject({ code: 'members_fixed' })
  await call()(api.user.update, { id: first.userId, projectIds: [] })
  expect(await emailsOf(other.id)).toEqual([first.email])
})

test('PRJ-01 a project is created, changed and deactivated, with its name once in a domain', async () => {
  await call()(api.domain.create, { name: 'physics' })
  const made = await call()(api.project.create, { name: 'Lattice', domainName: 'physics' })
  expect(made).toMatchObject({ policy: 'default', isActive: true, memberCount: 0 })
  await expect(
    call()(api.project.create, { name: 'lattice', domainName: 'physics' }),
  ).rejects.toMatchObject({ code: 'project_name_taken', issues: [{ path: 'name' }] })
  await call()(api.project.create, { name: 'lattice' })
  const changed = await call()(api.project.update, {
    id: made.id,
    name: 'QCD',
    description: 'on the lattice',
    allowedVolumes: { archive: ['mount-in-session'] },
    isActive: false,
  })
  expect(changed).toMatchObject({
    name: 'QCD',
    description: 'on the lattice',
    isActive: false,
    allowedVolumes: { archive: ['mount-in-session'] },
  })
  const inactive = await call()(api.project.list, { isActive: false })
  expect(inactive.items.map(({ id }) => id)).toEqual([made.id])
})

test('PRJ-01 members are added and removed in bulk, all or none', async () => {
  const people = await Promise.all(Array.from({ length: 5 }, () => manager.addUser()))
  const { id } = await call()(api.project.create, { name: 'lab' })
  const emails = people.map(({ email }) => email).sort()
  expect(
    await call()(api.project.changeMembers, { id, add: [...emails, emails[0]!.toUpperCase()] }),
  ).toEqual({ added: 5, removed: 0 })
  expect(await emailsOf(id)).toEqual(emails)
  await expect(
    call()(api.project.changeMembers, { id, remove: emails, add: ['nobody@example.test'] }),
  ).rejects.toMatchObject({
    code: 'user_not_found',
    issues: [{ path: 'add', message: 'not in domain default: nobody@example.test' }],
  })
  expect(await emailsOf(id)).toEqual(emails)
  const stranger = await manager.addUser({ domainName: await manager.addDomain() })
  await expect(
    call()(api.project.changeMembers, { id, add: [stranger.email] }),
  ).rejects.toMatchObject({ code: 'user_not_found' })
  expect(
    await call()(api.project.changeMembers, { id, remove: emails.slice(1), add: [emails[0]!] }),
  ).toEqual({ added: 0, removed: 4 })
  expect(await emailsOf(id)).toEqual([emails[0]])
})

test('PRJ-01 saving a user who is in very many projects loses none', async () => {
  const { id } = await call()(api.user.create, {
    email: 'ada@example.test',
    name: 'ada',
    password: 'engine-no-1',
  })
  await manager.app.db
    .insertInto('project')
    .values(
      Array.from({ length: 3000 }, (_, number) => ({
        domainId: manager.app.db.selectFrom('domain').select('id').where('name', '=', 'default'),
        name: `project-${number}`,
        policy: 'default',
      })),
    )
    .execute()
  const projects = await manager.app.db.selectFrom('project').select('id').execute()
  const projectIds = projects.map(project => project.id)
  const saved = await call()(api.user.update, { id, projectIds })
  expect(saved.projects).toHaveLength(projectIds.length)
  const again = await call()(api.user.update, { id, fullName: 'Ada' })
  expect(again.projects).toHaveLength(projectIds.length)
})

test('PRJ-01 a group that is not public is open to whom a project or a domain lets in', async () => {
  await joinNode(manager, 'node-1')
  await addGroup('private', false)
  const names = async (user: typeof manager.admin): Promise<string[]> =>
    (await user.call(api.group.list, {})).items.map(({ name }) => name)
  const user = await manager.addUser()
  expect(await names(user)).not.toContain('private')
  const { id } = await call()(api.project.create, { name: 'lab', allowedGroups: ['private'] })
  expect(await names(user)).not.toContain('private')
  await call()(api.project.changeMembers, { id, add: [user.email] })
  expect(await names(user)).toContain('private')

  const imageId = (await call()(api.image.list, {})).items[0]!.id
  const other = (await user.call(api.account.show, {})).projects.find(p => p.name === 'default')!
  const session = (projectId: string) =>
    user.call(api.session.create, {
      name: 'in-private',
      projectId,
      imageId,
      resourceGroup: 'private',
      resources: { cpu: 0.1, mem: 2 ** 25 },
    })
  await expect(session(other.id)).rejects.toMatchObject({ code: 'group_not_found' })
  expect(await session(id)).toMatchObject({ resourceGroup: 'private' })

  await call()(api.project.update, { id, allowedGroups: [] })
  expect(await names(user)).not.toContain('private')
  await call()(api.domain.update, { name: 'default', allowedGroups: ['private'] })
  expect(await names(user)).toContain('private')
  await expect(
    call()(api.domain.update, { name: 'default', allowedGroups: ['no-such'] }),
  ).rejects.toMatchObject({ code: 'group_not_found', issues: [{ path: 'allowedGroups' }] })
})

test('PRJ-01 an inactive domain takes no new people and sessions', async () => {
  await joinNode(manager, 'node-1')
  const domainName = await manager.addDomain()
  const user = await manager.addUser({ domainName })
  const { projects } = await user.call(api.account.show, {})
  await call()(api.domain.update, { name: domainName, isActive: false })
  const imageId = (await call()(api.image.list, {})).items[0]!.id
  await expect(
    user.call(api.session.create, {
      name: 'late',
      projectId: projects[0]!.id,
      imageId,
      resources: { cpu: 0.1, mem: 2 ** 25 },
    }),
  ).rejects.toMatchObject({ code: 'project_not_found' })
  await expect(
    call()(api.user.create, {
      email: 'late@example.test',
      name: 'late',
      password: 'engine-no-1',
      domainName,
    }),
  ).rejects.toMatchObject({ code: 'domain_not_found' })
})

test('PRJ-01 who administers a domain sees and changes its projects alone', async () => {
  const domainName = await manager.addDomain()
  const admin = await manager.addUser({ role: 'admin' })
  const { items } = await call()(api.project.list, { domainName })
  const theirs = items[0]!.id
  await expect(admin.call(api.project.show, { id: theirs })).rejects.toMatchObject({
    code: 'project_not_found',
  })
  await expect(admin.call(api.project.create, { name: 'mine', domainName })).rejects.toMatchObject({
    code: 'domain_not_found',
  })
  const mine = await admin.call(api.project.create, { name: 'mine' })
  for (const more of [{ allowedGroups: ['default'] }, { allowedVolumes: { v: [] } }])
    await expect(admin.call(api.project.update, { id: mine.id, ...more })).rejects.toMatchObject({
      code: 'forbidden',
    })
  const seen = await admin.call(api.project.list, {})
  expect(new Set(seen.items.map(project => project.domainName))).toEqual(new Set(['default']))
  const domains = await admin.call(api.domain.list, {})
  expect(domains.items.map(({ name }) => name)).toEqual(['default'])
})
