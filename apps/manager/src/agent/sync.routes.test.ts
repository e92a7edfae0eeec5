import { api } from '@capstan/contract/api'
import { Observed } from '@capstan/contract/sync'
import { startTestManager, type TestManager } from '@capstan/testkit/manager'
import { joinNode, kernelReport, report } from '@capstan/testkit/node'
import { startSession } from '@capstan/testkit/session'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { schedule } from '../scheduler/scheduler.loop.ts'
import { keepHouse } from '../session/housekeeper.loop.ts'
import { desiredHashes, readDesired } from './desired.store.ts'
import { hearAgents } from './take-report.ts'

let manager: TestManager
beforeAll(async () => {
  manager = await startTestManager(inject('databaseUrl'))
})
afterAll(() => manager.close())

const silence = (id: string, seconds = 16): Promise<unknown> =>
  sql`update agent set last_contact_at = now() - make_interval(secs => ${seconds}) where id = ${id}`.execute(
    manager.app.db,
  )

test('AGT-01 an agent joins with a token, and is listed with what it has and what is used of it', async () => {
  await joinNode(manager, 'node-a')
  const { items } = await manager.admin.call(api.agent.list, { id: 'node-a' })
  expect(items[0]).toMatchObject({
    id: 'node-a',
    status: 'connected',
    resourceGroup: 'default',
    capacity: { cpu: 4 },
    used: {},
  })
})

test('an agent without a right token does not join', async () => {
  await expect(
    manager.anonymous(api.sync.join, { joinToken: 'nope', id: 'node-x' }),
  ).rejects.toMatchObject({
    code: 'bad_join_token',
  })
})

test('a second machine cannot take the name of a connected agent', async () => {
  await joinNode(manager, 'node-b')
  await expect(
    manager.anonymous(api.sync.join, { joinToken: manager.joinToken, id: 'node-b' }),
  ).rejects.toMatchObject({
    code: 'forbidden',
  })
})

test('an agent speaks for itself only', async () => {
  const node = await joinNode(manager, 'node-c')
  await joinNode(manager, 'node-d')
  const asAnother = node.call(api.sync.sync, {
    id: 'node-d',
    observed: report(),
    desiredHash: '',
    waitMs: 0,
  })
  await expect(asAnother).rejects.toMatchObject({ code: 'forbidden' })
})

test('AGT-02 the exact live use of an agent is shown with its sessions', async () => {
  const usage = {
    at: new Date().toISOString(),
    cpuMilli: 1500,
    memBytes: 2 ** 30,
    diskBytes: 5,
    diskCapacityBytes: 10,
    networkReceivedBytes: 1,
    networkSentBytes: 2,
    devices: [{ id: 'core-0', kind: 'cpu', utilization: 0.5, memBytes: null, temperatureC: null }],
  }
  const node = await joinNode(manager, 'node-e')
  await node.sync({ usage })
  expect((await manager.admin.call(api.agent.show, { id: 'node-e' })).usage).toEqual(usage)
})

test('AGT-06 an agent not heard of for three heartbeats is lost, its sessions are shown as such, and taken up again on return', async () => {
  const group = await joinNode(manager, 'node-f')
  const { id } = await startSession(manager, manager.admin)
  // Only this agent may take it.
  await sql`update agent set is_schedulable = (id = 'node-f')`.execute(manager.app.db)
  await schedule(manager.app)
  const kernelId = (await manager.admin.call(api.session.show, { id })).kernels[0]!.id
  await group.sync({ kernels: [kernelReport(kernelId)] })
  await silence('node-f')
  await keepHouse(manager.app)
  expect((await manager.admin.call(api.agent.show, { id: 'node-f' })).status).toBe('lost')
  expect(await manager.admin.call(api.session.show, { id })).toMatchObject({
    status: 'running',
    isNodeLost: true,
  })
  const desired = await group.sync({ kernels: [kernelReport(kernelId)] })
  expect(desired.kernels.map(kernel => kernel.desired)).toEqual(['run'])
  expect(await manager.admin.call(api.session.show, { id })).toMatchObject({
    status: 'running',
    isNodeLost: false,
  })
  expect((await manager.admin.call(api.agent.show, { id: 'node-f' })).used).toMatchObject({
    cpu: 1,
  })
})

test('AGT-06 an agent that reports less often, as it is told in a large cluster, is lost after three of its own heartbeats', async () => {
  const node = await joinNode(manager, 'node-slow')
  const answer = await node.call(api.sync.sync, {
    id: 'node-slow',
    observed: report(),
    desiredHash: '',
    waitMs: 9500,
  })
  expect(answer.heartbeatMs).toBe(5000)
  const status = async (): Promise<string> => {
    await keepHouse(manager.app)
    return (await manager.admin.call(api.agent.show, { id: 'node-slow' })).status
  }
  await silence('node-slow', 29)
  expect(await status()).toBe('connected')
  await silence('node-slow', 31)
  expect(await status()).toBe('lost')
})

test('AGT-06 an agent is heard while a session on another one is being changed', async () => {
  await sql`update agent set is_schedulable = false`.execute(manager.app.db)
  const busy = await joinNode(manager, 'node-busy')
  const other = await joinNode(manager, 'node-other')
  await sql`update agent set is_schedulable = (id = 'node-busy')`.execute(manager.app.db)
  const { id } = await startSession(manager, manager.admin)
  await schedule(manager.app)
  const [kernel] = (await busy.sync()).kernels
  await manager.app.db.transaction().execute(async tx => {
    await sql`select 1 from session where id = ${id} for update`.execute(tx)
    const held = busy.sync({ kernels: [kernelReport(kernel!.kernelId)] }).then(
      () => 'taken',
      () => 'refused',
    )
    await silence('node-other')
    await other.sync()
    await keepHouse(manager.app)
    expect((await manager.admin.call(api.agent.show, { id: 'node-other' })).status).toBe(
      'connected',
    )
    expect(await held).toBe('refused')
  })
  await busy.sync({ kernels: [kernelReport(kernel!.kernelId)] })
  expect((await manager.admin.call(api.session.show, { id })).status).toBe('running')
})

test('a placement on agents that are just being heard waits for nobody, whatever the order', async () => {
  await joinNode(manager, 'node-1st')
  await joinNode(manager, 'node-2nd')
  await manager.app.db.transaction().execute(async tx => {
    // As the foreign key of a new kernel does.
    const hold = (id: string) => sql`select 1 from agent where id = ${id} for key share`.execute(tx)
    await hold('node-2nd')
    const heard = await hearAgents(
      manager.app,
      ['node-1st', 'node-2nd'].map(id => ({ id, report: Observed.parse(report()), waitMs: 0 })),
    )
    expect(heard).toEqual([true, true])
    await hold('node-1st')
  })
})

test('AGT-06 what a lost agent never started is started elsewhere', async () => {
  await sql`update agent set is_schedulable = (id = 'node-g')`.execute(manager.app.db)
  await joinNode(manager, 'node-g')
  await sql`update agent set is_schedulable = (id = 'node-g')`.execute(manager.app.db)
  const { id } = await startSession(manager, manager.admin)
  await schedule(manager.app)
  await silence('node-g')
  await keepHouse(manager.app)
  await sql`update agent set lost_at = lost_at - interval '20 seconds' where id = 'node-g'`.execute(
    manager.app.db,
  )
  await keepHouse(manager.app)
  expect((await manager.admin.call(api.session.show, { id })).status).toBe('pending')
  await joinNode(manager, 'node-h')
  await schedule(manager.app)
  expect((await manager.admin.call(api.session.show, { id })).agentIds).toEqual(['node-h'])
})

test('a report held open is answered as soon as there is something to do', async () => {
  await sql`update agent set is_schedulable = false`.execute(manager.app.db)
  const node = await joinNode(manager, 'node-i')
  const first = await node.call(api.sync.sync, {
    id: 'node-i',
    observed: report(),
    desiredHash: '',
    waitMs: 0,
  })
  const waiting = node.call(api.sync.sync, {
    id: 'node-i',
    observed: report({ images: null }),
    desiredHash: first.desiredHash,
    waitMs: 15_000,
  })
  await startSession(manager, manager.admin)
  await schedule(manager.app)
  expect((await waiting).desired?.kernels).toHaveLength(1)
})

test('a report held open is answered when its agent sends the next one, which hears what there is to do', async () => {
  await sql`update agent set is_schedulable = false`.execute(manager.app.db)
  const node = await joinNode(manager, 'node-next')
  const send = (desiredHash: string, waitMs: number) =>
    node.call(api.sync.sync, {
      id: 'node-next',
      observed: report({ images: null }),
      desiredHash,
      waitMs,
    })
  const { desiredHash } = await send('', 0)
  const held = send(desiredHash, 30_000)
  const next = send(desiredHash, 20_000)
  expect(await held).toMatchObject({ desiredHash, desired: null })
  await startSession(manager, manager.admin)
  await schedule(manager.app)
  expect((await next).desired?.kernels).toHaveLength(1)
})

test('an agent is told all of a container once, and then only what is not as usual', async () => {
  await sql`update agent set is_schedulable = false`.execute(manager.app.db)
  const node = await joinNode(manager, 'node-holds')
  await joinNode(manager, 'node-holds-not')
  await sql`update agent set is_schedulable = (id = 'node-holds')`.execute(manager.app.db)
  const { id } = await startSession(manager, manager.admin)
  await schedule(manager.app)
  const [kernelId] = (await manager.admin.call(api.session.show, { id })).kernels.map(k => k.id)
  const runs = { kernels: [kernelReport(kernelId!)] }
  const nothing = { kernels: [], kept: [], dropped: [] }
  expect(await node.sync(runs)).toMatchObject({
    kernels: [{ kernelId, sessionId: id }],
    kept: [],
    dropped: [],
  })
  expect(await node.sync(runs, [kernelId!])).toMatchObject(nothing)
  const unknown = crypto.randomUUID()
  expect(await node.sync(runs, [unknown, kernelId!])).toMatchObject({
    ...nothing,
    dropped: [unknown],
  })
  // Who is told all of it is the agent that has it, whatever others say that they hold, and two that go by one name: each apart.
  const together = await readDesired(manager.app, [
    { id: 'node-holds-not', holds: [kernelId!] },
    { id: 'node-holds', holds: [] },
    { id: 'node-holds', holds: [kernelId!] },
  ])
  expect(together).toMatchObject([
    { kernels: [], kept: [], dropped: [kernelId] },
    { kernels: [{ kernelId }], kept: [], dropped: [] },
    nothing,
  ])

  const hashes: string[] = []
  const note = async () => hashes.push(...(await desiredHashes(manager.app, ['node-holds'])))
  await note()
  const app = manager.app.db
  const usual = { kernelId, desired: 'run', hasStarted: true, openApps: [], isLogComplete: false }
  await sql`update kernel set open_apps = '{jupyter}' where id = ${kernelId}`.execute(app)
  expect(await node.sync(runs, [kernelId!])).toMatchObject({
    ...nothing,
    kept: [{ ...usual, openApps: ['jupyter'] }],
  })
  await note()
  await sql`update kernel set open_apps = '{}', is_log_complete = true where id = ${kernelId}`.execute(
    app,
  )
  expect(await node.sync({}, [kernelId!])).toMatchObject({
    ...nothing,
    kept: [{ ...usual, isLogComplete: true }],
  })
  await note()
  await sql`update kernel set is_log_complete = false where id = ${kernelId}`.execute(app)
  await manager.admin.call(api.session.terminate, { ids: [id], force: false })
  expect(await node.sync(runs, [kernelId!])).toMatchObject({
    ...nothing,
    kept: [{ ...usual, desired: 'stop' }],
  })
  await note()
  const ended = { status: 'terminated' as const, endedAt: new Date().toISOString() }
  const isOver = [kernelReport(kernelId!, { ...ended, isLogComplete: true })]
  expect(await node.sync({ kernels: isOver }, [kernelId!])).toMatchObject({
    ...nothing,
    dropped: [kernelId],
  })
  await note()
  expect(new Set(hashes).size).toBe(5)
})

test('an agent cannot say that it holds more containers than any machine has', async () => {
  const node = await joinNode(manager, 'node-holds-many')
  const many = Array.from({ length: 10_001 }, () => crypto.randomUUID())
  await expect(node.sync({}, many)).rejects.toMatchObject({ code: 'invalid_input' })
})

test('AGT-02 the live use that a report leaves out is as it was', async () => {
  const node = await joinNode(manager, 'node-use')
  const usage = {
    at: new Date().toISOString(),
    cpuMilli: 1500,
    memBytes: 2 ** 30,
    diskBytes: 1,
    diskCapacityBytes: 2,
    networkReceivedBytes: 3,
    networkSentBytes: 4,
    devices: [],
  }
  await node.sync({ usage })
  await node.sync({ usage: null })
  expect((await manager.admin.call(api.agent.show, { id: 'node-use' })).usage).toEqual(usage)
})

test('AGT-02 what an agent says after its clock was set back is heard, though a report of before still waits', async () => {
  const node = await joinNode(manager, 'node-set-back')
  const { db } = manager.app
  const isHeld = Promise.withResolvers<void>()
  const release = Promise.withResolvers<void>()
  const holding = db.transaction().execute(async tx => {
    await sql`select 1 from agent where id = ${node.id} for update`.execute(tx)
    isHeld.resolve()
    await release.promise
  })
  await isHeld.promise
  const send = (order: number, given: Parameters<typeof report>[0] = {}) =>
    node.call(api.sync.sync, {
      id: node.id,
      observed: report({ images: null, ...given }),
      order,
      desiredHash: '',
      waitMs: 0,
    })
  const first = send(1)
  await expect
    .poll(async () => {
      const { rows } = await sql`select 1 from pg_locks where not granted`.execute(db)
      return rows.length
    })
    .toBeGreaterThan(0)
  const clock = new Date(Date.now() - 3_600_000).toISOString()
  const usage = {
    at: new Date().toISOString(),
    cpuMilli: 700,
    memBytes: 1,
    diskBytes: 1,
    diskCapacityBytes: 2,
    networkReceivedBytes: 3,
    networkSentBytes: 4,
    devices: [],
  }
  const sent = [first, send(2), send(3, { clock, usage })]
  // They have come when a later request was answered.
  for (let i = 0; i < 3; i++) await manager.admin.call(api.agent.show, { id: node.id })
  release.resolve()
  await Promise.all([holding, ...sent])
  expect((await manager.admin.call(api.agent.show, { id: node.id })).usage).toEqual(usage)
})

test('what stands for the work of an agent changes with all of it, and with nothing else', async () => {
  const node = await joinNode(manager, 'node-hash')
  await sql`update agent set is_schedulable = (id = 'node-hash')`.execute(manager.app.db)
  const hash = async () => {
    const input = { id: node.id, observed: report(), desiredHash: '', waitMs: 0 }
    return (await node.call(api.sync.sync, input)).desiredHash
  }
  const seen = [await hash()]
  const { id } = await startSession(manager, manager.admin)
  await schedule(manager.app)
  seen.push(await hash())
  const set = async (change: string): Promise<void> => {
    await sql`update kernel set ${sql.raw(change)} where session_id = ${id}`.execute(manager.app.db)
    seen.push(await hash())
  }
  await set(`open_apps = '{jupyter}'`)
  await set(`open_apps = '{jupyter,web}'`)
  await set(`status = 'terminating'`)
  expect(new Set(seen).size).toBe(seen.length)
  await set(`started_at = now(), container_id = 'c'`)
  await set(`status = 'terminated', ended_at = now()`)
  expect(seen.at(-2)).toBe(seen.at(-3))
  expect(seen.at(-1)).toBe(seen.at(-2))
  await set(`is_log_complete = true`)
  expect(seen.at(-1)).toBe(seen[0])
})
