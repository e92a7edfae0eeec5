import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { api } from '@capstan/contract/api'
import { User } from '@capstan/contract/user'
import { type CommandLine, openCommandLine, type Ran } from '@capstan/testkit/command-line'
import { startTestManager, type TestManager } from '@capstan/testkit/manager'
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest'

// Each command is a process of its own.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 })

let manager: TestManager
let commandLine: CommandLine

beforeAll(async () => {
  manager = await startTestManager(inject('databaseUrl'))
  commandLine = await openCommandLine(manager)
})

afterAll(async () => {
  await commandLine.close()
  await manager.close()
})

/** As the administrator. */
const capstan = (line: string, more: readonly string[] = [], input = ''): Promise<Ran> =>
  commandLine.run([...line.split(' '), ...more], { as: manager.admin, input })

const call = (): TestManager['admin']['call'] => manager.admin.call

const parsed = ({ out }: Ran): unknown => JSON.parse(out)

test('USR-03 a user is created with all their settings, and the password comes from the input', async () => {
  const { id } = await call()(api.project.create, { name: 'lattice' })
  await call()(api.userPolicy.create, { name: 'staff' })
  const args = ['--full-name', 'Ann Lee', '--projects', 'Lattice', '--policy', 'staff']
  const made = await capstan(
    'user create ann@example.test --name ann --role admin --sudo-enabled --password-file - --json',
    args,
    'engine-no-1\n',
  )
  expect(made).toMatchObject({ code: 0, err: '' })
  const shown = await call()(api.user.show, { id: User.parse(parsed(made)).id })
  expect(parsed(made)).toEqual(shown)
  expect(shown).toMatchObject({
    email: 'ann@example.test',
    name: 'ann',
    fullName: 'Ann Lee',
    role: 'admin',
    policy: 'staff',
    isSudoEnabled: true,
    isPasswordChangeRequired: false,
  })
  expect(shown.projects.filter(({ type }) => type === 'general')).toMatchObject([{ id }])
  const signedIn = manager.anonymous(api.account.signIn, {
    email: 'ann@example.test',
    password: 'engine-no-1',
  })
  expect(await signedIn).toMatchObject({ name: 'ann' })
})

test('USR-03 a password is asked for twice at a terminal, and is not shown', async () => {
  const args = ['user', 'create', 'tia@example.test', '--name', 'tia']
  const { code, shown } = await commandLine.converse(args, manager.admin, [
    ['Password: ', 'engine-no-1'],
    ['Again: ', 'engine-no-1'],
  ])
  expect(shown).not.toContain('engine-no-1')
  expect(code).toBe(0)
  expect(shown).toMatch(/^E-mail\s+tia@example.test/m)
  const differs = await commandLine.converse(
    ['user', 'create', 'tib@example.test', '--name', 'tib'],
    manager.admin,
    [
      ['Password: ', 'engine-no-1'],
      ['Again: ', 'engine-no-2'],
    ],
  )
  expect(differs).toMatchObject({ code: 1, shown: expect.stringContaining('not the same') })
  expect(await capstan('user create tib@example.test --name tib')).toMatchObject({
    code: 1,
    err: expect.stringContaining('use --password-file or --generate-password'),
  })
})

test('ACC-07 a generated password is printed once, signs in, and has to be changed', async () => {
  const made = await capstan('user create gen@example.test --name gen --generate-password')
  const password = /^One-time password {2}(\S+)$/m.exec(made.out)![1]!
  const account = await manager.anonymous(api.account.signIn, {
    email: 'gen@example.test',
    password,
  })
  expect(account.isPasswordChangeRequired).toBe(true)
  const again = await capstan('user update gen@example.test --generate-password --json')
  expect(again.out).not.toContain('One-time')
  expect(again.err).toMatch(/One-time password of gen@example.test: \S+/)
})

test('USR-04 USR-05 what the server refuses is told at the option, and ends with 1', async () => {
  const weak = await capstan(
    'user create weak@example.test --name weak --password-file -',
    [],
    'short',
  )
  expect(weak).toMatchObject({ code: 1, out: '' })
  expect(weak.err).toMatch(/^ {2}the password: at least 8 characters$/m)
  expect(weak.err).toMatch(/^ {2}the password: at least one digit$/m)
  const user = await manager.addUser()
  const taken = await capstan(
    `user create ${user.email} --name x --password-file -`,
    [],
    'engine-no-1',
  )
  expect(taken.err).toMatch(/^ {2}<email>: there is a user of this e-mail$/m)
  const long = await capstan(`user update ${user.email} --full-name`, ['x'.repeat(65)])
  expect(long).toMatchObject({ code: 1, out: '' })
  expect(long.err).toMatch(/^ {2}--full-name: at most 64 characters$/m)
})

test('USR-02 the list takes every filter, sorts, and goes through all pages', async () => {
  for (let number = 0; number < 3; number++)
    await call()(api.user.create, {
      email: `many-${number}@list.test`,
      name: `many ${number}`,
      password: 'engine-no-1',
      description: number === 1 ? 'the odd one' : '',
    })
  const found = await capstan('user list --email @LIST.test --sort -email')
  expect(found.out.split('\n')[0]).toMatch(/^E-MAIL\s+NAME\s+ROLE\s+STATUS\s+DOMAIN/)
  expect(found.out.match(/many-\d/g)).toEqual(['many-2', 'many-1', 'many-0'])
  const odd = await capstan('user list --status active,inactive --role user --json --description', [
    'odd',
  ])
  expect(parsed(odd)).toEqual(
    await call()(api.user.list, {
      status: ['active', 'inactive'],
      role: ['user'],
      description: 'odd',
    }),
  )
  const first = await capstan('user list --email @list.test --limit 2')
  expect(first.err).toMatch(/There are more: add --all, or --cursor \S+/)
  const rest = await capstan('user list --email @list.test --cursor', [
    /--cursor (\S+)/.exec(first.err)![1]!,
  ])
  expect(rest.out.match(/many-\d/g)).toEqual(['many-2'])
  const wrong = await capstan('user list --status activ')
  expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining('active, inactive') })
})

test('USR-01 a list of many pages comes as one table, or a line of JSON for each answer', async () => {
  const { id } = await call()(api.project.create, { name: 'crowd' })
  await manager.app.db
    .insertInto('project')
    .values(
      Array.from({ length: 450 }, (_, number) => ({
        domainId: manager.app.db.selectFrom('domain').select('id').where('name', '=', 'default'),
        name: `crowd-${String(number).padStart(3, '0')}`,
        policy: 'default',
      })),
    )
    .execute()
  const all = await capstan('project list --all --name crowd')
  const lines = all.out.trimEnd().split('\n')
  expect(lines).toHaveLength(452)
  expect(lines.at(-1)).toMatch(/^crowd-449 {2,}default {2,}general/)
  const pages = await capstan('project list --all --name crowd --json')
  const items = pages.out
    .trimEnd()
    .split('\n')
    .flatMap(line => (JSON.parse(line) as { items: { id: string }[] }).items)
  expect(items).toHaveLength(451)
  expect(items.map(item => item.id)).toContain(id)
})

test('USR-07 a user is changed by e-mail or name, and what is not given stays', async () => {
  const user = await manager.addUser()
  const { name } = await call()(api.user.show, { id: user.userId })
  const changed = await capstan(
    `user update ${name} --role admin --sudo-enabled --password-file -`,
    [],
    'another-1!',
  )
  expect(changed).toMatchObject({ code: 0, err: '' })
  expect(changed.out).toMatch(/^Role\s+admin$/m)
  await capstan(`user update ${user.email.toUpperCase()} --no-sudo-enabled`)
  expect(await call()(api.user.show, { id: user.userId })).toMatchObject({
    name,
    role: 'admin',
    isSudoEnabled: false,
  })
  await manager.anonymous(api.account.signIn, { email: user.email, password: 'another-1!' })
  expect(await capstan(`user update ${name}`)).toMatchObject({
    code: 1,
    err: expect.stringContaining('nothing to change'),
  })
  expect(await capstan('user show nobody@example.test')).toMatchObject({
    code: 1,
    err: expect.stringContaining('there is no user nobody@example.test: see "capstan user list"'),
  })
})

test('USR-11 USR-13 users are deactivated after a question that says what it hits, keypairs only when asked', async () => {
  const [one, two] = await Promise.all([manager.addUser(), manager.addUser()])
  const args = ['user', 'deactivate', one.email, two.email]
  const declined = await commandLine.converse(args, manager.admin, [
    ['Deactivate 2 users? [y/N]', 'n'],
  ])
  expect(declined.code).toBe(1)
  expect(declined.shown).toContain(`${one.email}: 1 keypair as before, 0 live sessions to go on`)
  expect(await capstan(`user deactivate ${one.email}`)).toMatchObject({
    code: 1,
    err: expect.stringContaining('add --yes'),
  })
  expect(await call()(api.user.show, { id: one.userId })).toMatchObject({ status: 'active' })
  const done = await capstan(`user deactivate --yes ${one.email} nobody@example.test`)
  expect(done).toMatchObject({ code: 1, out: `${one.email}: inactive\n` })
  await capstan(`user deactivate --yes --deactivate-keypairs ${two.email}`)
  const isActive = async ({ accessKey }: { accessKey: string }): Promise<boolean> =>
    (await call()(api.keypair.show, { accessKey })).isActive
  expect([await isActive(one), await isActive(two)]).toEqual([true, false])
  const back = await capstan(`user activate ${one.email} ${two.email}`)
  expect(back.out).toBe(`${one.email}: active\n${two.email}: active\n`)
  expect([await isActive(one), await isActive(two)]).toEqual([true, false])
})

test('KEY-05 KEY-06 KEY-07 a keypair is made for a user, changed, deactivated, and removed once it is inactive', async () => {
  const user = await manager.addUser()
  await call()(api.keypairPolicy.create, { name: 'small' })
  const made = await capstan(
    `keypair create --user ${user.email} --policy small --rate-limit 500 --json`,
  )
  const { accessKey, secretKey } = api.keypair.create.output.parse(parsed(made))
  expect(parsed(made)).toMatchObject({ userEmail: user.email, policy: 'small', rateLimit: 500 })
  expect(await capstan(`keypair reveal ${accessKey}`)).toMatchObject({
    code: 0,
    out: `${secretKey}\n`,
  })
  const limited = await capstan(`keypair update ${accessKey} --rate-limit 100`)
  expect(limited).toMatchObject({ code: 0, err: expect.stringContaining('signing in') })
  const active = await capstan(`keypair remove --yes ${accessKey}`)
  expect(active.code).toBe(1)
  expect(active.err).toContain('Deactivate it first (keypair_is_active)')
  expect(active.err).toContain('see "capstan keypair deactivate"')
  await capstan(`keypair deactivate ${accessKey}`)
  const inactive = await capstan('keypair list --no-active --user', [user.email])
  expect(inactive.out).toMatch(
    new RegExp(`^${accessKey}\\s+${user.email}\\s+inactive\\s+no\\s+small`, 'm'),
  )
  const main = await capstan(`keypair remove --yes ${user.accessKey} ${accessKey}`)
  expect(main).toMatchObject({ code: 1, out: `${accessKey}: removed\n` })
  expect(main.err).toContain('(keypair_is_main)')
  expect(await capstan(`keypair show ${accessKey}`)).toMatchObject({
    code: 1,
    err: expect.stringContaining('see "capstan keypair list"'),
  })
})

test('PRJ-01 domains and projects are created, changed and shown, with groups and volumes', async () => {
  const domain = await capstan(
    'domain create physics --description Hall --allowed-volumes home=all,data=mount-in-session+download-file',
  )
  expect(domain.out).toMatch(/^Volumes\s+data \(mount-in-session, download-file\), home \(all\)$/m)
  await capstan('domain update physics --allowed-groups default --json')
  expect((await capstan('domain list --name physics')).out).toMatch(
    /^physics\s+active\s+0\s+1\s+default\s/m,
  )
  const made = await capstan('project create QCD --domain physics --json')
  const { id } = api.project.create.output.parse(parsed(made))
  const changed = await capstan(`project update physics/qcd --no-active --description`, [
    'on the lattice',
  ])
  expect(changed.out).toMatch(/^Status\s+inactive$/m)
  expect(await call()(api.project.show, { id })).toMatchObject({
    domainName: 'physics',
    isActive: false,
    description: 'on the lattice',
  })
  await call()(api.project.create, { name: 'qcd' })
  const several = await capstan('project show qcd')
  expect(several.code).toBe(1)
  expect(several.err).toContain('physics/QCD')
  const group = await capstan('domain update physics --allowed-groups no-such')
  expect(group.err).toMatch(/^ {2}--allowed-groups: no such resource group$/m)
})

test('PRJ-01 members come and go in bulk, from the arguments or a file, all of them or none', async () => {
  const people = await Promise.all([1, 2, 3].map(() => manager.addUser()))
  const emails = people.map(({ email }) => email).sort()
  await call()(api.project.create, { name: 'lab' })
  const file = join(commandLine.folder, 'members')
  writeFileSync(file, `${emails[1]}\n\n  ${emails[2]}\n`)
  const added = await capstan(`project add-members lab ${emails[0]} --file ${file}`)
  expect(added).toMatchObject({ code: 0, out: 'default/lab: 3 added\n' })
  const members = await capstan('project members lab --sort email')
  expect(members.out.match(/^\S+@\S+/gm)).toEqual(emails)
  const unknown = await capstan(`project remove-members lab ${emails[0]} nobody@example.test`)
  expect(unknown.out).toBe('default/lab: 1 removed; 1 were no members\n')
  const refused = await capstan(`project add-members lab ${emails[0]} nobody@example.test`)
  expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('nobody@example.test') })
  expect((await capstan('project members lab')).out).not.toContain(emails[0])
})

test('POL-01 POL-02 policies of the three kinds are created with units, listed, and ∞ is no limit', async () => {
  const limits =
    '--max-resources cpu=8,mem=64GiB,cuda.device=2 --max-lifetime 1d12h --max-concurrent-count unlimited'
  const made = await capstan(`policy keypair create team ${limits} --json`)
  expect(parsed(made)).toEqual(await call()(api.keypairPolicy.show, { name: 'team' }))
  expect(parsed(made)).toMatchObject({
    maxResources: { cpu: 8, mem: 64 * 2 ** 30, 'cuda.device': 2 },
    maxLifetimeS: 129_600,
    maxConcurrentCount: null,
  })
  const list = await capstan('policy keypair list --name team')
  expect(list.out).toMatch(/^team\s+0\s+8 cores, 64 GiB, 2 GPUs\s+∞\s+1d 12h\s/m)
  await capstan('policy user create team --max-folder-size 100GiB --max-folder-count 5')
  expect((await capstan('policy user show team')).out).toMatch(/^Max folder size\s+100 GiB$/m)
  await capstan('policy project create team --max-network-count 3')
  expect((await capstan('policy project list')).out).toMatch(/^team\s+0\s+∞\s+∞\s+3\s/m)
  const taken = await capstan('policy project create team')
  expect(taken).toMatchObject({ code: 1, err: expect.stringContaining('(policy_name_taken)') })
  const high = await capstan('policy keypair create high --max-resources cpu=513')
  expect(high.err).toMatch(/^ {2}--max-resources cpu: at most 512$/m)
})

test('POL-08 changing a policy shows the change and whom it touches, and asks first', async () => {
  await call()(api.keypairPolicy.create, { name: 'shared', maxClusterSize: 1 })
  const user = await manager.addUser()
  await call()(api.keypair.update, { accessKey: user.accessKey, policy: 'shared' })
  const args = ['policy', 'keypair', 'update', 'shared', '--max-cluster-size', '4']
  const asked = await commandLine.converse(args, manager.admin, [
    ['Change keypair policy shared? [y/N]', 'y'],
  ])
  expect(asked.shown).toContain('max cluster size: 1 → 4')
  expect(asked.shown).toContain('1 keypair follows shared.')
  expect(asked.code).toBe(0)
  expect(await call()(api.keypairPolicy.show, { name: 'shared' })).toMatchObject({
    maxClusterSize: 4,
  })
  const preview = await capstan('policy keypair preview shared --max-cluster-size 1 --json')
  expect(parsed(preview)).toEqual({ followerCount: 1, overCount: 0, over: [] })
  expect(await capstan('policy keypair update shared --max-cluster-size unlimited')).toMatchObject({
    code: 1,
    err: expect.stringContaining('add --yes'),
  })
  await capstan('policy keypair update shared --max-cluster-size unlimited --yes')
  expect(await call()(api.keypairPolicy.show, { name: 'shared' })).toMatchObject({
    maxClusterSize: null,
  })
})

test('POL-07 a policy in use is removed only with another one for its followers', async () => {
  await call()(api.userPolicy.create, { name: 'old' })
  const user = await manager.addUser()
  await call()(api.user.update, { id: user.userId, policy: 'old' })
  const refused = await capstan('policy user remove old --yes')
  expect(refused.code).toBe(1)
  expect(refused.err).toContain('(policy_in_use)')
  expect(refused.err).toContain('name another one for them with --reassign-to')
  const removed = await capstan('policy user remove old --reassign-to default --yes')
  expect(removed).toMatchObject({ code: 0, out: 'old: removed; 1 user now with default\n' })
  expect(await call()(api.user.show, { id: user.userId })).toMatchObject({ policy: 'default' })
})

test('ACC-03 who is no administrator is refused, and told what to do', async () => {
  const user = await manager.addUser()
  const refused = await commandLine.run(['user', 'list'], { as: user })
  expect(refused.code).toBe(1)
  expect(refused.err).toContain('(forbidden)\n  ask an administrator')
})

test.for([
  [['user', 'create', 'a@example.test'], "required option '--name <text>'"],
  [['keypair', 'update', 'A', '--rate-limit', 'much'], 'whole number'],
  [['policy', 'keypair', 'create', 'x', '--max-resources', 'cpu'], 'NAME=AMOUNT'],
  [['policy', 'group', 'list'], 'unknown command'],
  [
    ['user', 'create', 'a@x.y', '--name', 'a', '--password', 'secret'],
    "unknown option '--password'",
  ],
] as const)('calling it wrongly ends with 2 and says how: %s', async ([args, message]) => {
  expect(await commandLine.run(args)).toMatchObject({
    code: 2,
    err: expect.stringContaining(message),
  })
})

test('completion knows the nouns, their verbs, options and choices', async () => {
  const complete = async (...words: string[]): Promise<string> =>
    (await commandLine.run(['complete', '--', ...words])).out
  expect(await complete('policy', 'keypair', '')).toMatch(/^preview\t/m)
  expect(await complete('user', 'create', '--s')).toMatch(/^--sudo-enabled\t/m)
  expect(await complete('user', 'list', '--status', '')).toMatch(/^before-verification/m)
})
