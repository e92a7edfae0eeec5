import { api } from '@capstan/contract/api'
import type { SessionDetails } from '@capstan/contract/session'
import { startTestManager, type TestManager, type TestUser } from '@capstan/testkit/manager'
import { joinNode } from '@capstan/testkit/node'
import { startSession } from '@capstan/testkit/session'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'

let manager: TestManager
let other: string
beforeAll(async () => {
  manager = await startTestManager(inject('databaseUrl'))
  await joinNode(manager, 'node-1')
  other = await manager.addDomain()
})
afterAll(() => manager.close())

/** Somebody asks for a session of somebody else, in the first project of that one. */
async function askFor(
  asker: TestUser,
  owner: TestUser,
  given: Parameters<typeof startSession>[2] = {},
): Promise<SessionDetails> {
  const { projects } = await owner.call(api.account.show, {})
  const { items } = await owner.call(api.image.list, {})
  return asker.call(api.session.create, {
    name: `s-${crypto.randomUUID().slice(0, 8)}`,
    projectId: projects[0]!.id,
    imageId: items[0]!.id,
    resources: { cpu: 0.1, mem: 2 ** 25 },
    owner: owner.email,
    ...given,
  })
}

const outcome = (asked: Promise<SessionDetails>): Promise<string> =>
  asked.then(
    () => 'ok',
    (error: unknown) => (error as { code: string }).code,
  )

test('SES-01 administrators ask for sessions of those whom they administer, and nobody else does of others', async () => {
  const roles = ['superadmin', 'admin', 'user'] as const
  const owners = {
    'user of the domain': await manager.addUser(),
    'superadmin of the domain': await manager.addUser({ role: 'superadmin' }),
    'user of another domain': await manager.addUser({ domainName: other }),
  }
  const rows: string[] = []
  for (const role of roles) {
    const asker = await manager.addUser({ role })
    for (const [who, owner] of Object.entries(owners))
      rows.push(`${role} for a ${who}: ${await outcome(askFor(asker, owner))}`)
    rows.push(`${role} for themselves: ${await outcome(askFor(asker, asker))}`)
  }
  expect(rows).toEqual([
    'superadmin for a user of the domain: ok',
    'superadmin for a superadmin of the domain: ok',
    'superadmin for a user of another domain: ok',
    'superadmin for themselves: ok',
    'admin for a user of the domain: ok',
    'admin for a superadmin of the domain: forbidden',
    'admin for a user of another domain: user_not_found',
    'admin for themselves: ok',
    'user for a user of the domain: forbidden',
    'user for a superadmin of the domain: forbidden',
    'user for a user of another domain: forbidden',
    'user for themselves: ok',
  ])
  await expect(
    askFor(await manager.addUser({ role: 'admin' }), owners['user of another domain']),
  ).rejects.toMatchObject({ issues: [{ path: 'owner' }] })
})

test('SES-01 POL-06 a session that an administrator asked for is its owner’s: in their list, under their keypair, policy and projects', async () => {
  const owner = await manager.addUser()
  const admin = await manager.addUser({ role: 'admin' })
  const session = await askFor(admin, owner)
  expect(session).toMatchObject({ userEmail: owner.email, accessKey: owner.accessKey })
  const { items } = await owner.call(api.session.list, {})
  expect(items.map(({ id }) => id)).toEqual([session.id])
  await expect(askFor(admin, owner, { name: session.name })).rejects.toMatchObject({
    code: 'session_name_taken',
  })
  await manager.admin.call(api.keypairPolicy.create, { name: 'none', maxPendingCount: 1 })
  await manager.admin.call(api.keypair.update, { accessKey: owner.accessKey, policy: 'none' })
  await expect(askFor(admin, owner)).rejects.toMatchObject({ code: 'policy_limit' })
  const stranger = await manager.addUser({ domainName: other })
  const { projects } = await stranger.call(api.account.show, {})
  await expect(askFor(manager.admin, owner, { projectId: projects[0]!.id })).rejects.toMatchObject({
    code: 'project_not_found',
  })
})

test('SES-01 what a session of another waits for is that other’s, and one who may not start any gets none', async () => {
  const owner = await manager.addUser()
  const admin = await manager.addUser({ role: 'admin' })
  const first = await askFor(owner, owner)
  const own = await askFor(admin, admin)
  const waiter = await askFor(admin, owner, { after: [first.name] })
  expect(waiter.after.map(({ id }) => id)).toEqual([first.id])
  await expect(askFor(admin, owner, { after: [own.id] })).rejects.toMatchObject({
    code: 'session_not_found',
  })
  await manager.admin.call(api.user.update, { id: owner.userId, status: 'inactive' })
  await expect(startSession(manager, manager.admin, { owner: owner.email })).rejects.toMatchObject({
    code: 'user_not_active',
    issues: [{ path: 'owner' }],
  })
})
