import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { api } from '@capstan/contract/api'
import { schedule } from '@capstan/manager/scheduler/scheduler.loop'
import { type CommandLine, openCommandLine } from '@capstan/testkit/command-line'
import { startTestManager, type TestManager, type TestUser } from '@capstan/testkit/manager'
import { type FakeNode, joinNode, kernelReport } from '@capstan/testkit/node'
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest'

// Each command is a process of its own.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 })

let manager: TestManager
let commandLine: CommandLine
let node: FakeNode
let user: TestUser

beforeAll(async () => {
  manager = await startTestManager(inject('databaseUrl'))
  commandLine = await openCommandLine(manager)
  node = await joinNode(manager, 'node-1')
  user = await manager.addUser()
})

afterAll(async () => {
  await commandLine.close()
  await manager.close()
})

const capstan: CommandLine['run'] = (args, options) => commandLine.run(args, options)

test('ACC-02 login keeps the keypair for its owner alone, and later commands sign with it', async () => {
  const { email, password } = user
  const login = await capstan(['login', commandLine.url, '--email', email, '--password-stdin'], {
    input: `${password}\n`,
  })
  expect(login).toMatchObject({ code: 0, err: expect.stringContaining(`as ${email}`) })
  const kept = join(commandLine.folder, 'capstan/profile.json')
  expect(statSync(kept).mode & 0o777).toBe(0o600)
  expect(JSON.parse(readFileSync(kept, 'utf8'))).toEqual({
    endpoint: commandLine.url,
    accessKey: user.accessKey,
    secretKey: user.secretKey,
  })
  const whoami = await capstan(['whoami', '--json'])
  expect(JSON.parse(whoami.out)).toEqual(await user.call(api.account.show, {}))
  await capstan(['logout'])
  expect(await capstan(['whoami'])).toMatchObject({
    code: 1,
    err: expect.stringContaining('not signed in'),
  })
})

test('ACC-01 a wrong password signs nobody in and is not kept', async () => {
  const args = ['login', commandLine.url, '--email', user.email, '--password-stdin']
  const login = await capstan(args, { input: 'wrong\n' })
  expect(login).toMatchObject({ code: 1, err: expect.stringContaining('wrong_credentials') })
})

test('SES-01 a session is created with image, resources, variables and command, and is listed and shown', async () => {
  const args = ['--image', 'capstan/tiny:1', '--name', 'from-cli', '--cpu', '0.5', '--mem', '256m']
  const command = ['--env', 'A=b', '--json', '--', 'echo', 'hello world']
  const created = await capstan(['session', 'create', ...args, ...command], { as: user })
  expect(created.code).toBe(0)
  expect(JSON.parse(created.out)).toMatchObject({
    name: 'from-cli',
    type: 'batch',
    startupCommand: "echo 'hello world'",
    resources: { cpu: 0.5, mem: 256 * 1024 ** 2 },
    environNames: ['A'],
  })
  const list = await capstan(['session', 'list'], { as: user })
  expect(list.out.split('\n')[0]).toMatch(/^NAME\s+STATUS\s+TYPE/)
  expect(list.out).toMatch(/from-cli\s+pending\s+batch\s+capstan\/tiny:1\s+0\.5 cores, 256 MiB/)
  const show = await capstan(['session', 'show', 'from-cli'], { as: user })
  expect(show.out).toMatch(/^Status\s+pending$/m)
  const asJson = await capstan(['session', 'show', 'from-cli', '--json'], { as: user })
  const { id } = JSON.parse(asJson.out) as { id: string }
  expect(JSON.parse(asJson.out)).toEqual(await user.call(api.session.show, { id }))
})

test('SES-03 logs -f goes on until the session has ended, and shows all of it', async () => {
  const args = ['session', 'create', '-i', 'tiny', '-n', 'with-log', '--', 'true']
  await capstan(args, { as: user })
  await schedule(manager.app)
  const { items } = await user.call(api.session.list, { name: 'with-log' })
  const { kernels } = await user.call(api.session.show, { id: items[0]!.id })
  const kernelId = kernels[0]!.id
  await node.sync({ kernels: [kernelReport(kernelId)] })
  const append = (offset: number, line: string, isComplete: boolean) =>
    node.call(api.sync.appendLog, {
      id: node.id,
      kernelId,
      offset,
      data: Buffer.from(line).toString('base64'),
      isComplete,
    })
  await append(0, 'one\n', false)
  const following = capstan(['session', 'logs', '-f', 'with-log'], { as: user })
  await append(4, 'two\n', true)
  expect(await following).toMatchObject({ code: 0, out: 'one\ntwo\n' })
})

test('SES-07 rm ends several by name, and tells of one that is not there', async () => {
  for (const name of ['end-1', 'end-2'])
    await capstan(['session', 'create', '-i', 'tiny', '-n', name], { as: user })
  const removed = await capstan(['session', 'rm', 'end-1', 'nothing-here', 'end-2'], { as: user })
  expect(removed).toMatchObject({
    code: 1,
    out: 'end-1: cancelled\nend-2: cancelled\n',
    err: expect.stringContaining('no session called nothing-here'),
  })
})

test('SES-01 what the server refuses is told with the field, and ends with 1', async () => {
  const args = ['session', 'create', '-i', 'tiny', '-n', '-not-a-name-']
  const refused = await capstan(args, { as: user })
  expect(refused).toMatchObject({ code: 1, out: '' })
  expect(refused.err).toMatch(/^ {2}name: .*letters/m)
  expect(refused.err).toMatch(/^ {2}request [\w-]{8,}/m)
})

test('AGT-01 an administrator lists agents with what is used of them; others are refused', async () => {
  const list = await capstan(['agent', 'list'], { as: manager.admin })
  expect(list.out).toMatch(/^node-1\s+connected\s+docker\s+.* of 4 cores, .* of 8 GiB/m)
  expect(await capstan(['agent', 'list'], { as: user })).toMatchObject({
    code: 1,
    err: expect.stringContaining('(forbidden)'),
  })
})

test('images and join tokens are listed, and a token is shown once', async () => {
  const images = await capstan(['image', 'list'], { as: user })
  expect(images.out).toMatch(/^capstan\/tiny:1\s+docker\s+x86_64/m)
  const made = await capstan(['join-token', 'create', '--description', 'rack 2'], {
    as: manager.admin,
  })
  const listed = await capstan(['join-token', 'list'], { as: manager.admin })
  expect(listed.out).toContain('rack 2')
  expect(listed.out).not.toContain(made.out.trim())
})

test.for([
  [['no-such-noun'], 'unknown command'],
  [['session', 'create'], "required option '-i, --image <image>'"],
  [['session', 'create', '-i', 'x', '--mem', 'much'], 'looks like 512m'],
  [['agent', '--relay-port', '99999', '--manager', 'http://x'], 'from 0 to 65535'],
  [['agent'], "required option '--manager <url>'"],
] as const)('calling it wrongly ends with 2 and says how: %s', async ([args, message]) => {
  expect(await capstan(args)).toMatchObject({ code: 2, err: expect.stringContaining(message) })
})

test('a server that does not answer is named', async () => {
  const env = {
    CAPSTAN_ENDPOINT: 'http://127.0.0.1:9',
    CAPSTAN_ACCESS_KEY: 'A',
    CAPSTAN_SECRET_KEY: 'b',
  }
  expect(await capstan(['session', 'list'], { env })).toMatchObject({
    code: 1,
    err: expect.stringContaining('cannot reach http://127.0.0.1:9'),
  })
})

test.for(['bash', 'zsh', 'fish'])('completion for %s is printed, and completes', async shell => {
  const script = await capstan(['completion', shell])
  expect(script).toMatchObject({ code: 0, out: expect.stringContaining('capstan') })
  const completed = await capstan(['complete', '--', 'session', ''])
  expect(completed.out).toMatch(/^create\t/m)
})
