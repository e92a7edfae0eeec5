import { api } from '@capstan/contract/api'
import { type CommandLine, openCommandLine } from '@capstan/testkit/command-line'
import { startTestManager, type TestManager } from '@capstan/testkit/manager'
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest'

// Each command is a process of its own.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 })

let manager: TestManager
let commandLine: CommandLine

beforeAll(async () => {
  manager = await startTestManager(inject('databaseUrl'))
  commandLine = await openCommandLine(manager)
})
afterAll(async () => {
  await commandLine.close()
  await manager.close()
})

test('PLS-10 a person is found by a part of the e-mail, or by their names, on the command line', async () => {
  const { call } = manager.admin
  await call(api.user.create, {
    email: 'ann.lee@example.test',
    name: 'ann',
    fullName: 'Ann Lee',
    password: 'engine-no-1',
  })
  await call(api.project.create, { name: 'lee-lattice' })
  const capstan = (...args: string[]) => commandLine.run(args, { as: manager.admin })
  const found = await capstan('search', 'lee')
  expect(found).toMatchObject({ code: 0, err: '' })
  expect(found.out.split('\n').map(line => line.split(/\s{2,}/))).toEqual([
    ['KIND', 'NAME', 'STATUS', 'DETAIL'],
    ['user', 'ann.lee@example.test', 'active', 'ann · Ann Lee'],
    ['project', 'lee-lattice', 'active', 'default'],
    [''],
  ])
  const json = await capstan('search', 'ann le', '--kinds', 'user', '--json')
  expect(api.search.find.output.parse(JSON.parse(json.out)).items).toMatchObject([
    { kind: 'user', name: 'ann.lee@example.test', match: 'prefix' },
  ])
  expect(await capstan('search', ' ')).toMatchObject({
    code: 1,
    err: expect.stringContaining('at least 1 character'),
  })
})
