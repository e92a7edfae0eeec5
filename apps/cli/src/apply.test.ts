import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { api } from '@capstan/contract/api'
import { type CommandLine, openCommandLine, type Ran } from '@capstan/testkit/command-line'
import { startTestManager, type TestManager } from '@capstan/testkit/manager'
import { afterEach, beforeEach, expect, inject, test, vi } from 'vitest'

// Each command is a process of its own.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

let manager: TestManager
let commandLine: CommandLine

beforeEach(async () => {
  manager = await startTestManager(inject('databaseUrl'))
  commandLine = await openCommandLine(manager)
})

afterEach(async () => {
  await commandLine.close()
  await manager.close()
})

const call = (): TestManager['admin']['call'] => manager.admin.call

/** Applies a file, as the administrator. */
const apply = (text: string, ...more: readonly string[]): Promise<Ran> =>
  commandLine.run(['apply', '-f', '-', ...more], { as: manager.admin, input: text })

const lab = `
keypairPolicies:
  - name: lab
    maxResources: { cpu: 8, mem: 64GiB }
    maxConcurrentCount: 5
userPolicies:
  - { name: staff, maxFolderBytes: 1TiB }
projectPolicies:
  - { name: large, maxNetworkCount: 3 }
resourceGroups:
  - { name: gpu, isPublic: false, scheduler: fair-share, halfLifeS: 2d }
domains:
  - name: physics
    allowedGroups: [gpu]
    allowedVolumes: { home: [mount-in-session, upload-file] }
projects:
  - name: qcd
    domainName: physics
    policy: large
    members: [ann@example.org]
  - { name: gauge, domainName: physics, isActive: false }
users:
  - email: ann@example.org
    name: ann
    domainName: physics
    policy: staff
    keypair: { policy: lab, rateLimit: 20000 }
    passwordFile: ann.password
  - { email: bob@example.org, name: bob, domainName: physics, status: inactive }
`

const userOf = async (email: string) => {
  const { items } = await call()(api.user.list, { email })
  return call()(api.user.show, { id: items[0]!.id })
}

test('PLS-03 a file makes policies, domains, projects, users and members, once, and shows the plan first', async () => {
  const path = join(commandLine.folder, 'lab.yaml')
  writeFileSync(path, lab)
  writeFileSync(join(commandLine.folder, 'ann.password'), 'engine-no-1\n')
  const run = (...more: string[]): Promise<Ran> =>
    commandLine.run(['apply', '-f', path, ...more], { as: manager.admin })

  const dry = await run('--dry-run')
  expect(dry).toMatchObject({ code: 0, err: '' })
  expect(dry.out).toContain(
    '+ keypair policy lab: max resources 8 cores, 64 GiB, max concurrent count 5\n',
  )
  expect(dry.out).toContain('~ project physics/qcd: 1 member more (ann@example.org)\n')
  expect(dry.out).toMatch(/^\+ user bob@example\.org: .*, a one-time password$/m)
  expect(dry.out).toMatch(/^9 to create, 2 to change, 0 to remove$/m)
  expect((await call()(api.domain.list, {})).items.map(({ name }) => name)).toEqual(['default'])

  expect(await run()).toMatchObject({ code: 1, err: expect.stringContaining('add --yes') })
  const applied = await run('--yes')
  expect(applied).toMatchObject({ code: 0, err: '11 changes made.\n' })
  const password = /^bob@example\.org: one-time password (\S+)$/m.exec(applied.out)![1]!
  expect(password).toMatch(/^[\w-]{19}$/)
  expect(applied.out).not.toContain('ann@example.org: one-time')

  expect(await call()(api.group.show, { name: 'gpu' })).toMatchObject({
    scheduler: 'fair-share',
    halfLifeS: 172_800,
    access: { domains: ['physics'] },
  })
  const ann = await userOf('ann@example.org')
  expect(ann).toMatchObject({
    domainName: 'physics',
    policy: 'staff',
    isPasswordChangeRequired: false,
  })
  expect(ann.projects.map(({ name }) => name)).toEqual(['model-store', 'qcd'])
  expect(await call()(api.keypair.show, { accessKey: ann.mainAccessKey })).toMatchObject({
    policy: 'lab',
    rateLimit: 20_000,
  })
  await manager.anonymous(api.account.signIn, { email: ann.email, password: 'engine-no-1' })
  expect(await userOf('bob@example.org')).toMatchObject({
    status: 'inactive',
    isPasswordChangeRequired: true,
  })
  expect(await run('--yes')).toMatchObject({
    code: 0,
    out: '',
    err: expect.stringContaining('Nothing to do'),
  })
})

test('PLS-03 USR-07 only what the file names is touched, after a question at a terminal', async () => {
  const user = await manager.addUser()
  await call()(api.userPolicy.create, { name: 'lab' })
  await call()(api.user.update, { id: user.userId, description: 'stays', isSudoEnabled: true })
  const path = join(commandLine.folder, 'one.yaml')
  writeFileSync(path, `users:\n- { email: ${user.email}, policy: lab }\n`)
  const converse = (answer: string) =>
    commandLine.converse(['apply', '-f', path], manager.admin, [
      ['Make these changes? [y/N]', answer],
    ])
  const declined = await converse('n')
  expect(declined.code).toBe(1)
  expect(declined.shown).toContain(`~ user ${user.email}: policy default → lab`)
  expect(await userOf(user.email)).toMatchObject({ policy: 'default' })
  expect(await converse('y')).toMatchObject({ code: 0 })
  expect(await userOf(user.email)).toMatchObject({
    policy: 'lab',
    description: 'stays',
    isSudoEnabled: true,
    status: 'active',
  })
})

test('PLS-03 what was exported is what there is, and holds no secret', async () => {
  await apply(lab.replace(/\n *passwordFile.*/, ''), '--yes')
  const user = await manager.addUser({ domainName: await manager.addDomain() })
  await call()(api.user.update, { id: user.userId, description: 'says: "yes" # no', name: '0123' })
  const { accessKey } = await call()(api.keypair.create, { userId: user.userId, rateLimit: 7 })
  const exported = await commandLine.run(['export'], { as: manager.admin })
  expect(exported).toMatchObject({ code: 0, err: '' })
  expect(exported.out).toContain('mem: 64GiB')
  expect(exported.out).not.toContain(accessKey)
  expect(exported.out).not.toMatch(/secret|password:/i)
  expect(await apply(exported.out)).toMatchObject({
    code: 0,
    err: expect.stringContaining('Nothing to do'),
  })
  const pruned = await apply(
    exported.out,
    '--prune',
    'users,projects,domains,members,resource-groups',
  )
  expect(pruned).toMatchObject({ code: 0, err: expect.stringContaining('Nothing to do') })
  const keypairs = await commandLine.run(['export', '--kinds', 'keypairs,policies'], {
    as: manager.admin,
  })
  expect(keypairs.out).toContain(`- accessKey: ${accessKey}\n  policy: default\n  rateLimit: 7\n`)
  expect(keypairs.out).not.toContain('users:')
  expect(await apply(keypairs.out.replace('rateLimit: 7', 'rateLimit: 8'), '--yes')).toMatchObject({
    code: 0,
    out: expect.stringContaining(`~ keypair ${accessKey}: rate limit 7 → 8`),
  })

  const other = await startTestManager(inject('databaseUrl'))
  const there = await openCommandLine(other)
  const run = (...more: string[]): Promise<Ran> =>
    there.run(['apply', '-f', '-', ...more], { as: other.admin, input: exported.out })
  try {
    expect(await run('--yes')).toMatchObject({ code: 0 })
    expect(await run()).toMatchObject({ code: 0, err: expect.stringContaining('Nothing to do') })
  } finally {
    await there.close()
    await other.close()
  }
})

test('PLS-03 USR-11 nothing goes unless its kind is pruned: policies are deleted, people deactivated, members leave', async () => {
  const [stays, goes] = [await manager.addUser(), await manager.addUser()]
  await call()(api.userPolicy.create, { name: 'old' })
  const { id } = await call()(api.project.create, { name: 'lab' })
  await call()(api.project.changeMembers, { id, add: [stays.email, goes.email] })
  const file = `
userPolicies: [{ name: default }]
projects: [{ name: lab, members: [${stays.email}] }]
users: [{ email: ${stays.email} }, { email: ${manager.admin.email} }]
`
  expect((await apply(file)).err).toContain('Nothing to do')
  const pruned = await apply(file, '--yes', '--prune', 'users,members', '--prune', 'user-policies')
  expect(pruned.code).toBe(0)
  expect(pruned.out).toContain(`~ user ${goes.email}: status active → inactive`)
  expect(pruned.out).toContain(`~ project default/lab: 1 member less (${goes.email})`)
  expect(pruned.out).toContain('- user policy old\n')
  expect(await userOf(goes.email)).toMatchObject({ status: 'inactive' })
  expect((await call()(api.userPolicy.list, {})).items.map(({ name }) => name)).toEqual(['default'])
  expect((await call()(api.project.listMembers, { id })).items).toMatchObject([
    { email: stays.email },
  ])
})

test('PLS-03 what cannot be made true changes nothing, and is told at its place in the file', async () => {
  const refused = await apply(
    `userPolicies:
  - name: staff
users:
  - email: ann@example.org
    name: ann
    policy: none
    passwordFile: nowhere
`,
    '--yes',
  )
  expect(refused).toMatchObject({ code: 1, out: '' })
  expect(refused.err).toContain('standard input:6:5: users[0].policy: there is no user policy none')
  const file = 'users:\n- { email: a@x.org, name: a, passwordFile: nowhere }\n'
  expect((await apply(file, '--yes')).err).toMatch(
    /standard input:2:30: users\[0\]\.passwordFile: .*no such file/,
  )
  expect((await call()(api.userPolicy.list, {})).items).toHaveLength(1)
  const wrong = await apply('', '--prune', 'everything')
  expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining('Allowed choices are') })
})

test('PLS-03 one that the server refuses is told, others of its kind are made, and running it again goes on', async () => {
  const user = await manager.addUser()
  const { name } = await userOf(user.email)
  const file = (annsName: string): string => `
projects: [{ name: lab, members: [ann@example.org, bob@example.org] }]
users:
  - { email: ann@example.org, name: ${annsName} }
  - { email: bob@example.org, name: bob }
`
  const failed = await apply(file(name), '--yes', '--json')
  expect(failed.code).toBe(1)
  expect(failed.err).toContain('capstan: user ann@example.org: ')
  expect(failed.err).toContain('there is a user of this name')
  expect(failed.err).toContain('2 of 4 changes made; run it again')
  expect(JSON.parse(failed.out)).toMatchObject({
    changes: [
      { kind: 'project', key: 'default/lab', isDone: true },
      { kind: 'user', key: 'ann@example.org', isDone: false },
      { kind: 'user', key: 'bob@example.org', isDone: true },
      { kind: 'members', key: 'default/lab', isDone: false },
    ],
    failed: [{ kind: 'user', key: 'ann@example.org', code: 'user_taken' }],
    passwords: { 'bob@example.org': expect.stringMatching(/^[\w-]{19}$/) },
  })
  expect(await apply(file('ann'), '--yes')).toMatchObject({ code: 0, err: '2 changes made.\n' })
  expect((await apply(file('ann'))).err).toContain('Nothing to do')
})

test('PLS-03 Ctrl-C ends what is under way, says how much was done, and every password made is shown', async () => {
  const count = 300
  const emails = Array.from({ length: count }, (_, number) => `student-${number}@example.org`)
  const file = `users:\n${emails.map(email => `- { email: ${email}, name: ${email.split('@')[0]} }\n`).join('')}`
  let isAsked = false
  const stopped = await commandLine.run(['apply', '-f', '-', '--yes'], {
    as: manager.admin,
    input: file,
    onStart: child =>
      // The plan comes first, then each password.
      child.stdout?.on('data', (chunk: Buffer) => {
        if (/: one-time password/.test(chunk.toString()) && !isAsked) isAsked = child.kill('SIGINT')
      }),
  })
  expect(stopped.code).toBe(1)
  const said = /Stopped: (\d+) of 300 changes made/.exec(stopped.err)
  const made = await call()(api.user.list, { email: 'student-', limit: 200 })
  expect(Number(said?.[1])).toBe(made.count)
  expect(made.count).toBeLessThan(count)
  expect(stopped.out.match(/: one-time password/g)).toHaveLength(made.count)
})

test('ACC-03 PLS-03 who administers a domain applies to it, and to no other', async () => {
  const admin = await manager.addUser({ role: 'admin' })
  const run = (text: string): Promise<Ran> =>
    commandLine.run(['apply', '-f', '-', '--yes'], { as: admin, input: text })
  const other = await manager.addDomain()
  expect(await run('projects: [{ name: lab }]\n')).toMatchObject({ code: 0 })
  expect((await call()(api.project.list, { name: 'lab' })).items).toMatchObject([
    { domainName: 'default' },
  ])
  expect(await run(`projects: [{ name: lab, domainName: ${other} }]\n`)).toMatchObject({
    code: 1,
    err: expect.stringContaining(`there is no domain ${other}`),
  })
  expect(await run('userPolicies: [{ name: mine }]\n')).toMatchObject({
    code: 1,
    err: expect.stringContaining('(forbidden)'),
  })
})
