import { api } from '@capstan/contract/api'
import { schedule } from '@capstan/manager/scheduler/scheduler.loop'
import { type CommandLine, openCommandLine, type Ran } from '@capstan/testkit/command-line'
import { startTestManager, type TestManager } from '@capstan/testkit/manager'
import { joinNode } from '@capstan/testkit/node'
import { startSession } from '@capstan/testkit/session'
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest'

// Each command is a process of its own.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 })

let manager: TestManager
let commandLine: CommandLine

beforeAll(async () => {
  manager = await startTestManager(inject('databaseUrl'))
  commandLine = await openCommandLine(manager)
  await joinNode(manager, 'node-1')
})

afterAll(async () => {
  await commandLine.close()
  await manager.close()
})

/** As the administrator. */
const capstan = (line: string, input = ''): Promise<Ran> =>
  commandLine.run(line.split(' '), { as: manager.admin, input })
const call = (): TestManager['admin']['call'] => manager.admin.call
const parsed = ({ out }: Ran): unknown => JSON.parse(out)

test('GRP-01 GRP-02 a group is created with all its settings by name, changed, shown and removed', async () => {
  const made = await capstan(
    `group create gpu --scheduler drf --no-public --pending-timeout 1d --allowed-session-types batch --weights ${manager.admin.email}=2 --allowed-domains default --proxy-address https://apps.example.test --proxy-token-file - --json`,
    'a-token-of-sixteen-letters\n',
  )
  expect(made).toMatchObject({ code: 0, err: '' })
  const group = await call()(api.group.show, { name: 'gpu' })
  expect(parsed(made)).toEqual(group)
  expect(group).toMatchObject({
    scheduler: 'drf',
    isPublic: false,
    pendingTimeoutS: 86_400,
    allowedSessionTypes: ['batch'],
    weights: [{ userEmail: manager.admin.email, weight: 2 }],
    proxyAddress: 'https://apps.example.test',
    hasProxyToken: true,
    access: { domains: ['default'] },
  })
  const changed = await capstan(
    'group update gpu --public --proxy-address none --retries-to-skip 5 --allowed-domains ',
  )
  expect(changed.out).toMatch(/^Retries to skip\s+5$/m)
  expect(changed.out).toMatch(/^Creation retries\s+as the scheduler’s defaults say$/m)
  expect(changed.out).toMatch(/^Pending timeout\s+1d$/m)
  expect(await call()(api.group.show, { name: 'gpu' })).toMatchObject({
    isPublic: true,
    proxyAddress: null,
    scheduler: 'drf',
  })
  expect((await capstan('group list --reach all --scheduler drf')).out).toMatch(
    /^gpu\s+active\s+drf/m,
  )
  const refused = await capstan('group rm default gpu --yes')
  expect(refused).toMatchObject({ code: 1, out: 'gpu: removed\n' })
  expect(refused.err).toContain('1 agent refers to default')
})

test('GRP-05 AGT-03 AGT-05 an agent is drained and moved from the command line, which asks before it ends sessions', async () => {
  await call()(api.group.create, { name: 'other' })
  await startSession(manager, manager.admin)
  await schedule(manager.app)
  const asked = await capstan('agent drain node-1 --mode end')
  expect(asked.err).toContain('1 session runs on node-1. End them?')
  expect((await call()(api.agent.show, { id: 'node-1' })).drain).toBeNull()
  const drained = await capstan('agent drain node-1 --deadline 2h')
  expect(drained.out).toMatch(
    /^node-1: draining: sessions may finish until \S+; in resource group default$/m,
  )
  const { drain } = await call()(api.agent.show, { id: 'node-1' })
  expect(Date.parse(drain!.deadlineAt!) - Date.parse(drain!.startedAt)).toBe(7_200_000)
  expect((await capstan('agent cancel-drain node-1 --json')).out).toContain('"drain":null')
  const moved = await capstan('agent move node-1 other --sessions end --yes')
  expect(moved.out).toBe('node-1: takes sessions; in resource group other\n')
  const list = await capstan('agent list --resource-group other --status connected,lost')
  expect(list.out).toMatch(/^node-1\s+connected\s+docker\s.*\sother\s/m)
  expect(await capstan('agent move node-1 nowhere')).toMatchObject({
    code: 1,
    err: expect.stringMatching(/<group>: no resource group nowhere\n {2}see "capstan group list"/),
  })
})

test('GRP-05 AGT-04 AGT-05 several agents are drained, switched and moved with one command, which tells what became of each', async () => {
  for (const id of ['rack-1', 'rack-2']) await joinNode(manager, id, { resourceGroup: 'other' })
  await startSession(manager, manager.admin, { resourceGroup: 'other', agentIds: ['rack-2'] })
  await schedule(manager.app)
  const asked = await capstan('agent drain rack-1 rack-2 rack-2 --mode end')
  expect(asked).toMatchObject({ code: 1, out: '' })
  expect(asked.err).toContain('1 session runs on these 2 agents. End them?')
  expect(await capstan('agent drain rack-1 no-such rack-2 --deadline 2h')).toEqual({
    code: 1,
    out: 'rack-1: draining; 0 sessions run there\nrack-2: draining; 1 session runs there\n',
    err: 'no-such: there is no such agent\n',
  })
  const drains = async () =>
    Promise.all(
      ['rack-1', 'rack-2'].map(async id => (await call()(api.agent.show, { id })).drain?.mode),
    )
  expect(await drains()).toEqual(['finish', 'finish'])
  expect((await capstan('agent cancel-drain rack-1 rack-2')).code).toBe(0)
  expect(await drains()).toEqual([undefined, undefined])
  expect((await capstan('agent update rack-1 rack-2 --no-schedulable')).out).toBe(
    'rack-1: takes no new sessions; in resource group other\nrack-2: takes no new sessions; in resource group other\n',
  )
  expect((await capstan('agent move rack-1 rack-2 default --sessions end --yes')).out).toBe(
    'rack-1: in resource group default; 0 sessions run there\nrack-2: in resource group default; 1 session runs there\n',
  )
  const { items } = await call()(api.agent.list, { resourceGroup: 'default', sort: 'id' })
  expect(items.map(({ id }) => id)).toEqual(['rack-1', 'rack-2'])
  expect(await capstan('agent move rack-1')).toMatchObject({
    code: 2,
    err: expect.stringContaining("missing required argument 'group'"),
  })
})

test('SCH-01 PLS-01 the queue and what another setting would make of it are printed with reasons', async () => {
  await call()(api.group.create, { name: 'queue', retriesToSkip: 0 })
  await joinNode(manager, 'node-2', { resourceGroup: 'queue' })
  await call()(api.agent.update, { id: 'node-2', isSchedulable: false })
  await startSession(manager, manager.admin, { name: 'waits-here', resourceGroup: 'queue' })
  const queue = await capstan('scheduler queue queue')
  expect(queue.out).toMatch(/^1\s+waits-here\s+\S+\s+10\s+1 core, 256 MiB\s+\d+s\s+-\s+\S+/m)
  const none = await capstan('scheduler what-if queue --scheduler lifo')
  expect(none.out).toContain('Then:  0 start, 1 wait, 0 are cancelled')
  await call()(api.agent.update, { id: 'node-2', isSchedulable: true })
  const less = await capstan('scheduler what-if queue --policy default --max-resources cpu=0.5')
  expect(less.out).toContain('Now:   1 start, 0 wait, 0 are cancelled')
  expect(less.out).toMatch(/^waits-here\s+\S+\s+starts on node-2\s+waits/m)
  expect(await capstan('scheduler what-if queue --max-concurrent-count 1')).toMatchObject({
    code: 2,
    err: expect.stringContaining('--policy'),
  })
})
