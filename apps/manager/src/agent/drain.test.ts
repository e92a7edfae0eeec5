import { api } from '@capstan/contract/api'
import type { SessionDetails } from '@capstan/contract/session'
import { startTestManager, type TestManager } from '@capstan/testkit/manager'
import { joinNode, kernelReport } from '@capstan/testkit/node'
import { startSession } from '@capstan/testkit/session'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, inject, test, vi } from 'vitest'
import { tryPlacing } from '../db/placing.ts'
import { schedule } from '../scheduler/scheduler.loop.ts'
import { keepHouse } from '../session/housekeeper.loop.ts'

let manager: TestManager
beforeEach(async () => {
  manager = await startTestManager(inject('databaseUrl'))
})
afterEach(() => manager.close())

const id = 'node-1'
const call = (): TestManager['admin']['call'] => manager.admin.call
const show = (sessionId: string): Promise<SessionDetails> =>
  call()(api.session.show, { id: sessionId })
const showAgent = () => call()(api.agent.show, { id })
const round = () => schedule(manager.app)

/** A session that runs on the only agent, and what the agent says of its container from then on. */
async function running(node: Awaited<ReturnType<typeof joinNode>>) {
  const session = await startSession(manager, manager.admin)
  await round()
  const kernel = (await show(session.id)).kernels[0]!
  const said = kernelReport(kernel.id)
  await node.sync({ kernels: [said] })
  return { id: session.id, said }
}

test('AGT-04 switched off, an agent takes no new session and keeps those that run; on again it takes part at once', async () => {
  const node = await joinNode(manager, id)
  const { id: first, said } = await running(node)
  expect(await call()(api.agent.update, { id, isSchedulable: false })).toMatchObject({
    isSchedulable: false,
    drain: null,
  })
  const second = await startSession(manager, manager.admin)
  await round()
  await keepHouse(manager.app)
  expect((await show(second.id)).status).toBe('pending')
  expect((await show(first)).status).toBe('running')
  expect((await node.sync({ kernels: [said] })).kernels).toMatchObject([{ desired: 'run' }])
  await call()(api.agent.update, { id, isSchedulable: true })
  await round()
  expect((await show(second.id)).status).toBe('scheduled')
})

test('AGT-05 an agent that is drained takes nothing new and lets sessions finish; cancelled, it takes part at once', async () => {
  const node = await joinNode(manager, id)
  const { id: first } = await running(node)
  const drained = await call()(api.agent.drain, { id })
  expect(drained.drain).toMatchObject({ mode: 'finish', deadlineAt: null })
  expect(drained.isSchedulable).toBe(true)
  const group = await call()(api.group.show, { name: 'default' })
  expect(group).toMatchObject({ agentCount: 0, capacity: {} })
  const second = await startSession(manager, manager.admin)
  await round()
  await keepHouse(manager.app)
  expect((await show(second.id)).status).toBe('pending')
  expect((await show(first)).status).toBe('running')
  expect((await call()(api.agent.cancelDrain, { id })).drain).toBeNull()
  await round()
  expect((await show(second.id)).status).toBe('scheduled')
})

test('AGT-05 what still runs at the deadline of a drain is ended politely, and its reason names the drain', async () => {
  const node = await joinNode(manager, id)
  const { id: first, said } = await running(node)
  const { drain } = await call()(api.agent.drain, { id, deadlineS: 3600 })
  const left = Date.parse(drain!.deadlineAt!) - Date.parse(drain!.startedAt)
  expect(left).toBe(3_600_000)
  await keepHouse(manager.app)
  expect((await show(first)).status).toBe('running')
  // The managers' clock is the database's: an hour goes by for the drain.
  await sql`update agent set drain_deadline_at = now() - interval '1 second'`.execute(
    manager.app.db,
  )
  await keepHouse(manager.app)
  await keepHouse(manager.app)
  const reason = {
    code: 'agent_drained',
    message: 'Agent node-1 was drained for maintenance, and the time to finish was over',
  }
  expect(await show(first)).toMatchObject({ status: 'terminating', reason })
  expect((await node.sync({ kernels: [said] })).kernels).toMatchObject([{ desired: 'stop' }])
  await node.sync({ kernels: [{ ...said, status: 'terminated', exitCode: 137 }] })
  const ended = await show(first)
  expect(ended).toMatchObject({ status: 'terminated', reason })
  expect(ended.history.filter(({ status }) => status === 'terminating')).toHaveLength(1)
  expect(await showAgent()).toMatchObject({ sessionCount: 0, used: {}, drain: { mode: 'finish' } })
})

test('AGT-05 a drain that ends what runs does it at once, also what has only just been given to the agent', async () => {
  const node = await joinNode(manager, id)
  const { id: first } = await running(node)
  const second = await startSession(manager, manager.admin)
  await round()
  const { drain } = await call()(api.agent.drain, { id, mode: 'end' })
  expect(drain).toMatchObject({ mode: 'end', deadlineAt: drain!.startedAt })
  await keepHouse(manager.app)
  for (const sessionId of [first, second.id])
    expect(await show(sessionId)).toMatchObject({
      status: 'terminating',
      reason: { message: 'Agent node-1 was drained for maintenance' },
    })
})

test('AGT-05 a drain goes on when the agent is started again, and can be given another end', async () => {
  const node = await joinNode(manager, id)
  const { startedAt } = (await call()(api.agent.drain, { id, deadlineS: 60 })).drain!
  await node.call(api.sync.leave, { id, reason: 'Restarted' })
  await node.sync()
  expect((await showAgent()).drain).toMatchObject({ mode: 'finish', startedAt })
  const later = await call()(api.agent.drain, { id, deadlineS: null })
  expect(later.drain).toEqual({ mode: 'finish', startedAt, deadlineAt: null })
})

test('AGT-05 a drain is answered only after the turn that read the agent before it: nothing is placed there later', async () => {
  await joinNode(manager, id)
  const order: string[] = []
  const { db } = manager.app
  const drained = db.transaction().execute(async tx => {
    expect(await tryPlacing(tx)).toBe(true)
    const answer = call()(api.agent.drain, { id }).then(() => order.push('drained'))
    await vi.waitFor(async () => {
      const { rows } = await sql`
        select 1 from pg_locks where locktype = 'advisory' and not granted
          and database = (select oid from pg_database where datname = current_database())`.execute(
        db,
      )
      expect(rows).toHaveLength(1)
    }, 10_000)
    order.push('turn')
    return { answer }
  })
  await (
    await drained
  ).answer
  expect(order).toEqual(['turn', 'drained'])
})

test('AGT-05 a drain of an agent that is not there, or that ends at once with a deadline, is refused', async () => {
  await joinNode(manager, id)
  for (const endpoint of [api.agent.drain, api.agent.cancelDrain])
    await expect(call()(endpoint, { id: 'nobody' })).rejects.toMatchObject({
      code: 'agent_not_found',
    })
  await expect(call()(api.agent.drain, { id, mode: 'end', deadlineS: 60 })).rejects.toMatchObject({
    code: 'invalid_input',
    issues: [{ path: 'deadlineS' }],
  })
})

test('AGT-05 AGT-06 what a drained agent was to end ends also when that agent is lost; should it return, it removes its containers', async () => {
  const node = await joinNode(manager, id)
  const { id: sessionId, said } = await running(node)
  await call()(api.agent.drain, { id, mode: 'end' })
  const { db } = manager.app
  const goesBy = async (column: 'last_contact_at' | 'lost_at'): Promise<void> => {
    await sql`update agent set ${sql.ref(column)} = now() - interval '20 seconds'`.execute(db)
    await keepHouse(manager.app)
  }
  await goesBy('last_contact_at')
  // It may be back in a moment.
  expect((await show(sessionId)).status).toBe('terminating')
  expect((await showAgent()).used).toEqual({ cpu: 1, mem: 2 ** 28 })
  await goesBy('lost_at')
  await keepHouse(manager.app)
  const ended = await show(sessionId)
  expect(ended).toMatchObject({ status: 'terminated', reason: { code: 'agent_drained' } })
  expect(ended.kernels[0]!.reason?.code).toBe('agent_drained')
  expect(ended.history.filter(({ status }) => status === 'terminated')).toHaveLength(1)
  expect(await showAgent()).toMatchObject({ used: {}, sessionCount: 0 })
  const { kernels } = await node.sync({ kernels: [said] })
  expect(kernels).toMatchObject([{ kernelId: said.kernelId, desired: 'stop' }])
  const over = { ...said, status: 'terminated', exitCode: 143, isLogComplete: true } as const
  expect((await node.sync({ kernels: [over] })).kernels).toEqual([])
  expect(await show(sessionId)).toMatchObject({ status: 'terminated', history: ended.history })
})
