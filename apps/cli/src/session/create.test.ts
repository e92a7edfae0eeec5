import { api } from '@capstan/contract/api'
import type { SessionDetails } from '@capstan/contract/session'
import { schedule } from '@capstan/manager/scheduler/scheduler.loop'
import { type CommandLine, openCommandLine, type Ran } from '@capstan/testkit/command-line'
import { startTestManager, type TestManager } from '@capstan/testkit/manager'
import { joinNode } from '@capstan/testkit/node'
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
const named = async (name: string): Promise<SessionDetails> => {
  const { items } = await manager.admin.call(api.session.list, { name })
  return manager.admin.call(api.session.show, { id: items[0]!.id })
}

test('SES-01 a session is told from the command line after which others it starts, and shows them', async () => {
  await capstan('session create --image tiny --name clean -- true')
  await capstan('session create --image tiny --name fetch -- true')
  const made = await capstan('session create --image tiny --name train --after clean fetch -- true')
  expect(made).toEqual({ code: 0, out: 'train\n', err: '' })
  expect((await named('train')).after.map(({ name }) => name)).toEqual(['clean', 'fetch'])
  expect((await capstan('session show train')).out).toMatch(
    /^After\s+clean \(waiting\), fetch \(waiting\)$/m,
  )
  const refused = await capstan('session create --image tiny --after no-such -- true')
  expect(refused).toMatchObject({ code: 1, out: '' })
  expect(refused.err).toContain('there is no session no-such that you may see')
})

test('SES-01 SES-06 a session of several containers is asked for from the command line, which shows each of them', async () => {
  const made = await capstan(
    'session create --image tiny --name ring --cpu 0.5 --cluster-size 3 --cluster-mode multi-node',
  )
  expect(made).toEqual({ code: 0, out: 'ring\n', err: '' })
  await schedule(manager.app)
  const { out } = await capstan('session show ring')
  expect(out).toMatch(/^Resources\s+3 × .*0\.5 cores/m)
  expect(out).toMatch(/^Cluster mode\s+multi-node$/m)
  for (const hostname of ['main1', 'sub1', 'sub2'])
    expect(out).toMatch(new RegExp(`^${hostname}\\s+scheduled\\s+node-1`, 'm'))
})

test('SES-01 the priority of a session that waits is changed from the command line', async () => {
  await capstan('session create --image tiny --name patient --priority 5')
  const changed = await capstan('session priority patient 70')
  expect(changed).toEqual({ code: 0, out: 'patient: priority 70\n', err: '' })
  expect((await named('patient')).priority).toBe(70)
  expect((await capstan('session show patient')).out).toMatch(/^Position\s+1 of \d+$/m)
  expect((await capstan('session priority patient 170')).err).toContain('100')
})

test('SCH-01 SES-01 the priorities of several are changed with one command; one that is not there does not keep the others', async () => {
  for (const name of ['early', 'later'])
    await capstan(`session create --image tiny --name ${name} --priority 5`)
  const changed = await capstan('session priority early no-such later 60')
  expect(changed).toMatchObject({ code: 1, out: 'early: priority 60\nlater: priority 60\n' })
  expect(changed.err).toContain('there is no session called no-such')
  for (const name of ['early', 'later']) expect((await named(name)).priority).toBe(60)
  await manager.admin.call(api.session.terminate, { ids: [(await named('early')).id] })
  expect(await capstan(`session priority ${(await named('early')).id} later 70`)).toEqual({
    code: 1,
    out: 'later: priority 70\n',
    err: expect.stringContaining('waits no more') as string,
  })
  expect(await capstan('session priority early later')).toMatchObject({
    code: 2,
    err: expect.stringContaining("'later' is invalid for argument 'number'"),
  })
})

test('SES-01 an administrator asks from the command line for a session of somebody else, in the projects of that one', async () => {
  const owner = await manager.addUser()
  const made = await capstan(`session create --image tiny --name given --owner ${owner.email}`)
  expect(made).toEqual({ code: 0, out: 'given\n', err: '' })
  expect(await named('given')).toMatchObject({ userEmail: owner.email, projectName: 'default' })
  expect((await named('given')).designatedAgentIds).toEqual([])
  await capstan('session create --image tiny --name here --agent node-1')
  expect((await named('here')).designatedAgentIds).toEqual(['node-1'])
  const refused = await commandLine.run(
    ['session', 'create', '--image', 'tiny', '--owner', manager.admin.email],
    { as: owner },
  )
  expect(refused).toMatchObject({ code: 1, out: '' })
  expect(refused.err).toContain('You may not do that')
})
