import { api } from '@capstan/contract/api'
import { startTestManager, type TestManager, type TestUser } from '@capstan/testkit/manager'
import { type FakeNode, joinNode, kernelReport } from '@capstan/testkit/node'
import { startSession } from '@capstan/testkit/session'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { schedule } from '../scheduler/scheduler.loop.ts'

let manager: TestManager
let node: FakeNode
let user: TestUser
beforeAll(async () => {
  manager = await startTestManager(inject('databaseUrl'))
  node = await joinNode(manager, 'node-1', { capacity: { cpu: 64, mem: 2 ** 40 } })
  user = await manager.addUser()
})
afterAll(() => manager.close())

/** Queues a session and has the agent run it; answers its ids. */
async function runSession(
  given: Parameters<typeof startSession>[2] = {},
): Promise<{ id: string; kernelId: string }> {
  const { id } = await startSession(manager, user, given)
  await schedule(manager.app)
  const { kernels } = await user.call(api.session.show, { id })
  const kernelId = kernels[0]!.id
  await node.sync({ kernels: [kernelReport(kernelId)] })
  return { id, kernelId }
}

test('SES-01 a session is queued with its name, image, resources and environment, whose values are not shown again', async () => {
  const session = await startSession(manager, user, {
    name: 'my-first',
    environ: { TOKEN: 'hush' },
    type: 'batch',
    startupCommand: 'true',
  })
  expect(session).toMatchObject({
    name: 'my-first',
    status: 'pending',
    type: 'batch',
    environNames: ['TOKEN'],
    resources: { cpu: 1 },
  })
  expect(JSON.stringify(session)).not.toContain('hush')
})

test('SES-01 a batch session without a command is refused at the field', async () => {
  await expect(startSession(manager, user, { type: 'batch' })).rejects.toMatchObject({
    code: 'invalid_input',
    issues: [{ path: 'startupCommand' }],
  })
})

test('SES-01 a request that no agent could ever hold is refused with the figures', async () => {
  await expect(
    startSession(manager, user, { resources: { cpu: 1000, mem: 2 ** 30 } }),
  ).rejects.toMatchObject({
    code: 'never_fits',
    message: expect.stringContaining('needs 1000 cores; the largest agent of default has 64 cores'),
  })
})

test('SES-02 each transition has a time and stands in the history', async () => {
  const { id } = await startSession(manager, user)
  await schedule(manager.app)
  const kernelId = (await user.call(api.session.show, { id })).kernels[0]!.id
  for (const status of ['preparing', 'pulling', 'creating', 'running'] as const)
    await node.sync({
      kernels: [
        kernelReport(kernelId, { status, ...(status !== 'running' && { startedAt: null }) }),
      ],
    })
  await user.call(api.session.terminate, { ids: [id] })
  await node.sync({ kernels: [kernelReport(kernelId, { status: 'terminated', exitCode: 143 })] })
  const { history, status, startedAt, endedAt } = await user.call(api.session.show, { id })
  expect(history.map(entry => entry.status)).toEqual([
    'pending',
    'scheduled',
    'preparing',
    'pulling',
    'creating',
    'running',
    'terminating',
    'terminated',
  ])
  expect([status, typeof startedAt, typeof endedAt]).toEqual(['terminated', 'string', 'string'])
})

test('SES-05 a batch session keeps its result and exit code', async () => {
  const { id, kernelId } = await runSession({ type: 'batch', startupCommand: 'exit 3' })
  await node.sync({ kernels: [kernelReport(kernelId, { status: 'terminated', exitCode: 3 })] })
  expect(await user.call(api.session.show, { id })).toMatchObject({
    status: 'terminated',
    result: 'failure',
    exitCode: 3,
  })
})

test('SES-05 the log of a batch session is kept in full, piece by piece, and a piece sent twice counts once', async () => {
  const { id, kernelId } = await runSession({ type: 'batch', startupCommand: 'x' })
  const send = (offset: number, text: string, isComplete = false): Promise<{ offset: number }> =>
    node.call(api.sync.appendLog, {
      id: node.id,
      kernelId,
      offset,
      data: Buffer.from(text).toString('base64'),
      isComplete,
    })
  await send(0, 'hällo ')
  expect(await send(0, 'hällo ')).toEqual({ offset: 7 })
  await send(7, 'world', true)
  await node.sync({
    kernels: [kernelReport(kernelId, { status: 'terminated', exitCode: 0, isLogComplete: true })],
  })
  expect(await user.call(api.session.log, { id })).toMatchObject({
    text: 'hällo world',
    nextOffset: 12,
    isComplete: true,
  })
  expect(await user.call(api.session.log, { id, offset: -5 })).toMatchObject({
    text: 'world',
    offset: 7,
  })
})

test('SES-07 a session that went over its memory ends with that reason', async () => {
  const { id, kernelId } = await runSession()
  const reason = { code: 'out_of_memory', message: 'It used more than 256 MiB', isRetryable: false }
  await node.sync({
    kernels: [kernelReport(kernelId, { status: 'terminated', exitCode: 137, reason })],
  })
  expect(await user.call(api.session.show, { id })).toMatchObject({
    status: 'terminated',
    reason: { code: 'out_of_memory' },
  })
})

test('SES-08 ending a pending session cancels it; ending it again says so', async () => {
  const { id } = await startSession(manager, user)
  const end = async (): Promise<string> =>
    (await user.call(api.session.terminate, { ids: [id] })).items[0]!.outcome
  expect([await end(), await end()]).toEqual(['cancelled', 'already_ended'])
})

test('SES-08 ending by force frees what it holds at once, and the agent is told to remove the container', async () => {
  const { id, kernelId } = await runSession()
  const used = async (): Promise<number> =>
    (await manager.admin.call(api.agent.show, { id: node.id })).used['cpu'] ?? 0
  const before = await used()
  expect(
    (await user.call(api.session.terminate, { ids: [id], force: true })).items[0]!.outcome,
  ).toBe('terminated')
  expect(await used()).toBe(before - 1)
  const desired = await node.sync()
  expect(desired.kernels.find(kernel => kernel.kernelId === kernelId)?.desired).toBe('stop')
  await node.sync({
    kernels: [kernelReport(kernelId, { status: 'terminated', isLogComplete: true })],
  })
  expect((await node.sync()).kernels.some(kernel => kernel.kernelId === kernelId)).toBe(false)
  expect(await used()).toBe(before - 1)
})

test('SES-08 twenty requests at once to end a session free it exactly once', async () => {
  const { id, kernelId } = await runSession()
  await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      user.call(api.session.terminate, { ids: [id], force: i % 2 === 0 }),
    ),
  )
  await node.sync({
    kernels: [kernelReport(kernelId, { status: 'terminated', isLogComplete: true })],
  })
  const { status, history } = await user.call(api.session.show, { id })
  expect(status).toBe('terminated')
  expect(history.filter(entry => entry.status === 'terminated')).toHaveLength(1)
})

test('SES-08 a live session can be renamed, but not to a name that another live one has', async () => {
  const first = await startSession(manager, user)
  const second = await startSession(manager, user)
  expect(await user.call(api.session.rename, { id: first.id, name: 'renamed-1' })).toMatchObject({
    name: 'renamed-1',
  })
  await expect(
    user.call(api.session.rename, { id: second.id, name: 'Renamed-1' }),
  ).rejects.toMatchObject({
    code: 'session_name_taken',
    issues: [{ path: 'name' }],
  })
})

test('a second live session of the same name is refused; once the first has ended the name is free', async () => {
  const { id } = await startSession(manager, user, { name: 'same-name' })
  await expect(startSession(manager, user, { name: 'same-name' })).rejects.toMatchObject({
    code: 'session_name_taken',
  })
  await user.call(api.session.terminate, { ids: [id] })
  expect((await startSession(manager, user, { name: 'same-name' })).status).toBe('pending')
})

test("another user's session looks absent, whatever is asked of it", async () => {
  const { id } = await startSession(manager, user)
  const other = await manager.addUser()
  await expect(other.call(api.session.show, { id })).rejects.toMatchObject({
    code: 'session_not_found',
  })
  await expect(other.call(api.session.log, { id })).rejects.toMatchObject({
    code: 'session_not_found',
  })
  await expect(other.call(api.session.openTerminal, { id })).rejects.toMatchObject({
    code: 'session_not_found',
  })
  expect((await other.call(api.session.terminate, { ids: [id] })).items[0]!.outcome).toBe(
    'not_found',
  )
  expect((await other.call(api.session.list, {})).items).toEqual([])
})

test('a domain administrator sees the sessions of their domain only', async () => {
  const domainName = await manager.addDomain()
  const stranger = await manager.addUser({ role: 'admin', domainName })
  const neighbour = await manager.addUser({ role: 'admin' })
  const { id } = await startSession(manager, user)
  await expect(stranger.call(api.session.show, { id })).rejects.toMatchObject({
    code: 'session_not_found',
  })
  expect((await neighbour.call(api.session.show, { id })).id).toBe(id)
})

test('SES-03 the list is filtered, sorted and paged by the database', async () => {
  const someone = await manager.addUser()
  const names = ['page-a', 'page-b', 'page-c', 'other']
  for (const name of names) await startSession(manager, someone, { name })
  const first = await someone.call(api.session.list, { name: 'PAGE', sort: '-name', limit: 2 })
  expect(first).toMatchObject({ count: 3, isCountExact: true })
  const second = await someone.call(api.session.list, {
    name: 'PAGE',
    sort: '-name',
    limit: 2,
    cursor: first.nextCursor!,
  })
  expect([...first.items, ...second.items].map(session => session.name)).toEqual([
    'page-c',
    'page-b',
    'page-a',
  ])
  expect(second.nextCursor).toBeNull()
  expect((await someone.call(api.session.list, { name: '%' })).items).toEqual([])
})

test('SES-08 a start that fails is tried again and given up after the third time, with the reason', async () => {
  const { id } = await startSession(manager, user)
  for (let attempt = 0; attempt < 3; attempt++) {
    await schedule(manager.app)
    const kernelId = (await user.call(api.session.show, { id })).kernels[0]!.id
    const reason = {
      code: 'pull_failed',
      message: 'the registry did not answer',
      isRetryable: true,
    }
    await node.sync({
      kernels: [
        kernelReport(kernelId, {
          status: 'terminated',
          startedAt: null,
          containerId: null,
          reason,
          isLogComplete: true,
        }),
      ],
    })
  }
  expect(await user.call(api.session.show, { id })).toMatchObject({
    status: 'error',
    reason: { code: 'pull_failed' },
  })
})
