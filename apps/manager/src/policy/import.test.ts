import { api } from '@capstan/contract/api'
import { startTestManager, type TestManager } from '@capstan/testkit/manager'
import { joinNode } from '@capstan/testkit/node'
import { startSession } from '@capstan/testkit/session'
import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import { schedule } from '../scheduler/scheduler.loop.ts'

let manager: TestManager
let call: TestManager['admin']['call']
beforeEach(async () => {
  manager = await startTestManager(inject('databaseUrl'))
  call = manager.admin.call
})
afterEach(() => manager.close())

test('POL-32 a file that was saved is read again: what differs is changed, what is new is created, the rest stays', async () => {
  await call(api.keypairPolicy.create, {
    name: 'lab',
    maxResources: { cpu: 4, mem: 2 ** 30 },
    maxClusterSize: 3,
    allowedVolumes: { home: ['create-folder'] },
  })
  const file = await call(api.export.keypairPolicy, {})
  expect(await call(api.keypairPolicy.checkImport, { csv: file })).toMatchObject({
    createCount: 0,
    updateCount: 0,
    unchangedCount: 2,
    problems: [],
    notices: [],
  })
  const [head = '', ...rows] = file.trim().split(/\r?\n/)
  const lab = rows.find(row => row.startsWith('lab'))!
  const csv = [head, lab.replace('cpu=4', 'cpu=8'), lab.replace('lab', 'lab2')].join('\n')
  const seen = await call(api.keypairPolicy.checkImport, { csv })
  expect(seen).toMatchObject({ createCount: 1, updateCount: 1, unchangedCount: 0 })
  await expect(call(api.keypairPolicy.show, { name: 'lab2' })).rejects.toMatchObject({
    code: 'policy_not_found',
  })

  expect(await call(api.keypairPolicy.import, { csv })).toEqual(seen)
  const limits = { maxClusterSize: 3, allowedVolumes: { home: ['create-folder'] } }
  expect(await call(api.keypairPolicy.show, { name: 'lab' })).toMatchObject({
    ...limits,
    maxResources: { cpu: 8, mem: 2 ** 30 },
  })
  expect(await call(api.keypairPolicy.show, { name: 'lab2' })).toMatchObject({
    ...limits,
    maxResources: { cpu: 4, mem: 2 ** 30 },
  })
})

test('POL-32 a file with mistakes names each by line and column, and none of it is done', async () => {
  const csv = 'name;maxFolderCount;Colour\ngood;3;red\nnot good;3;\nbad;many;\ngood;4;\n'
  const seen = await call(api.userPolicy.checkImport, { csv })
  expect(seen.problems).toEqual([
    expect.objectContaining({ line: 3, column: 'name' }),
    expect.objectContaining({ line: 4, column: 'maxFolderCount', name: 'bad' }),
    { line: 5, column: 'name', name: 'good', message: 'stands in line 2 too' },
  ])
  expect(seen.notices).toEqual(['Columns that are not known here are left out: Colour'])
  await expect(call(api.userPolicy.import, { csv })).rejects.toMatchObject({
    code: 'rows_refused',
    issues: expect.arrayContaining([{ path: 'line 5, name', message: 'stands in line 2 too' }]),
  })
  expect((await call(api.userPolicy.list, {})).items.map(({ name }) => name)).toEqual(['default'])
})

test('POL-32 PLS-05 each policy of a file stands in the log by itself, and is undone by itself', async () => {
  const csv = 'name,maxFolderCount\ndefault,7\nlab,3\n'
  await call(api.userPolicy.import, { csv })
  const { items } = await call(api.operation.list, { noun: 'userPolicy' })
  expect(items.map(({ operation, target }) => `${operation} ${target}`).sort()).toEqual([
    'userPolicy.create lab',
    'userPolicy.update default',
  ])
  await call(api.operation.undo, { id: items.find(({ target }) => target === 'lab')!.id })
  const { items: left } = await call(api.userPolicy.list, {})
  expect(left).toEqual([expect.objectContaining({ name: 'default', maxFolderCount: 7 })])
})

test('POL-32 two who import the same new policy at once do not overwrite each other', async () => {
  const outcomes = await Promise.allSettled(
    [3, 4].map(count =>
      call(api.projectPolicy.import, { csv: `name,maxFolderCount\nlab,${count}\n` }),
    ),
  )
  const { maxFolderCount } = await call(api.projectPolicy.show, { name: 'lab' })
  const { items } = await call(api.operation.list, { noun: 'projectPolicy', outcome: 'done' })
  // Either the second was refused, or it saw what the first had made, and that it changed it is told.
  const created = items.filter(({ operation }) => operation === 'projectPolicy.create')
  expect(created).toHaveLength(1)
  expect(items).toHaveLength(outcomes.filter(({ status }) => status === 'fulfilled').length)
  expect([3, 4]).toContain(maxFolderCount)
})

test('POL-08 POL-32 before an import the policies that change are named, and who has more in use than they will allow', async () => {
  await call(api.keypairPolicy.create, { name: 'lab', maxConcurrentCount: 5 })
  await call(api.keypairPolicy.create, { name: 'same', maxConcurrentCount: 5 })
  await joinNode(manager, 'node-1')
  await startSession(manager, manager.admin, { resources: { cpu: 2, mem: 2 ** 30 } })
  await schedule(manager.app)
  const csv = 'name,maxResources,maxConcurrentCount\nlab,,4\ndefault,cpu=1,\nsame,,5\nnew,,1\n'
  const seen = await call(api.keypairPolicy.checkImport, { csv })
  expect(seen).toMatchObject({
    updateCount: 2,
    followerCount: 1,
    overCount: 1,
    changed: [
      { name: 'lab', followerCount: 0, overCount: 0 },
      { name: 'default', followerCount: 1, overCount: 1 },
    ],
    over: [
      {
        policy: 'default',
        follower: manager.admin.accessKey,
        owner: manager.admin.email,
        message: '2 cores in use; 1 core would be allowed',
      },
    ],
  })
  const fits = await call(api.keypairPolicy.checkImport, { csv: csv.replace('cpu=1', 'cpu=2') })
  expect(fits).toMatchObject({ updateCount: 2, overCount: 0, over: [] })
  expect(await call(api.keypairPolicy.import, { csv })).toEqual(seen)
  const { changed } = await call(api.userPolicy.checkImport, {
    csv: 'name,maxFolderCount\ndefault,1\n',
  })
  expect(changed).toEqual([{ name: 'default', followerCount: 1, overCount: 0 }])
})
