import { api } from '@capstan/contract/api'
import type { SearchHit, SearchKind } from '@capstan/contract/search'
import { startTestManager, type TestManager, type TestUser } from '@capstan/testkit/manager'
import { joinNode } from '@capstan/testkit/node'
import { startService, startSession } from '@capstan/testkit/session'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'

let manager: TestManager
let otherDomain: string
let user: TestUser
let domainAdmin: TestUser
let stranger: TestUser
let strangersAdmin: TestUser

beforeAll(async () => {
  manager = await startTestManager(inject('databaseUrl'))
  await joinNode(manager, 'zebra-node', { capacity: { cpu: 100, mem: 2 ** 40 } })
  otherDomain = await manager.addDomain()
  user = await manager.addUser()
  domainAdmin = await manager.addUser({ role: 'admin' })
  stranger = await manager.addUser({ domainName: otherDomain })
  strangersAdmin = await manager.addUser({ role: 'admin', domainName: otherDomain })
  await startSession(manager, user, { name: 'zebra-mine' })
  await startSession(manager, stranger, { name: 'zebra-theirs' })
  await startService(user, { name: 'zebra-model-mine', replicaCount: 0 })
  await startService(stranger, { name: 'zebra-model-theirs', replicaCount: 0 })
  const { call } = manager.admin
  for (const domainName of ['default', otherDomain]) {
    await call(api.project.create, { name: `zebra-${domainName}`, domainName })
    await makeUser(`zebra-${domainName}`, { domainName })
  }
  await call(api.keypairPolicy.create, { name: 'zebra-policy' })
  await call(api.userPolicy.create, { name: 'zebra-policy' })
  await call(api.projectPolicy.create, { name: 'zebra-policy' })
  await call(api.domain.create, { name: 'zebra-domain' })
  await call(api.group.create, { name: 'zebra-open' })
  await call(api.group.create, { name: 'zebra-closed', isPublic: false })
}, 60_000)
afterAll(() => manager.close())

const makeUser = (name: string, given: { fullName?: string; domainName?: string } = {}) =>
  manager.admin.call(api.user.create, {
    email: `${name}@example.test`,
    name,
    password: 'engine-no-1',
    ...given,
  })

const find = async (who: TestUser, q: string, ...kinds: SearchKind[]): Promise<SearchHit[]> => {
  const { items } = await who.call(api.search.find, {
    q,
    limit: 20,
    ...(kinds.length > 0 && { kinds }),
  })
  return items
}

const names = async (who: TestUser, q: string, ...kinds: SearchKind[]): Promise<string[]> =>
  (await find(who, q, ...kinds)).map(({ kind, name }) => `${kind} ${name}`)

test('PLS-10 who administers all finds people, keypairs, projects, domains, policies, groups, sessions and agents of every domain', async () => {
  expect(await names(manager.admin, 'zebra')).toEqual([
    'session zebra-theirs',
    'session zebra-mine',
    'service zebra-model-theirs',
    'service zebra-model-mine',
    'user zebra-default@example.test',
    `user zebra-${otherDomain}@example.test`,
    'project zebra-default',
    `project zebra-${otherDomain}`,
    'domain zebra-domain',
    'keypairPolicy zebra-policy',
    'userPolicy zebra-policy',
    'projectPolicy zebra-policy',
    'group zebra-closed',
    'group zebra-open',
    'agent zebra-node',
  ])
  expect(await names(manager.admin, user.accessKey)).toEqual([`keypair ${user.accessKey}`])
  const [image] = (await manager.admin.call(api.image.list, {})).items
  expect(await find(manager.admin, image!.reference)).toMatchObject([
    { kind: 'image', id: image!.id, match: 'exact' },
  ])
})

test('PLS-10 who administers a domain finds what is in it, and nothing of another', async () => {
  const found = await names(domainAdmin, 'zebra')
  expect(found).toEqual([
    'session zebra-mine',
    'service zebra-model-mine',
    'user zebra-default@example.test',
    'project zebra-default',
    'keypairPolicy zebra-policy',
    'userPolicy zebra-policy',
    'projectPolicy zebra-policy',
    'group zebra-open',
    'agent zebra-node',
  ])
  expect(await names(domainAdmin, otherDomain)).toEqual([])
  expect(await names(domainAdmin, stranger.email)).toEqual([])
  expect(await names(domainAdmin, stranger.accessKey)).toEqual([])
  expect(await names(strangersAdmin, stranger.accessKey)).toEqual([`keypair ${stranger.accessKey}`])
  expect(await names(strangersAdmin, 'zebra-', 'session', 'user', 'project')).toEqual([
    'session zebra-theirs',
    `user zebra-${otherDomain}@example.test`,
    `project zebra-${otherDomain}`,
  ])
})

test('PLS-10 who administers nothing finds their own sessions, projects and what is open to all; no people and no keys', async () => {
  expect(await names(user, 'zebra')).toEqual([
    'session zebra-mine',
    'service zebra-model-mine',
    'group zebra-open',
  ])
  expect(await names(user, user.email)).toEqual([])
  expect(await names(user, user.accessKey)).toEqual([])
  expect(await names(user, 'default', 'project', 'keypairPolicy', 'domain')).toEqual([
    'project default',
  ])
  expect(await names(stranger, 'zebra', 'session')).toEqual(['session zebra-theirs'])
})

test('PLS-10 the whole name comes first, then what begins with the text, then what only holds it', async () => {
  await makeUser('quokka-b', { fullName: 'Ada Zorn' })
  await makeUser('quokka')
  await makeUser('my-quokka')
  await makeUser('aaa', { fullName: 'Quokka Keeper' })
  const found = await find(manager.admin, 'QUOKKA', 'user')
  expect(found.map(({ name, match }) => [name, match])).toEqual([
    ['quokka@example.test', 'exact'],
    ['aaa@example.test', 'prefix'],
    ['quokka-b@example.test', 'prefix'],
    ['my-quokka@example.test', 'part'],
  ])
  expect(found.at(1)?.detail).toBe('aaa · Quokka Keeper')
  expect(await names(manager.admin, 'da zor')).toEqual(['user quokka-b@example.test'])
})

test('PLS-10 what is active comes before what has ended or was deactivated', async () => {
  const ended = await startSession(manager, user, { name: 'okapi-1' })
  await user.call(api.session.terminate, { ids: [ended.id] })
  await startSession(manager, user, { name: 'okapi-2' })
  const again = await startSession(manager, user, { name: 'okapi-1' })
  expect((await find(user, 'okapi')).map(({ id, isActive }) => [id, isActive])).toEqual([
    [again.id, true],
    [expect.any(String), true],
    [ended.id, false],
  ])
})

test('PLS-10 one or two letters find what begins with them, and not what holds them', async () => {
  await makeUser('xy-ibex')
  await makeUser('ibex-xy')
  expect(await names(manager.admin, 'X', 'user')).toEqual(['user xy-ibex@example.test'])
  expect(await names(manager.admin, 'xy', 'user')).toEqual(['user xy-ibex@example.test'])
  expect(await names(manager.admin, 'zo', 'session', 'agent')).toEqual([])
  expect(await names(manager.admin, 'ze', 'session', 'agent')).toEqual([
    'session zebra-theirs',
    'session zebra-mine',
    'agent zebra-node',
  ])
  expect(await names(manager.admin, 'A', 'keypair')).toEqual([])
})

test('PLS-10 what every access key begins with finds none of them, and one letter more those that have it', async () => {
  for (const q of ['AKI', 'AKIA', 'akia'])
    expect(await names(manager.admin, q, 'keypair'), q).toEqual([])
  const found = await names(manager.admin, user.accessKey.slice(0, 5), 'keypair')
  expect(found).toContain(`keypair ${user.accessKey}`)
})

/** Sessions of these names, the first the oldest, made beside the API: as many as would take it minutes. */
const addSessions = async (like: string, given: readonly string[], status: string) => {
  const { rows } = await sql<{ id: string }>`
    insert into session select (jsonb_populate_record(s, jsonb_build_object(
      'id', uuidv7(), 'name', given.name, 'status', ${status}::text,
      'ended_at', case when ${status} = 'running' then null else now() end))).*
    from session s, unnest(${given}::text[]) with ordinality as given(name, number)
    where s.id = ${like} order by given.number returning id`.execute(manager.app.db)
  return rows.map(({ id }) => id)
}

test('PLS-10 a session of exactly the name is found first, however many others hold the text', async () => {
  const { id: like } = await startSession(manager, user, { name: 'tapir-like' })
  const [exact] = await addSessions(like, ['tapir'], 'terminated')
  const others = Array.from({ length: 300 }, (_, index) => `a-tapir-${index}`)
  await addSessions(like, others, 'terminated')
  await addSessions(
    like,
    others.map(name => `${name}-live`),
    'running',
  )
  for (const who of [manager.admin, domainAdmin, user]) {
    const [first] = await find(who, 'TAPIR', 'session')
    expect(first).toMatchObject({ id: exact, name: 'tapir', match: 'exact', isActive: false })
  }
  expect(await names(strangersAdmin, 'tapir', 'session')).toEqual([])
  // The live one of that name, whenever it was made, before those that have ended.
  const [live] = await addSessions(like, ['Tapir'], 'running')
  await addSessions(
    like,
    Array.from({ length: 50 }, () => 'tapir'),
    'terminated',
  )
  expect((await find(user, 'tapir', 'session'))[0]).toMatchObject({ id: live, isActive: true })
})

test.each([
  '%',
  '_',
  '%%%',
  '___',
  '\\',
  '\\%',
  "'",
  "' or 1=1 --",
  '"',
  '*',
  'x'.repeat(200),
  '𝕏𝕏𝕏',
])('PLS-10 %s stands for itself and finds nothing that does not hold it', async text => {
  expect(await names(manager.admin, text)).toEqual([])
})

test('PLS-10 marks that are patterns elsewhere are found where they stand', async () => {
  await makeUser('per_cent', { fullName: "D'Arc \\ 100%" })
  for (const text of ['per_', 'er_c', "d'arc", "'arc", '\\ 100%', '00%'])
    expect(await names(manager.admin, text, 'user'), text).toEqual(['user per_cent@example.test'])
})

test('PLS-10 no more hits of a kind are answered than were asked for, and nothing too short or too long is looked for', async () => {
  const { items } = await manager.admin.call(api.search.find, { q: 'zebra', limit: 1 })
  expect(new Set(items.map(({ kind }) => kind)).size).toBe(items.length)
  for (const q of ['', '   ', 'x'.repeat(201)])
    await expect(manager.admin.call(api.search.find, { q })).rejects.toMatchObject({
      code: 'invalid_input',
      issues: [{ path: 'q' }],
    })
})
