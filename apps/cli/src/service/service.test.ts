import { api } from '@capstan/contract/api'
import { keepReplicas } from '@capstan/manager/service/replicas.loop'
import { schedule } from '@capstan/manager/scheduler/scheduler.loop'
import { type CommandLine, openCommandLine, type Ran } from '@capstan/testkit/command-line'
import { startTestManager, type TestManager } from '@capstan/testkit/manager'
import { joinNode } from '@capstan/testkit/node'
import { startService } from '@capstan/testkit/session'
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

const capstan = (line: string): Promise<Ran> =>
  commandLine.run(line.split(' '), { as: manager.admin })

test('a service is started, listed, shown, scaled and ended from the command line', async () => {
  const made = await capstan(
    'service create --image tiny --name llama --replicas 2 --cpu 0.5 -e MODEL=x -- serve --port 8000',
  )
  expect(made).toEqual({ code: 0, out: 'llama\n', err: '' })
  await keepReplicas(manager.app)
  await schedule(manager.app)
  expect((await capstan('service list')).out).toMatch(/^llama\s+0 of 2 running\s/m)
  const { out } = await capstan('service show llama')
  expect(out).toMatch(/^Command\s+serve --port 8000$/m)
  expect(out).toMatch(/^Variables\s+MODEL$/m)
  for (const name of ['llama-1', 'llama-2'])
    expect(out).toMatch(new RegExp(`^${name}\\s+scheduled\\s+node-1\\s`, 'm'))
  expect(await capstan('service scale llama 1')).toMatchObject({ out: 'llama: 1 replica\n' })
  expect(await capstan('service rm llama no-such')).toEqual({
    code: 1,
    out: 'llama: ended\n',
    err: 'capstan: there is no service called no-such\n',
  })
  expect((await capstan('service list')).out).not.toContain('llama')
  expect((await capstan('service list --all')).out).toMatch(/^llama\s+ended\s/m)
  expect(await capstan('service create --image tiny')).toMatchObject({
    code: 2,
    err: expect.stringContaining("missing required argument 'command'"),
  })
})

test('a service that is older than many of like names is found, and one of many replicas says that not all are shown', async () => {
  await startService(manager.admin, { name: 'many', replicaCount: 201 })
  await keepReplicas(manager.app)
  const like = Array.from({ length: 200 }, async (_, number) => {
    const { id } = await startService(manager.admin, { name: `many-${number}`, replicaCount: 0 })
    await manager.admin.call(api.service.terminate, { id })
  })
  await Promise.all(like)
  expect(await capstan('service show many')).toMatchObject({
    code: 0,
    err: 'There are more: see "session list --name many-"\n',
  })
})
