import { api } from '@capstan/contract/api'
import type { Job, JobItem } from '@capstan/contract/job'
import { startTestManager, type TestManager, type TestUser } from '@capstan/testkit/manager'
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

/** People of the default domain, made in one statement: names `NAME-1` and on. */
async function addPeople(name: string, count: number): Promise<void> {
  await sql`
    with made as (
      insert into "user" (domain_id, email, name, password_hash, policy)
      select d.id, ${name} || '-' || n || '@example.test', ${name} || '-' || n, '', 'default'
      from domain d, generate_series(1, ${count}::int) as n where d.name = 'default' returning id
    )
    insert into keypair (access_key, user_id, secret_key_sealed, policy)
    select 'AKIA' || translate(upper(substr(md5(id::text), 1, 16)), '0189', 'WXYZ'), id, '', 'default' from made`.execute(
    manager.app.db,
  )
}

const itemsOf = async ({ id }: Job, filter: object = {}): Promise<JobItem[]> =>
  (await call()(api.job.listItems, { id, limit: 200, ...filter })).items

const deactivate = { status: 'inactive' } as const

test('PLS-02 all that match a filter are changed, however many pages they fill, and nobody else', async () => {
  await addPeople('student', 450)
  await addPeople('teacher', 3)
  const target = { by: 'filter', filter: { email: 'STUDENT' } } as const
  const preview = await call()(api.job.preview, {
    kind: 'user.update',
    target,
    changes: deactivate,
  })
  expect(preview).toMatchObject({ count: 450, changeCount: 450, problemCount: 0 })
  expect(preview.activeKeypairCount).toBe(450)
  expect(preview.sample).toHaveLength(20)
  const job = await call()(api.job.create, {
    kind: 'user.update',
    target,
    changes: deactivate,
    expectedCount: 450,
  })
  expect(job).toMatchObject({ status: 'queued', totalCount: 450, progress: 0 })
  await finishAll()
  expect(await call()(api.job.show, { id: job.id })).toMatchObject({
    status: 'done',
    doneCount: 450,
    progress: 1,
  })
  const active = await call()(api.user.list, { status: ['active'], limit: 200 })
  expect(active.items.map(({ name }) => name)).toEqual([
    'admin',
    'teacher-1',
    'teacher-2',
    'teacher-3',
  ])
  expect((await call()(api.keypair.list, { isActive: false })).items).toEqual([])
})

test('PLS-02 each thing has its result: done, as it was already, or why not; and what failed is tried again', async () => {
  await addPeople('p', 3)
  const domain = await manager.addDomain()
  const elsewhere = await manager.addUser({ domainName: domain })
  const { items: projects } = await call()(api.project.list, { name: 'default' })
  const mine = projects.find(({ domainName }) => domainName === 'default')!
  const one = (await call()(api.user.list, { email: 'p-1' })).items[0]!
  await call()(api.project.changeMembers, { id: mine.id, add: [one.email] })
  const all = await call()(api.user.list, { limit: 200 })
  const ids = all.items.filter(({ role }) => role === 'user').map(({ id }) => id)
  const changes = { addToProjects: [mine.id] }
  const target = { by: 'ids', ids } as const
  const preview = await call()(api.job.preview, { kind: 'user.update', target, changes })
  expect(preview).toMatchObject({
    count: 4,
    changeCount: 2,
    unchangedCount: 1,
    problems: [{ name: elsewhere.email, message: 'The project is of another domain' }],
  })
  const job = await call()(api.job.create, { kind: 'user.update', target, changes })
  await finishAll()
  expect(await call()(api.job.show, { id: job.id })).toMatchObject({
    doneCount: 2,
    unchangedCount: 1,
    failedCount: 1,
  })
  expect(await itemsOf(job, { status: ['failed'] })).toMatchObject([
    { name: elsewhere.email, reason: { code: 'project_not_found' } },
  ])
  expect(await itemsOf(job, { name: 'P-1' })).toMatchObject([{ status: 'unchanged' }])
  const again = await call()(api.job.create, {
    kind: 'user.update',
    target: { by: 'failed', jobId: job.id },
    changes: { isPasswordChangeRequired: true },
  })
  await finishAll()
  expect(await itemsOf(again)).toMatchObject([{ name: elsewhere.email, status: 'done' }])
})

test('PLS-02 USR-13 those who are deactivated are signed out, and keypairs and sessions go with them only if asked', async () => {
  await addPeople('p', 2)
  const cookie = async (user: TestUser): Promise<number> => {
    await manager.anonymous(api.account.signIn, { email: user.email, password: user.password })
    const { rows } = await sql<{ count: number }>`
      select count(*)::int as count from browser_session where user_id = ${user.userId}`.execute(
      manager.app.db,
    )
    return rows[0]!.count
  }
  const user = await manager.addUser()
  expect(await cookie(user)).toBe(1)
  await call()(api.job.create, {
    kind: 'user.update',
    target: { by: 'filter', filter: { role: ['user'] } },
    changes: { ...deactivate, deactivateKeypairs: true },
  })
  await finishAll()
  await expect(cookie(user)).rejects.toMatchObject({ code: 'account_not_active' })
  expect((await call()(api.keypair.list, { isActive: true })).items).toHaveLength(1)
  expect((await call()(api.keypair.list, { isActive: false })).items).toHaveLength(3)
})

test('PLS-02 the last superadmin stays one: the preview says so, and only they are left', async () => {
  const second = await manager.addUser({ role: 'superadmin' })
  await addPeople('p', 1)
  const request = {
    kind: 'user.update',
    target: { by: 'filter', filter: {} },
    changes: deactivate,
  } as const
  const preview = await call()(api.job.preview, request)
  expect(preview).toMatchObject({ count: 3, changeCount: 2, problemCount: 1 })
  expect(preview.problems[0]!.message).toMatch(/last active superadmin/)
  const job = await call()(api.job.create, request)
  await finishAll()
  const left = await manager.addUser({ role: 'superadmin' })
  const { items } = await left.call(api.job.listItems, { id: job.id, status: ['failed'] })
  expect(items).toMatchObject([
    { name: preview.problems[0]!.name, reason: { code: 'last_superadmin' } },
  ])
  expect([manager.admin.email, second.email]).toContain(items[0]!.name)
})

test('PLS-02 keypairs are changed by filter, and only inactive ones that are nobody’s main one are deleted', async () => {
  await addPeople('p', 3)
  const target = { by: 'filter', filter: { userEmail: 'p-' } } as const
  const rate = { rateLimit: 500 }
  await call()(api.job.create, { kind: 'keypair.update', target, changes: rate })
  await finishAll()
  const keypairs = await call()(api.keypair.list, { userEmail: 'p-' })
  expect(keypairs.items.map(({ rateLimit }) => rateLimit)).toEqual([500, 500, 500])
  await call()(api.keypair.update, { accessKey: keypairs.items[0]!.accessKey, isActive: false })
  const everything = { by: 'filter', filter: {} } as const
  const preview = await call()(api.job.preview, { kind: 'keypair.remove', target: everything })
  expect(preview).toMatchObject({ count: 4, changeCount: 1, problemCount: 3 })
  const job = await call()(api.job.create, { kind: 'keypair.remove', target: everything })
  await finishAll()
  expect((await itemsOf(job, { status: ['done'] })).map(({ name }) => name)).toEqual([
    keypairs.items[0]!.accessKey,
  ])
  const reasons = await itemsOf(job, { status: ['failed'] })
  expect(reasons.map(({ reason }) => reason!.code).sort()).toEqual([
    'keypair_is_active',
    'keypair_is_active',
    'keypair_is_main',
  ])
  expect((await call()(api.keypair.list, {})).items).toHaveLength(3)
})

test('PLS-02 every change of a job is written down, with who asked for it and what it was before', async () => {
  await addPeople('p', 2)
  const job = await call()(api.job.create, {
    kind: 'user.update',
    target: { by: 'filter', filter: { email: 'p-' } },
    changes: { role: 'admin' },
  })
  await finishAll()
  const entries = await manager.app.db
    .selectFrom('auditEntry')
    .selectAll()
    .where('operation', 'in', ['job.create', 'user.update'])
    .orderBy('operation')
    .orderBy('target')
    .execute()
  const { requestId } = entries[0]!
  expect(entries).toMatchObject([
    { operation: 'job.create', target: job.id, after: { count: 2, role: 'admin' } },
    {
      operation: 'user.update',
      target: 'p-1@example.test',
      actorName: manager.admin.email,
      requestId,
      before: { role: 'user' },
      after: { role: 'admin' },
    },
    { operation: 'user.update', target: 'p-2@example.test' },
  ])
})

test('PLS-02 a manager that is killed between batches, or within one, leaves a job that another one finishes', async () => {
  await addPeople('p', 250)
  const { id } = await call()(api.job.create, {
    kind: 'user.update',
    target: { by: 'filter', filter: { email: 'p-' } },
    changes: deactivate,
  })
  expect(await workOn(manager.app, id)).toBe(true)
  expect(await call()(api.job.show, { id })).toMatchObject({ status: 'running', doneCount: 200 })
  // What is killed with its connection is undone: the items of its batch still wait.
  const { db } = manager.app
  const killed = db.transaction().execute(async tx => {
    await sql`select pg_advisory_xact_lock(hashtextextended(${id}, 7020))`.execute(tx)
    await sql`update job_item set status = 'done' where job_id = ${id}`.execute(tx)
    expect(await workOn(manager.app, id), 'somebody else has it').toBe(false)
    await sql`select pg_terminate_backend(pg_backend_pid())`.execute(tx)
  })
  await expect(killed).rejects.toThrow(/terminat/i)
  await finishAll()
  expect(await call()(api.job.show, { id })).toMatchObject({ status: 'done', doneCount: 250 })
  const entries = await db
    .selectFrom('auditEntry')
    .select('target')
    .where('operation', '=', 'user.update')
    .execute()
  expect([entries.length, new Set(entries.map(({ target }) => target)).size]).toEqual([250, 250])
})

test('PLS-02 two managers at the same jobs do each thing once', async () => {
  await addPeople('p', 600)
  const jobs = await Promise.all(
    ['p-1', 'p-2', 'p-3'].map(email =>
      call()(api.job.create, {
        kind: 'user.update',
        target: { by: 'filter', filter: { email } },
        changes: { isPasswordChangeRequired: true },
      }),
    ),
  )
  await Promise.all([finishAll(), finishAll(), finishAll()])
  await finishAll()
  for (const { id, totalCount } of jobs)
    expect(await call()(api.job.show, { id })).toMatchObject({
      status: 'done',
      doneCount: totalCount,
    })
  const { rows } = await sql<{ twice: number }>`
    select count(*)::int as twice from (select target from audit_entry where operation = 'user.update'
      group by target having count(*) > 1) as doubled`.execute(manager.app.db)
  expect(rows[0]!.twice).toBe(0)
})

test('PLS-02 a job that is given up ends after its batch; what it did stays, the rest is left', async () => {
  await addPeople('p', 450)
  const { id } = await call()(api.job.create, {
    kind: 'user.update',
    target: { by: 'filter', filter: { email: 'p-' } },
    changes: deactivate,
  })
  await workOn(manager.app, id)
  expect(await call()(api.job.cancel, { id })).toMatchObject({ isCancelling: true })
  await finishAll()
  const job = await call()(api.job.show, { id })
  expect(job).toMatchObject({ status: 'cancelled', doneCount: 200, isCancelling: false })
  expect((await call()(api.job.listItems, { id, status: ['cancelled'] })).count).toBe(250)
  expect((await call()(api.user.list, { status: ['inactive'] })).count).toBe(200)
  expect(await call()(api.job.cancel, { id })).toMatchObject({ status: 'cancelled' })
})

test('PLS-02 what matches when it is asked for is fixed, and another number than was shown is refused', async () => {
  await addPeople('p', 2)
  const request = {
    kind: 'user.update',
    target: { by: 'filter', filter: { email: 'p-' } },
    changes: deactivate,
  } as const
  await expect(call()(api.job.create, { ...request, expectedCount: 3 })).rejects.toMatchObject({
    code: 'matches_changed',
  })
  await expect(
    call()(api.job.create, { ...request, target: { by: 'filter', filter: { email: 'none' } } }),
  ).rejects.toMatchObject({ code: 'nothing_matches' })
  const { id } = await call()(api.job.create, { ...request, expectedCount: 2 })
  await addPeople('p-late', 1)
  await finishAll()
  expect(await call()(api.job.show, { id })).toMatchObject({ totalCount: 2, doneCount: 2 })
})

test('PLS-02 who administers a domain changes only its people, and no superadmin of it', async () => {
  await addPeople('p', 1)
  const other = await manager.addUser({ domainName: await manager.addDomain() })
  const admin = await manager.addUser({ role: 'admin' })
  const everybody = { by: 'filter', filter: {} } as const
  const changes = { isPasswordChangeRequired: true }
  const job = await admin.call(api.job.create, { kind: 'user.update', target: everybody, changes })
  await finishAll()
  const items = await itemsOf(job)
  expect(items.map(({ name }) => name)).not.toContain(other.email)
  expect(items.find(({ name }) => name === manager.admin.email)).toMatchObject({
    status: 'failed',
    reason: { code: 'forbidden' },
  })
  await expect(
    admin.call(api.job.create, {
      kind: 'user.update',
      target: everybody,
      changes: { role: 'superadmin' },
    }),
  ).rejects.toMatchObject({ code: 'forbidden', issues: [{ path: 'changes.role' }] })
  const theirs = await call()(api.job.create, { kind: 'user.update', target: everybody, changes })
  await expect(admin.call(api.job.show, { id: theirs.id })).rejects.toMatchObject({
    code: 'job_not_found',
  })
  await expect(
    admin.call(api.job.create, {
      kind: 'user.update',
      target: { by: 'failed', jobId: theirs.id },
      changes,
    }),
  ).rejects.toMatchObject({ code: 'job_not_found' })
  expect((await admin.call(api.job.list, {})).items.map(({ id }) => id)).toEqual([job.id])
})

test('PLS-02 a job goes no further than the rights that its starter has by then', async () => {
  await addPeople('p', 250)
  const admin = await manager.addUser({ role: 'admin' })
  const { id } = await admin.call(api.job.create, {
    kind: 'user.update',
    target: { by: 'filter', filter: { email: 'p-' } },
    changes: deactivate,
  })
  await workOn(manager.app, id)
  await call()(api.user.update, { id: admin.userId, role: 'user' })
  await finishAll()
  expect(await call()(api.job.show, { id })).toMatchObject({
    status: 'failed',
    doneCount: 200,
    failure: { code: 'forbidden' },
  })
})

test('PLS-02 a policy that is gone meanwhile fails the job, and says so', async () => {
  await addPeople('p', 1)
  await call()(api.userPolicy.create, { name: 'gone' })
  const request = {
    kind: 'user.update',
    target: { by: 'filter', filter: { email: 'p-' } },
    changes: { policy: 'gone' },
  } as const
  const { id } = await call()(api.job.create, request)
  await call()(api.userPolicy.remove, { name: 'gone' })
  await finishAll()
  expect(await call()(api.job.show, { id })).toMatchObject({
    status: 'failed',
    failure: { code: 'policy_not_found' },
  })
  await expect(call()(api.job.preview, request)).rejects.toMatchObject({
    code: 'policy_not_found',
    issues: [{ path: 'changes.policy' }],
  })
})

test('PLS-02 a change of nothing is refused at its field', async () => {
  const target = { by: 'filter', filter: {} } as const
  await expect(
    call()(api.job.create, { kind: 'user.update', target, changes: {} }),
  ).rejects.toMatchObject({ issues: [{ path: 'changes', message: 'nothing is to be changed' }] })
  await expect(
    call()(api.job.create, {
      kind: 'user.update',
      target,
      changes: { role: 'user', endSessions: true },
    }),
  ).rejects.toMatchObject({ issues: [{ path: 'changes.status' }] })
})

test('PLS-02 a job that ended is kept for 30 days, with its results', async () => {
  await addPeople('p', 1)
  const request = {
    kind: 'user.update',
    target: { by: 'filter', filter: { email: 'p-' } },
    changes: { isPasswordChangeRequired: true },
  } as const
  const old = await call()(api.job.create, request)
  await finishAll()
  await sql`update job set ended_at = now() - interval '31 days'`.execute(manager.app.db)
  const recent = await call()(api.job.create, request)
  await finishAll()
  expect((await call()(api.job.list, {})).items.map(({ id }) => id)).toEqual([recent.id])
  await expect(call()(api.job.show, { id: old.id })).rejects.toMatchObject({
    code: 'job_not_found',
  })
})
