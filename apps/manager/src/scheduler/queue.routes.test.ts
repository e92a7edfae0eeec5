import { api } from '@capstan/contract/api'
import { startTestManager, type TestManager, type TestUser } from '@capstan/testkit/manager'
import { joinNode } from '@capstan/testkit/node'
import { startSession } from '@capstan/testkit/session'
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from 'vitest'
import type * as z from 'zod'
import { schedule } from './scheduler.loop.ts'

const gib = 2 ** 30
let manager: TestManager
let group: string
beforeAll(async () => {
  manager = await startTestManager(inject('databaseUrl'))
})
beforeEach(async () => {
  group = `g-${crypto.randomUUID().slice(0, 8)}`
  await manager.admin.call(api.group.create, { name: group })
  const capacity = { cpu: 4, mem: 64 * gib }
  await joinNode(manager, `${group}-1`, { resourceGroup: group, capacity })
})
afterEach(async () => {
  const { items } = await manager.admin.call(api.session.list, { state: 'live' })
  const ids = items.map(({ id }) => id)
  if (ids.length > 0) await manager.admin.call(api.session.terminate, { ids, force: true })
})
afterAll(() => manager.close())

interface Ask {
  readonly name?: string
  readonly cpu?: number
  readonly as?: TestUser
  readonly priority?: number
}

const ask = ({ cpu = 4, as = manager.admin, ...given }: Ask = {}) =>
  startSession(manager, as, { resourceGroup: group, resources: { cpu, mem: gib / 4 }, ...given })
const round = () => schedule(manager.app)
const queue = (given: object = {}, as = manager.admin) =>
  as.call(api.scheduler.queue, { name: group, ...given })
const names = async (given: object = {}, as = manager.admin): Promise<string[]> =>
  (await queue(given, as)).items.map(({ name }) => name)
const whatIf = (given: Omit<z.input<typeof api.scheduler.whatIf.input>, 'name'>) =>
  manager.admin.call(api.scheduler.whatIf, { name: group, ...given })

test('SCH-01 all that waits is listed whoever owns it, in the scheduler’s own order, a session asked for a moment ago too', async () => {
  const user = await manager.addUser()
  await ask({ name: 'runs-now' })
  await round()
  await ask({ name: 'first-one', as: user })
  await ask({ name: 'second-one' })
  await ask({ name: 'urgent-one', priority: 50, as: user })
  const { items, count } = await queue()
  expect(items.map(({ name, position }) => [name, position])).toEqual([
    ['urgent-one', 1],
    ['first-one', 2],
    ['second-one', 3],
  ])
  expect(count).toBe(3)
  expect(items[1]).toMatchObject({ userEmail: user.email, startsNext: false })
  await manager.admin.call(api.group.update, { name: group, scheduler: 'lifo' })
  expect(await names()).toEqual(['urgent-one', 'second-one', 'first-one'])
})

test('SCH-01 the order follows each change at once: an end, a free agent, another limit', async () => {
  const first = await ask({ name: 'first-one' })
  await ask({ name: 'second-one' })
  expect((await queue()).items.map(({ startsNext }) => startsNext)).toEqual([true, false])
  const again = await queue()
  expect((await queue()).asOf).toBe(again.asOf)
  await manager.admin.call(api.agent.update, { id: `${group}-1`, isSchedulable: false })
  expect((await queue()).items.map(({ reason }) => reason?.code)).toEqual([
    'no_agents',
    'no_agents',
  ])
  await manager.admin.call(api.agent.update, { id: `${group}-1`, isSchedulable: true })
  await manager.admin.call(api.session.terminate, { ids: [first.id] })
  expect((await queue()).items).toMatchObject([
    { name: 'second-one', position: 1, startsNext: true, reason: null },
  ])
})

test('SCH-01 pages go on in the order that the first page had, and none is left out or told twice', async () => {
  const all = ['one-1', 'two-2', 'three', 'four4', 'five5']
  for (const name of all) await ask({ name })
  const first = await queue({ limit: 2 })
  await ask({ name: 'comes-later', priority: 90 })
  const seen = first.items.map(({ name }) => name)
  for (let cursor = first.nextCursor; cursor !== null;) {
    const page = await queue({ limit: 2, cursor })
    seen.push(...page.items.map(({ name }) => name))
    cursor = page.nextCursor
  }
  expect(seen).toEqual(all)
  expect((await names())[0]).toBe('comes-later')
})

test('SCH-01 who administers a domain sees its own sessions, at the positions that they have among all', async () => {
  const domainName = await manager.addDomain()
  const [stranger, strangersAdmin] = [
    await manager.addUser({ domainName }),
    await manager.addUser({ domainName, role: 'admin' }),
  ]
  await ask({ name: 'of-default' })
  await ask({ name: 'of-domain', as: stranger })
  const { items, count } = await queue({}, strangersAdmin)
  expect(items).toMatchObject([{ name: 'of-domain', position: 2 }])
  expect(count).toBe(1)
})

test('SCH-02 the owner of a session that waits is told its position, of how many, and why with figures', async () => {
  const user = await manager.addUser()
  await ask({ cpu: 3 })
  await round()
  await ask({ as: manager.admin })
  const { id } = await ask({ as: user, cpu: 2 })
  const { outlook } = await user.call(api.scheduler.showOutlook, { id })
  expect(outlook).toMatchObject({ position: 2, waitingCount: 2, startsNext: false })
  expect(outlook?.reason?.message).toMatch(/2 cores/)
  await user.call(api.session.terminate, { ids: [id] })
  expect(await user.call(api.scheduler.showOutlook, { id })).toEqual({ outlook: null })
})

test('PLS-01 a change of settings is previewed against those who wait: who would start, who would wait, and why; nothing is changed', async () => {
  await ask({ cpu: 2, name: 'runs-now' })
  await round()
  await ask({ cpu: 4, name: 'large-one' })
  await ask({ cpu: 1, name: 'small-one' })
  const { now, changed, items, changedCount } = await whatIf({ settings: { retriesToSkip: 0 } })
  expect([now, changed]).toEqual([
    { starts: 0, waits: 2, cancelled: 0 },
    { starts: 1, waits: 1, cancelled: 0 },
  ])
  expect(items[0]).toMatchObject({
    name: 'small-one',
    now: { outcome: 'waits', reason: { code: 'behind' } },
    changed: { outcome: 'starts', agentIds: [`${group}-1`] },
  })
  expect(changedCount).toBe(2)
  expect((await manager.admin.call(api.group.show, { name: group })).retriesToSkip).toBeNull()
  expect((await queue()).items.every(({ startsNext }) => !startsNext)).toBe(true)
})

test('PLS-01 another scheduler, with weights, is previewed as it would share out', async () => {
  const [ada, bob] = [await manager.addUser(), await manager.addUser()]
  for (const as of [ada, ada, ada, ada, bob, bob, bob, bob]) await ask({ cpu: 1, as })
  const starting = async (settings: object): Promise<string[]> =>
    (await whatIf({ settings })).items
      .filter(({ now, changed }) => now.outcome === 'waits' && changed.outcome === 'starts')
      .map(({ userEmail }) => userEmail)
  expect(await starting({ scheduler: 'drf' })).toEqual([bob.email, bob.email])
  const weights = [{ userId: ada.userId, weight: 3 }]
  expect(await starting({ scheduler: 'drf', weights })).toEqual([bob.email])
})

test('PLS-01 a shorter pending timeout and another limit of a policy are previewed too', async () => {
  const user = await manager.addUser()
  await manager.admin.call(api.keypairPolicy.create, { name: group, maxConcurrentCount: 1 })
  await manager.admin.call(api.keypair.update, { accessKey: user.accessKey, policy: group })
  await ask({ cpu: 1, as: user })
  await round()
  await ask({ cpu: 1, as: user })
  const raised = await whatIf({ policy: { name: group, maxConcurrentCount: 2 } })
  expect(raised.items).toMatchObject([
    { now: { reason: { code: 'policy_limit' } }, changed: { outcome: 'starts' } },
  ])
  await expect(whatIf({ policy: { name: 'no-such' } })).rejects.toMatchObject({
    code: 'policy_not_found',
  })
  await manager.app.db
    .updateTable('session')
    .set({ createdAt: new Date(Date.now() - 3_600_000) })
    .where('resourceGroup', '=', group)
    .execute()
  const cut = await whatIf({ settings: { pendingTimeoutS: 60 } })
  expect(cut.changed).toEqual({ starts: 0, waits: 0, cancelled: 1 })
})

test('PLS-01 another agent selection is previewed: how many would start, and where', async () => {
  await joinNode(manager, `${group}-2`, {
    resourceGroup: group,
    capacity: { cpu: 4, mem: 64 * gib },
  })
  for (const name of ['small-1', 'small-2']) await ask({ name, cpu: 1 })
  await ask({ name: 'whole-one' })
  const { now, changed, items } = await whatIf({ settings: { selector: 'concentrated' } })
  expect([now.starts, changed.starts]).toEqual([2, 3])
  expect(items[0]).toMatchObject({
    name: 'whole-one',
    now: { outcome: 'waits', agentIds: [] },
    changed: { outcome: 'starts', agentIds: [`${group}-2`] },
  })
})

test('PLS-01 whom the end of preemptible sessions would hit is previewed, and nobody is ended', async () => {
  const { id } = await startSession(manager, manager.admin, {
    name: 'agreed-to-it',
    resourceGroup: group,
    resources: { cpu: 4, mem: gib / 4 },
    isPreemptible: true,
  })
  await round()
  const urgent = await ask({ name: 'urgent-one', priority: 50 })
  expect((await whatIf({ settings: { scheduler: 'priority' } })).preempted).toEqual([])
  const { preempted } = await whatIf({
    settings: { scheduler: 'priority', isPreemptionEnabled: true },
  })
  expect(preempted).toMatchObject([{ id, name: 'agreed-to-it', forSessionId: urgent.id }])
  await round()
  expect((await manager.admin.call(api.session.show, { id })).status).toBe('scheduled')
})

test('PLS-01 when agents are kept for one that was passed over is previewed, and what larger amounts of a policy would start', async () => {
  const user = await manager.addUser()
  await manager.admin.call(api.keypairPolicy.create, { name: group, maxResources: { cpu: 1 } })
  await manager.admin.call(api.keypair.update, { accessKey: user.accessKey, policy: group })
  await ask({ cpu: 1, as: user })
  await round()
  await ask({ cpu: 1, as: user, name: 'of-limited' })
  const more = await whatIf({ policy: { name: group, maxResources: { cpu: 2 } } })
  expect(more.items).toMatchObject([
    {
      name: 'of-limited',
      now: { outcome: 'waits', reason: { code: 'policy_limit' } },
      changed: { outcome: 'starts' },
    },
  ])
  await manager.admin.call(api.keypair.update, { accessKey: user.accessKey, policy: 'default' })
  await manager.admin.call(api.group.update, { name: group, retriesToSkip: 0 })
  await ask({ name: 'large-one', priority: 20 })
  await manager.app.db
    .updateTable('session')
    .set({ createdAt: new Date(Date.now() - 60_000) })
    .where('name', '=', 'large-one')
    .execute()
  const kept = await whatIf({ settings: { reserveAfterS: 30 } })
  const fates = new Map(kept.items.map(({ name, now, changed }) => [name, { now, changed }]))
  expect(fates.get('of-limited')).toMatchObject({
    now: { outcome: 'starts' },
    changed: { outcome: 'waits', reason: { code: 'behind_reserved' } },
  })
})
