import { api } from '@capstan/contract/api'
import type { SessionDetails } from '@capstan/contract/session'
import { schedule } from '@capstan/manager/scheduler/scheduler.loop'
import { startLoop } from '@capstan/runtime/loop'
import { type Fleet, startFleet } from '@capstan/testkit/fleet'
import { startTestManager, type TestManager } from '@capstan/testkit/manager'
import { startSession } from '@capstan/testkit/session'
import { until } from '@capstan/testkit/system'
import { afterEach, beforeEach, expect, inject, test, vi } from 'vitest'
import type { Fate } from './fake/fake-container.ts'

const mib = 2 ** 20

vi.setConfig({ testTimeout: 60_000 })
const patience = { patienceMs: 30_000, everyMs: 20 }

let manager: TestManager
let fleet: Fleet
let fate: (agentId: string) => Fate
let stop: AbortController

beforeEach(async () => {
  stop = new AbortController()
  manager = await startTestManager(inject('databaseUrl'))
  const { app } = manager
  const loop = startLoop({
    name: 'scheduler',
    everyMs: 500,
    run: () => schedule(app),
    onError: () => {},
    signal: stop.signal,
  })
  app.wake.on('scheduler', loop.wake)
  fate = () => ({ startMs: 5 })
})
afterEach(async () => {
  await fleet.stop()
  stop.abort()
  await manager.close()
})

async function start(count: number): Promise<void> {
  fleet = startFleet({
    manager: 'http://manager.test',
    fetch: async (url, init) => manager.http.request(url, init),
    joinToken: manager.joinToken,
    ids: Array.from({ length: count }, (_, index) => `fake-${index}`),
    fate: (_, agentId) => fate(agentId),
  })
  const connected = async () =>
    (await manager.admin.call(api.agent.list, { limit: 200 })).items.filter(
      agent => agent.capacity['cpu'] !== undefined,
    )
  await until('all agents are there', async () => (await connected()).length === count, patience)
}

const show = (id: string): Promise<SessionDetails> => manager.admin.call(api.session.show, { id })

async function reached(id: string, status: SessionDetails['status']): Promise<SessionDetails> {
  await until(`it is ${status}`, async () => (await show(id)).status === status, patience)
  return show(id)
}

const begin = (): Promise<SessionDetails> =>
  startSession(manager, manager.admin, { resources: { cpu: 0.5, mem: 64 * mib } })

const startCount = (): number =>
  fleet.agents.reduce((sum, { driver }) => sum + driver.startCount, 0)

test('SES-02 thirty sessions on ten agents all come to run, each started once', async () => {
  await start(10)
  const sessions = await Promise.all(Array.from({ length: 30 }, begin))
  for (const { id } of sessions) {
    const { history } = await reached(id, 'running')
    expect(history.filter(({ status }) => status === 'running')).toHaveLength(1)
  }
  expect(startCount()).toBe(30)
  const { items } = await manager.admin.call(api.agent.list, { limit: 200 })
  expect(items.reduce((sum, { sessionCount }) => sum + sessionCount, 0)).toBe(30)
})

test('OPS-05 a session whose start fails on one agent is started on another', async () => {
  await start(2)
  fate = agentId =>
    agentId === 'fake-0' ? { startMs: 5, failure: 'no space left' } : { startMs: 5 }
  const sessions = await Promise.all([begin(), begin()])
  for (const { id } of sessions) expect((await reached(id, 'running')).agentIds).toEqual(['fake-1'])
  expect(fleet.agents[0]!.driver.startCount).toBeGreaterThan(0)
})

test('SES-05 a container that ends by itself ends its session with its exit code and log', async () => {
  await start(1)
  fate = () => ({ startMs: 5, runMs: 30, exitCode: 7, output: 'hello\n' })
  const { id } = await begin()
  expect(await reached(id, 'terminated')).toMatchObject({ exitCode: 7 })
  await until(
    'the log is whole',
    async () => (await manager.admin.call(api.session.log, { id })).isComplete,
    patience,
  )
  expect((await manager.admin.call(api.session.log, { id })).text).toBe('hello\n')
})

test('SES-08 a session whose container vanished ends with that reason, and holds nothing', async () => {
  await start(1)
  fate = () => ({ startMs: 5, runMs: 30, vanishes: true })
  const { id } = await begin()
  expect((await reached(id, 'terminated')).reason?.code).toBe('container_vanished')
  expect((await manager.admin.call(api.agent.show, { id: 'fake-0' })).used).toEqual({})
})

test('AGT-06 an agent that is killed takes up what runs when it returns, and tells what ended meanwhile', async () => {
  await start(1)
  const agent = fleet.agents[0]!
  fate = () => ({ startMs: 5 })
  const lasting = await begin()
  await reached(lasting.id, 'running')
  fate = () => ({ startMs: 5, runMs: 300, exitCode: 3 })
  const ending = await begin()
  await reached(ending.id, 'running')
  await agent.kill()
  await until(
    'the second has ended',
    async () => (await agent.driver.list()).filter(({ isRunning }) => isRunning).length === 1,
    patience,
  )
  agent.start()
  expect(await reached(ending.id, 'terminated')).toMatchObject({ exitCode: 3 })
  expect((await show(lasting.id)).status).toBe('running')
  expect(startCount()).toBe(2)
})

test('AGT-06 an engine that is down for a while ends nothing', async () => {
  await start(1)
  const { driver } = fleet.agents[0]!
  const { id } = await begin()
  await reached(id, 'running')
  driver.isAnswering = false
  const problems = async () =>
    (await manager.admin.call(api.agent.show, { id: 'fake-0' })).problems.map(({ code }) => code)
  await until('it is told', async () => (await problems()).includes('engine_gone'), patience)
  driver.isAnswering = true
  await until('it is well', async () => (await problems()).length === 0, patience)
  expect((await show(id)).status).toBe('running')
  expect(startCount()).toBe(1)
})
