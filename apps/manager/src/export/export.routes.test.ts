import { api } from '@capstan/contract/api'
import { apiPrefix, type Endpoint } from '@capstan/contract/endpoint'
import { toRequest } from '@capstan/contract/client'
import { startTestManager, type TestManager } from '@capstan/testkit/manager'
import { parse } from 'csv-parse/sync'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import type * as z from 'zod'
import { streamOf } from '../http/stream.ts'

let manager: TestManager
beforeEach(async () => {
  manager = await startTestManager(inject('databaseUrl'))
})
afterEach(() => manager.close())

const call = (): TestManager['admin']['call'] => manager.admin.call

const rowsOf = (csv: string): Record<string, string>[] => parse(csv, { columns: true, bom: true })

const addUsers = (...names: string[]): Promise<unknown> =>
  Promise.all(
    names.map(name =>
      call()(api.user.create, { email: `${name}@example.test`, name, password: 'engine-no-1' }),
    ),
  )

test('PLS-04 a list is had as CSV with all its fields, as its filters and order show it', async () => {
  await addUsers('ada', 'bob', 'cleo')
  const rows = rowsOf(await call()(api.export.user, { sort: '-email', status: ['active'] }))
  expect(rows.map(row => row['email'])).toEqual([
    'cleo@example.test',
    'bob@example.test',
    manager.admin.email,
    'ada@example.test',
  ])
  const { items } = await call()(api.user.list, { email: 'cleo' })
  expect(Object.keys(rows[0]!)).toEqual(Object.keys(items[0]!))
  expect(rows[0]).toMatchObject({ id: items[0]!.id, role: 'user', isSudoEnabled: 'false' })
  const found = rowsOf(await call()(api.export.user, { email: 'BOB' }))
  expect(found.map(row => row['name'])).toEqual(['bob'])
})

test('PLS-04 only what was picked is had, and JSON is what the list answers', async () => {
  await addUsers('ada', 'bob', 'cleo')
  const { items } = await call()(api.user.list, { sort: 'email' })
  const picked = items.filter(({ name }) => name === 'ada' || name === 'cleo')
  const text = await call()(api.export.user, {
    format: 'json',
    ids: picked.map(({ id }) => id),
    sort: 'email',
  })
  expect(JSON.parse(text)).toEqual(picked)
  expect(JSON.parse(await call()(api.export.user, { format: 'json', email: 'nobody' }))).toEqual([])
})

test('PLS-04 every list can be had whole, and only by those who may see it', async () => {
  const user = await manager.addUser()
  const exports: Readonly<Record<string, Endpoint<z.ZodType, z.ZodString>>> = api.export
  for (const [noun, endpoint] of Object.entries(exports)) {
    expect(rowsOf(await call()(endpoint, {})), noun).toBeInstanceOf(Array)
    const isForAll = ['session', 'service', 'project', 'operation'].includes(noun)
    const answer = user.call(endpoint, {}).then(
      () => true,
      () => false,
    )
    expect(await answer, noun).toBe(isForAll)
  }
})

test('PLS-04 a list of many pages is had whole, each row once and in order', async () => {
  await sql`insert into user_policy (name) select 'p' || lpad(n::text, 5, '0') from generate_series(1, 2300) as n`.execute(
    manager.app.db,
  )
  const rows = rowsOf(await call()(api.export.userPolicy, { sort: '-name' }))
  const names = rows.map(row => row['name']!)
  expect([names.length, names[0], names.at(-1)]).toEqual([2301, 'p02300', 'default'])
  expect(names).toEqual([...new Set(names)].sort().toReversed())
})

test('PLS-04 who administers a domain has only its people, whatever they pick', async () => {
  const other = await manager.addUser({ domainName: await manager.addDomain() })
  const admin = await manager.addUser({ role: 'admin' })
  const mine = rowsOf(await admin.call(api.export.user, {}))
  expect(mine.map(row => row['id'])).not.toContain(other.userId)
  expect(rowsOf(await admin.call(api.export.user, { ids: [other.userId] }))).toEqual([])
})

test('PLS-04 a name that a spreadsheet would run as a formula is neutralised', async () => {
  await call()(api.user.create, {
    email: 'eve@example.test',
    name: 'eve',
    fullName: '=HYPERLINK("http://evil.test")',
    password: 'engine-no-1',
  })
  const csv = await call()(api.export.user, { email: 'eve' })
  expect(csv).toContain(`"'=HYPERLINK(""http://evil.test"")"`)
})

test('PLS-04 the file has the name that was asked for, up to 255 characters, and Excel’s mark if wanted', async () => {
  const fileName = `${'사'.repeat(247)} '".csv`.replace('"', '')
  const signedIn = await manager.http.request(`${apiPrefix}/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: manager.admin.email, password: manager.admin.password }),
  })
  const cookie = signedIn.headers.get('set-cookie')!.split(';')[0]!
  const { target } = toRequest(api.export.user, { fileName, bom: true })
  const answer = await manager.http.request(target, { headers: { cookie } })
  const disposition = answer.headers.get('content-disposition')!
  expect(decodeURIComponent(/filename\*=UTF-8''(.*)$/.exec(disposition)![1]!)).toBe(fileName)
  expect([...new Uint8Array(await answer.arrayBuffer())].slice(0, 3)).toEqual([0xef, 0xbb, 0xbf])
  await expect(call()(api.export.user, { fileName: 'a'.repeat(256) })).rejects.toMatchObject({
    issues: [{ path: 'fileName', message: 'at most 255 characters' }],
  })
  await expect(call()(api.export.user, { fileName: '../x' })).rejects.toMatchObject({
    issues: [{ path: 'fileName' }],
  })
})

test('PLS-04 an export is written down', async () => {
  await call()(api.export.keypair, { userEmail: 'admin', fileName: 'keys.csv' })
  const entries = await manager.app.db
    .selectFrom('auditEntry')
    .selectAll()
    .where('operation', '=', 'keypair.export')
    .execute()
  expect(entries).toMatchObject([
    { operation: 'keypair.export', target: 'keys.csv', after: { userEmail: 'admin' } },
  ])
})

test('PLS-04 a slow reader holds back the reading, and one who leaves ends it', async () => {
  let made = 0
  let isEnded = false
  async function* pieces(): AsyncGenerator<string, void> {
    try {
      for (;;) yield `piece ${++made}`
    } finally {
      isEnded = true
    }
  }
  const reader = (await streamOf(pieces())).getReader()
  await reader.read()
  await reader.read()
  expect(made).toBeLessThanOrEqual(3)
  await reader.cancel()
  expect([made <= 3, isEnded]).toEqual([true, true])
})
