import { api } from '@capstan/contract/api'
import { startTestManager, type TestManager } from '@capstan/testkit/manager'
import { joinNode, kernelReport } from '@capstan/testkit/node'
import { startSession } from '@capstan/testkit/session'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import { schedule } from '../scheduler/scheduler.loop.ts'
import { sweep } from './sweep.loop.ts'

let manager: TestManager
beforeEach(async () => {
  manager = await startTestManager(inject('databaseUrl'))
})
afterEach(() => manager.close())

test('SES-08 a session whose containers have all ended, as a restored backup may have them, ends too', async () => {
  const node = await joinNode(manager, 'node-a')
  const [ended, runs] = [
    await startSession(manager, manager.admin),
    await startSession(manager, manager.admin),
  ]
  await schedule(manager.app)
  const shown = (id: string) => manager.admin.call(api.session.show, { id })
  const kernelOf = async (id: string): Promise<string> => (await shown(id)).kernels[0]!.id
  await node.sync({
    kernels: [kernelReport(await kernelOf(ended.id)), kernelReport(await kernelOf(runs.id))],
  })
  await sql`update kernel set status = 'terminated', ended_at = now() where session_id = ${ended.id}`.execute(
    manager.app.db,
  )
  await sweep(manager.app)
  expect((await shown(ended.id)).status).toBe('terminated')
  expect((await shown(runs.id)).status).toBe('running')
})

test('samples of use are kept for a day', async () => {
  const kernelId = crypto.randomUUID()
  await sql`
    insert into kernel_usage (kernel_id, at, cpu_milli, mem_bytes)
    select ${kernelId}, now() - make_interval(hours => hours), hours, 0 from unnest(array[23, 25]) as hours`.execute(
    manager.app.db,
  )
  await sweep(manager.app)
  const { rows } = await sql`select cpu_milli from kernel_usage`.execute(manager.app.db)
  expect(rows).toEqual([{ cpuMilli: 23 }])
})
