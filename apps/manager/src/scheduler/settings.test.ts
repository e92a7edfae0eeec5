import { api } from '@capstan/contract/api'
import type { SessionDetails } from '@capstan/contract/session'
import { startTestManager, type TestManager, type TestUser } from '@capstan/testkit/manager'
import { type FakeNode, joinNode, kernelReport } from '@capstan/testkit/node'
import { startSession } from '@capstan/testkit/session'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from 'vitest'
import type * as z from 'zod'
import { keepHouse } from '../session/housekeeper.loop.ts'
import { schedule } from './scheduler.loop.ts'

const gib = 2 ** 30
let manager: TestManager
/** A group of its own for each test. */
let group: string
beforeAll(async () => {
  manager = await startTestManager(inject('databaseUrl'))
})
beforeEach(() => {
  group = `g-${crypto.randomUUID().slice(0, 8)}`
})
afterEach(async () => {
  const { items } = await manager.admin.call(api.session.list, { state: 'live', limit: 200 })
  const ids = items.map(({ id }) => id)
  if (ids.length > 0) await manager.admin.call(api.session.terminate, { ids, force: true })
})
afterAll(() => manager.close())

type Settings = Omit<z.input<typeof api.group.create.input>, 'name'>

const makeGroup = (settings: Settings = {}) =>
  manager.admin.call(api.group.create, { name: group, ...settings })
const change = (settings: Settings) =>
  manager.admin.call(api.group.update, { name: group, ...settings })

const join = (id: string, cpu = 4): Promise<FakeNode> =>
  joinNode(manager, `${group}-${id}`, { resourceGroup: group, capacity: { cpu, mem: 64 * gib } })

type Ask = Partial<z.input<typeof api.session.create.input>> & { cpu?: number; as?: TestUser }

const ask = ({ cpu = 1, as = manager.admin, ...given }: Ask = {}): Promise<SessionDetails> =>
  startSession(manager, as, { resourceGroup: group, resources: { cpu, mem: gib / 4 }, ...given })

const show = (id: string) => manager.admin.call(api.session.show, { id })
const statuses = async (sessions: readonly SessionDetails[]): Promise<string[]> =>
  Promise.all(sessions.map(async ({ id }) => (await show(id)).status))
const startedOf = async (sessions: readonly SessionDetails[]): Promise<number> =>
  (await statuses(sessions)).filter(status => status === 'scheduled').length
const agentsOf = async (sessions: readonly SessionDetails[]): Promise<(string | undefined)[]> =>
  Promise.all(sessions.map(async ({ id }) => (await show(id)).agentIds[0]))
const round = () => schedule(manager.app)

test('SCH-03 LIFO starts the latest enqueued first', async () => {
  await makeGroup({ scheduler: 'lifo' })
  await join('1')
  const sessions = [await ask({ cpu: 3 }), await ask({ cpu: 3 })]
  await round()
  expect(await statuses(sessions)).toEqual(['pending', 'scheduled'])
})

test('SCH-03 DRF starts the one whose owner has the smallest dominant share, and counts what it gives within the round', async () => {
  await makeGroup({ scheduler: 'drf' })
  await join('1', 6)
  const [ada, bob] = [await manager.addUser(), await manager.addUser()]
  const sessions = [
    await ask({ as: ada }),
    await ask({ as: ada }),
    await ask({ as: ada }),
    await ask({ as: ada }),
    await ask({ as: ada }),
    await ask({ as: bob, cpu: 3 }),
  ]
  await round()
  // Ada 1, Bob 3, Ada 2 and 3: then nothing is left, though three of Ada's came before Bob's.
  expect(await statuses(sessions)).toEqual([
    'scheduled',
    'scheduled',
    'scheduled',
    'pending',
    'pending',
    'scheduled',
  ])
})

test('SCH-03 with DRF, an owner of weight 2 is given twice as much', async () => {
  await makeGroup({ scheduler: 'drf' })
  await join('1', 6)
  const [ada, bob] = [await manager.addUser(), await manager.addUser()]
  await change({ weights: [{ userId: bob.userId, weight: 2 }] })
  const given = async (as: TestUser): Promise<SessionDetails[]> =>
    Promise.all(Array.from({ length: 6 }, () => ask({ as })))
  const [ofAda, ofBob] = [await given(ada), await given(bob)]
  await round()
  expect([await startedOf(ofAda), await startedOf(ofBob)]).toEqual([2, 4])
})

test('SCH-03 DRF gives 3 and 2 tasks in the example of the paper that defined it', async () => {
  // Ghodsi et al., NSDI 2011, section 4: 9 CPU and 18 GB; tasks of <1 CPU, 4 GB> and of <3 CPU, 1 GB>.
  await makeGroup({ scheduler: 'drf' })
  await joinNode(manager, `${group}-1`, {
    resourceGroup: group,
    capacity: { cpu: 9, mem: 18 * gib },
  })
  const tasks = async (cpu: number, mem: number): Promise<SessionDetails[]> => {
    const as = await manager.addUser()
    return Promise.all(
      Array.from({ length: 9 }, () => ask({ as, resources: { cpu, mem: mem * gib } })),
    )
  }
  const [ofA, ofB] = [await tasks(1, 4), await tasks(3, 1)]
  await round()
  expect([await startedOf(ofA), await startedOf(ofB)]).toEqual([3, 2])
})

test('SCH-03 with DRF, what an owner holds from earlier rounds counts', async () => {
  await makeGroup({ scheduler: 'drf' })
  await join('1', 6)
  const [ada, bob] = [await manager.addUser(), await manager.addUser()]
  await ask({ as: ada, cpu: 3 })
  await round()
  const ofAda = [await ask({ as: ada }), await ask({ as: ada }), await ask({ as: ada })]
  const ofBob = [await ask({ as: bob }), await ask({ as: bob }), await ask({ as: bob })]
  await round()
  expect([await startedOf(ofAda), await startedOf(ofBob)]).toEqual([0, 3])
})

test('SCH-03 with fair-share, an owner of weight 2 is given twice as much', async () => {
  await makeGroup({ scheduler: 'fair-share' })
  await join('1', 6)
  const [ada, bob] = [await manager.addUser(), await manager.addUser()]
  await change({ weights: [{ userId: ada.userId, weight: 2 }] })
  const given = async (as: TestUser): Promise<SessionDetails[]> =>
    Promise.all(Array.from({ length: 6 }, () => ask({ as })))
  const [ofBob, ofAda] = [await given(bob), await given(ada)]
  await round()
  expect([await startedOf(ofAda), await startedOf(ofBob)]).toEqual([4, 2])
})

test('SCH-03 fair-share remembers what was used, for as long as the half-life says', async () => {
  await makeGroup({ scheduler: 'fair-share', halfLifeS: 3600 })
  const node = await join('1', 2)
  const [ada, bob] = [await manager.addUser(), await manager.addUser()]
  const past = await ask({ as: ada, cpu: 2 })
  await round()
  // An hour goes by in which Ada has all of it, in steps that are kept.
  await sql`delete from group_use`.execute(manager.app.db)
  await round()
  await sql`update group_use set at = at - interval '1 hour'`.execute(manager.app.db)
  await round()
  const { rows } = await sql<{ cpu: number }>`
    select (mean ->> 'cpu')::float8 as cpu from group_use where resource_group = ${group}`.execute(
    manager.app.db,
  )
  expect(rows[0]?.cpu).toBeCloseTo(1000, -1)
  const kernelId = (await show(past.id)).kernels[0]!.id
  await node.sync({ kernels: [kernelReport(kernelId)] })
  await node.sync({
    kernels: [kernelReport(kernelId, { status: 'terminated', exitCode: 0, isLogComplete: true })],
  })
  const sessions = [await ask({ as: ada, cpu: 2 }), await ask({ as: bob, cpu: 2 })]
  await round()
  expect(await statuses(sessions)).toEqual(['pending', 'scheduled'])
})

test('SCH-04 concentrated packs two sessions onto one of four nodes, dispersed uses two', async () => {
  await makeGroup({ selector: 'concentrated' })
  for (const id of ['1', '2', '3', '4']) await join(id)
  const packed = [await ask(), await ask()]
  await round()
  expect(new Set(await agentsOf(packed)).size).toBe(1)
  await change({ selector: 'dispersed' })
  const spread = [await ask(), await ask(), await ask()]
  await round()
  expect(new Set([...(await agentsOf(packed)), ...(await agentsOf(spread))]).size).toBe(4)
})

test('SCH-07 a session that waits longer than its group allows is cancelled with that reason; 0 lets it wait', async () => {
  await makeGroup({ pendingTimeoutS: 60 })
  const { id } = await ask()
  await sql`update session set created_at = now() - interval '61 seconds' where id = ${id}`.execute(
    manager.app.db,
  )
  await change({ pendingTimeoutS: 0 })
  await keepHouse(manager.app)
  expect((await show(id)).status).toBe('pending')
  await change({ pendingTimeoutS: 60 })
  await keepHouse(manager.app)
  expect(await show(id)).toMatchObject({
    status: 'cancelled',
    reason: { code: 'pending_timeout', message: expect.stringContaining('60 s') as string },
  })
})

/** Rounds until a small session behind one that does not fit starts; at most `most`. */
async function roundsUntil(started: SessionDetails, most: number): Promise<number> {
  for (let count = 1; count <= most; count++) {
    await round()
    if ((await show(started.id)).status !== 'pending') return count
  }
  return Infinity
}

test('SCH-08 a session that was tried in vain so often lets those behind it go first: the group’s number, else the global one', async () => {
  await makeGroup({ retriesToSkip: 1, reserveAfterS: null })
  await join('1', 4)
  await ask({ cpu: 2 })
  await round()
  await ask({ cpu: 4 })
  expect(await roundsUntil(await ask(), 5)).toBe(2)
  await manager.admin.call(api.scheduler.updateDefaults, { scheduler: 'lifo', retriesToSkip: 2 })
  await change({ retriesToSkip: null, scheduler: 'lifo' })
  const small = await ask({ cpu: 0.5 })
  await ask({ cpu: 3 })
  expect(await roundsUntil(small, 5)).toBe(3)
})

test('SCH-09 a changed setting takes effect in the next round', async () => {
  await makeGroup({ scheduler: 'fifo' })
  const node = await join('1')
  const sessions = [await ask({ cpu: 4 }), await ask({ cpu: 4 }), await ask({ cpu: 4 })]
  await round()
  await change({ scheduler: 'lifo' })
  const kernelId = (await show(sessions[0]!.id)).kernels[0]!.id
  await node.sync({ kernels: [kernelReport(kernelId)] })
  await node.sync({
    kernels: [kernelReport(kernelId, { status: 'terminated', exitCode: 0, isLogComplete: true })],
  })
  await round()
  expect(await statuses(sessions)).toEqual(['terminated', 'pending', 'scheduled'])
})

test('GRP-03 what waits in an inactive group says so, and starts when it is active again; what runs goes on', async () => {
  await makeGroup()
  const node = await join('1')
  const running = await ask()
  await round()
  await node.sync({ kernels: [kernelReport((await show(running.id)).kernels[0]!.id)] })
  const waiting = await ask()
  await change({ isActive: false })
  await round()
  expect(await show(waiting.id)).toMatchObject({
    status: 'pending',
    reason: { code: 'group_not_active' },
  })
  expect((await show(running.id)).status).toBe('running')
  await change({ isActive: true })
  await round()
  expect(await statuses([running, waiting])).toEqual(['running', 'scheduled'])
})

/** Lets starts of a session fail until it is no longer tried. Answers how many it took. */
async function failStarts(node: FakeNode, id: string): Promise<number> {
  for (let count = 1; count <= 10; count++) {
    await round()
    const { kernels } = await show(id)
    const reason = { code: 'engine_error', message: 'No disk', isRetryable: true }
    const failed = { status: 'terminated', startedAt: null, isLogComplete: true, reason } as const
    await node.sync({ kernels: [kernelReport(kernels[0]!.id, failed)] })
    if ((await show(id)).status !== 'pending') return count
  }
  return Infinity
}

test.for(['fifo', 'lifo', 'drf', 'fair-share', 'priority'] as const)(
  'OPS-05 with %s a session is given up after as many failed starts as the defaults say, and the next is dealt with',
  async scheduler => {
    await manager.admin.call(api.scheduler.updateDefaults, { scheduler, creationRetries: 2 })
    await makeGroup({ scheduler })
    const node = await join('1')
    const first = await ask({ priority: 20 })
    expect(await failStarts(node, first.id)).toBe(2)
    expect(await show(first.id)).toMatchObject({
      status: 'error',
      reason: { code: 'engine_error', message: 'No disk (given up after 2 failed starts)' },
    })
    const next = await ask()
    await round()
    expect((await show(next.id)).status).toBe('scheduled')
  },
)

test('OPS-04 each scheduler has defaults of its own; a group’s own value wins over them', async () => {
  await manager.admin.call(api.scheduler.updateDefaults, { scheduler: 'fifo', creationRetries: 1 })
  const { items } = await manager.admin.call(api.scheduler.listDefaults, {})
  expect(items.find(({ scheduler }) => scheduler === 'fifo')).toEqual({
    scheduler: 'fifo',
    creationRetries: 1,
    retriesToSkip: 3,
  })
  await makeGroup({ scheduler: 'fifo', creationRetries: 4 })
  const node = await join('1')
  const { id } = await ask()
  expect(await failStarts(node, id)).toBe(4)
  await change({ creationRetries: null })
  expect(await failStarts(node, (await ask()).id)).toBe(1)
})

test.for(['fifo', 'lifo', 'drf', 'fair-share', 'priority'] as const)(
  'OPS-04 SCH-08 with %s a session lets those behind it go first after as many tries as the defaults of that scheduler say',
  async scheduler => {
    await manager.admin.call(api.scheduler.updateDefaults, { scheduler, retriesToSkip: 1 })
    await makeGroup({ scheduler })
    await join('1', 4)
    await ask({ cpu: 2 })
    await round()
    const large = await ask({ cpu: 4, priority: 20 })
    expect(await roundsUntil(await ask({ cpu: 0.5 }), 5)).toBe(2)
    await manager.admin.call(api.session.terminate, { ids: [large.id] })
    await change({ retriesToSkip: 3 })
    await ask({ cpu: 4, priority: 20 })
    expect(await roundsUntil(await ask({ cpu: 0.5 }), 6)).toBe(4)
  },
)
