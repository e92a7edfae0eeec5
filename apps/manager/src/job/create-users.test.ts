import { api } from '@capstan/contract/api'
import type { Job } from '@capstan/contract/job'
import { startTestManager, type TestManager } from '@capstan/testkit/manager'
import { parse } from 'csv-parse/sync'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import { runJobs, workOn } from './job.loop.ts'

let manager: TestManager
beforeEach(async () => {
  manager = await startTestManager(inject('databaseUrl'))
})
afterEach(() => manager.close())

const call = (): TestManager['admin']['call'] => manager.admin.call
const finishAll = (): Promise<void> => runJobs(manager.app, new AbortController().signal)

const fromCsv = (csv: string, defaults = {}) =>
  ({ kind: 'user.create', source: { from: 'csv', csv }, defaults }) as const

const start = (csv: string, defaults = {}): Promise<Job> =>
  call()(api.job.create, fromCsv(csv, defaults))

const show = ({ id }: Job): Promise<Job> => call()(api.job.show, { id })

test('USR-14 users are created from a pattern, each in the projects and with the policy of all, and sign in with their passwords', async () => {
  await call()(api.userPolicy.create, { name: 'students' })
  const request = {
    kind: 'user.create',
    source: { from: 'pattern', prefix: 'student-', count: 10, emailDomain: 'uni.test' },
    defaults: { policy: 'students' },
  } as const
  const preview = await call()(api.job.preview, request)
  expect(preview).toMatchObject({ count: 10, changeCount: 10, problemCount: 0 })
  expect(preview.sample[0]).toBe('student-01@uni.test')
  const job = await call()(api.job.create, request)
  expect((await call()(api.user.list, {})).count).toBe(1)
  await finishAll()
  const done = await show(job)
  expect(done).toMatchObject({ status: 'done', doneCount: 10, progress: 1, passwords: 'ready' })
  const { items } = await call()(api.user.list, { name: 'student' })
  expect(items).toHaveLength(10)
  const user = await call()(api.user.show, { id: items[0]!.id })
  expect(user).toMatchObject({
    email: 'student-01@uni.test',
    policy: 'students',
    isPasswordChangeRequired: true,
    keypairCount: 1,
    projects: [{ name: 'default' }, { name: 'model-store' }],
  })
  const sheet = await call()(api.job.passwords, { id: job.id })
  const rows: Record<string, string>[] = parse(sheet, { columns: true, bom: true })
  expect(rows).toHaveLength(10)
  const { email = '', password = '' } = rows[9]!
  expect((await manager.anonymous(api.account.signIn, { email, password })).email).toBe(email)
})

test('USR-14 a file is read whatever its delimiter and heads, and what is given in a row stands over what all are', async () => {
  const csv = '\uFEFFE-mail;User Name;Full_name;Role;Need password change;Projects;Password\r\n'
  const job = await start(
    `${csv}ada@uni.test;ada;'=Ada;Admin;no;default;engine-no-1\r\n"bob@uni.test";bob;"Bob;\r\nB";;;;\r\n`.replace(
      '"Bob;\r\nB"',
      '"Bob; B"',
    ),
    { isSudoEnabled: true },
  )
  await finishAll()
  expect(await show(job)).toMatchObject({ status: 'done', doneCount: 2 })
  const { items } = await call()(api.user.list, { email: 'uni.test' })
  expect(items).toMatchObject([
    { fullName: '=Ada', role: 'admin', isPasswordChangeRequired: false, isSudoEnabled: true },
    { fullName: 'Bob; B', role: 'user', isPasswordChangeRequired: true },
  ])
  const password = 'engine-no-1'
  await manager.anonymous(api.account.signIn, { email: 'ada@uni.test', password })
  const sheet = await call()(api.job.passwords, { id: job.id })
  expect(sheet).not.toContain('ada@uni.test')
  expect(sheet).toContain('bob@uni.test')
})

test('USR-14 every error of every row is said before anything is written, with line and column', async () => {
  await call()(api.user.create, {
    email: 'taken@uni.test',
    name: 'taken',
    password: 'engine-no-1',
  })
  const csv = [
    'email,name,password,policy,domain,role,extra',
    'not an address,ada,short,,,,',
    'taken@uni.test,one,,,,,',
    'two@uni.test,TAKEN,,,,,',
    'same@uni.test,three,,,,,',
    'SAME@uni.test,four,,,,,',
    'five@uni.test,five,,nope,,,',
    'six@uni.test,six,,,nowhere,,',
    'seven@uni.test,seven,,,,king,',
    ',eight,,,,,',
    'nine@uni.test,nine,,,,,,,',
  ].join('\n')
  const { problems, problemCount, notices, changeCount } = await call()(
    api.job.preview,
    fromCsv(csv),
  )
  const seen = problems.map(({ line, column, message }) => [line, column, message])
  expect(seen).toEqual(
    expect.arrayContaining([
      [2, 'email', 'not an e-mail address'],
      [2, 'password', 'at least 8 characters'],
      [3, 'email', 'there is a user of this e-mail'],
      [4, 'name', 'there is a user of this name'],
      [6, 'email', 'the same e-mail as line 5'],
      [7, 'policy', 'no such policy'],
      [8, 'domainName', 'no such domain, or it is not active'],
      [10, 'email', 'this is needed'],
      [11, null, 'has 9 cells, and the first line 7'],
    ]),
  )
  expect(seen.filter(([line]) => line === 9)).toHaveLength(1)
  expect([problemCount, changeCount]).toEqual([problems.length, 0])
  expect(notices).toEqual(['Columns that are not known here are left out: extra'])
  await expect(start(csv)).rejects.toMatchObject({ code: 'rows_refused' })
  expect((await call()(api.user.list, {})).count).toBe(2)
  expect((await call()(api.job.list, {})).count).toBe(0)
})

test.for([
  ['', 'invalid_input'],
  ['email,name', 'there is no row below the first line'],
  ['name\nada', 'there is no such column'],
  ['email,name,E-Mail\na@b.test,a,b', 'there are two such columns'],
  ['email,name\na@b.test,"a', 'a quote is opened and never closed'],
])('USR-14 the file %j is refused in words: %s', async ([csv = '', message = '']) => {
  const answer = call()(api.job.preview, fromCsv(csv)).then(
    ({ problems }) => problems.map(problem => problem.message),
    (error: { code: string }) => [error.code],
  )
  expect(await answer).toContain(message)
})

test('USR-14 all users of a file are made, or none: one whose name is taken meanwhile undoes the others', async () => {
  const job = await start('email,name\na@uni.test,aa\nb@uni.test,bb')
  await call()(api.user.create, { email: 'x@uni.test', name: 'BB', password: 'engine-no-1' })
  await finishAll()
  expect(await show(job)).toMatchObject({
    status: 'failed',
    failure: { code: 'rows_refused' },
    doneCount: 0,
    failedCount: 1,
    passwords: 'none',
  })
  const { items } = await call()(api.job.listItems, { id: job.id })
  expect(items).toMatchObject([
    { name: 'a@uni.test', status: 'cancelled' },
    {
      name: 'b@uni.test',
      status: 'failed',
      reason: { message: 'name: there is a user of this name' },
    },
  ])
  expect((await call()(api.user.list, { email: 'uni.test' })).count).toBe(1)
})

test('USR-14 a job that is killed while it hashes passwords goes on where it was, and its progress never falls', async () => {
  const rows = Array.from({ length: 30 }, (_, index) => `p${index}@uni.test,p-${index}`)
  const job = await start(['email,name', ...rows].join('\n'))
  await workOn(manager.app, job.id)
  const first = (await show(job)).progress
  expect(first).toBeGreaterThan(0)
  const { rows: before } = await sql<{ hash: string }>`
    select password_hash as hash from job_item where password_hash is not null order by number`.execute(
    manager.app.db,
  )
  await workOn(manager.app, job.id)
  expect((await show(job)).progress).toBeGreaterThan(first)
  const { rows: after } = await sql<{ hash: string }>`
    select password_hash as hash from job_item where password_hash is not null order by number`.execute(
    manager.app.db,
  )
  expect(after.slice(0, before.length)).toEqual(before)
  await finishAll()
  expect(await show(job)).toMatchObject({ status: 'done', doneCount: 30 })
})

test('USR-14 passwords are sealed, for their starter alone, and gone once they say that they have them, or after a day', async () => {
  const job = await start('email,name\na@uni.test,aa')
  await finishAll()
  const second = await manager.addUser({ role: 'superadmin' })
  const { id } = job
  await expect(second.call(api.job.passwords, { id })).rejects.toMatchObject({ code: 'forbidden' })
  const sheet = await call()(api.job.passwords, { id })
  const password = sheet.trim().split(',').at(-1)!
  const { rows } = await sql<{ all: string }>`
    select string_agg(job_item::text, '') as all from job_item`.execute(manager.app.db)
  expect(rows[0]!.all).not.toContain(password)
  expect(await call()(api.job.passwords, { id })).toBe(sheet)
  expect(await call()(api.job.forgetPasswords, { id })).toMatchObject({ passwords: 'gone' })
  await expect(call()(api.job.passwords, { id })).rejects.toMatchObject({ code: 'passwords_gone' })
  const late = await start('email,name\nb@uni.test,bb')
  await finishAll()
  await sql`update job set passwords_until = now() - interval '1 s' where passwords_until is not null`.execute(
    manager.app.db,
  )
  await finishAll()
  expect(await show(late)).toMatchObject({ passwords: 'gone' })
  const left = await sql`select 1 from job_item where secret_sealed is not null`.execute(
    manager.app.db,
  )
  expect(left.rows).toEqual([])
})

test('USR-14 a job that is given up while it hashes makes nobody, and keeps no password', async () => {
  const rows = Array.from({ length: 30 }, (_, index) => `p${index}@uni.test,p-${index}`)
  const job = await start(['email,name', ...rows].join('\n'))
  await workOn(manager.app, job.id)
  await call()(api.job.cancel, { id: job.id })
  await finishAll()
  expect(await show(job)).toMatchObject({ status: 'cancelled', doneCount: 0 })
  expect((await call()(api.user.list, { email: 'uni.test' })).count).toBe(0)
  const left = await sql`
    select 1 from job_item where secret_sealed is not null or password_hash is not null`.execute(
    manager.app.db,
  )
  expect(left.rows).toEqual([])
})

test('USR-14 who administers a domain makes users there only, and no superadmin', async () => {
  const admin = await manager.addUser({ role: 'admin' })
  const other = await manager.addDomain()
  const csv = `email,name,domain,role\na@uni.test,aa,${other},\nb@uni.test,bb,,superadmin`
  const { problems } = await admin.call(api.job.preview, fromCsv(csv))
  expect(problems.map(({ line, column }) => [line, column])).toEqual([
    [2, 'domainName'],
    [3, 'role'],
  ])
})

test('USR-14 every new user is written down, without the password', async () => {
  await start('email,name,password\na@uni.test,aa,engine-no-1')
  await finishAll()
  const entry = await manager.app.db
    .selectFrom('auditEntry')
    .selectAll()
    .where('operation', '=', 'user.create')
    .executeTakeFirstOrThrow()
  expect(entry).toMatchObject({ target: 'a@uni.test', actorName: manager.admin.email })
  expect(JSON.stringify(entry)).not.toContain('engine-no-1')
})
