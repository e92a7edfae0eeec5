import { api } from '@capstan/contract/api'
import type { Call } from '@capstan/contract/client'
import { AppError } from '@capstan/contract/errors'
import { startTestManager, type TestManager } from '@capstan/testkit/manager'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest'

let manager: TestManager
let call: Call
beforeAll(async () => {
  manager = await startTestManager(inject('databaseUrl'))
  call = manager.admin.call
})
afterAll(() => manager.close())

async function latestId(target: string): Promise<string> {
  const { items } = await call(api.operation.list, { target, limit: 1 })
  return items[0]!.id
}

const codeOf = (asked: Promise<unknown>): Promise<string> =>
  asked.then(
    () => 'done',
    (error: unknown) => (error instanceof AppError ? error.code : String(error)),
  )

/** Resolves when somebody waits for a row that another transaction holds. */
const someoneWaits = (): Promise<void> =>
  vi.waitFor(async () => {
    const { rows } = await sql<{ count: number }>`
      select count(*)::int as count from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`.execute(manager.app.db)
    expect(rows[0]!.count).toBeGreaterThan(0)
  }, 10_000)

test('PLS-05 a change that comes between the look of an undo and its write is kept, and the undo says what is different', async () => {
  const { email, userId } = await manager.addUser()
  await call(api.user.update, { id: userId, description: 'one' })
  const id = await latestId(email)
  const undone = await manager.app.db.transaction().execute(async tx => {
    await sql`update "user" set description = 'two' where id = ${userId}`.execute(tx)
    const asked = call(api.operation.undo, { id }).catch((error: unknown) => error)
    await someoneWaits()
    return { asked }
  })
  expect(await undone.asked).toMatchObject({
    code: 'changed_since',
    message: expect.stringContaining('description'),
  })
  expect(await call(api.user.show, { id: userId })).toMatchObject({ description: 'two' })
})

test('PLS-05 a deactivation that took keypairs or sessions along says so, and is not undone by half', async () => {
  const { email, userId } = await manager.addUser()
  await call(api.user.update, { id: userId, status: 'inactive', deactivateKeypairs: true })
  const id = await latestId(email)
  expect((await call(api.operation.show, { id })).after).toMatchObject({ deactivateKeypairs: true })
  expect(await codeOf(call(api.operation.undo, { id }))).toBe('not_reversible')
})

test('PLS-05 the limit of a keypair that is in use can be put back', async () => {
  const { accessKey, call: use } = await manager.addUser()
  await use(api.account.show, {})
  await call(api.keypair.update, { accessKey, rateLimit: 500 })
  await use(api.account.show, {})
  await call(api.operation.undo, { id: await latestId(accessKey) })
  expect((await call(api.keypair.show, { accessKey })).rateLimit).toBe(10_000)
})

test('PLS-05 who administers the domain that somebody came to is not told of the projects that they left', async () => {
  const { email, userId } = await manager.addUser()
  const domainName = await manager.addDomain()
  await call(api.user.update, { id: userId, domainName })
  const { before, after } = await call(api.operation.show, { id: await latestId(email) })
  expect(before).not.toHaveProperty('projects')
  expect(after).toMatchObject({ domainName, leftProjectCount: expect.any(Number) })
})

test('PLS-05 of many who undo the same at once, one does', async () => {
  const { email, userId } = await manager.addUser()
  await call(api.user.update, { id: userId, description: 'one' })
  const id = await latestId(email)
  const codes = await Promise.all(
    Array.from({ length: 8 }, () => codeOf(call(api.operation.undo, { id }))),
  )
  expect(codes.sort()).toEqual(['done', ...Array.from({ length: 7 }, () => 'not_reversible')])
  expect(await call(api.user.show, { id: userId })).toMatchObject({ description: '' })
  const { items } = await call(api.operation.list, { target: email, outcome: 'done' })
  expect(items.filter(({ undoes }) => undoes === id)).toHaveLength(1)
})

test('PLS-05 a policy that was changed since it was created is not deleted by undoing that', async () => {
  const name = `lab-${crypto.randomUUID().slice(0, 8)}`
  await call(api.userPolicy.create, { name })
  const id = await latestId(name)
  await call(api.userPolicy.update, { name, maxFolderCount: 3 })
  expect(await codeOf(call(api.operation.undo, { id }))).toBe('changed_since')
  expect(await call(api.userPolicy.show, { name })).toMatchObject({ maxFolderCount: 3 })
})

test('PLS-05 an undo that was refused is not offered to be tried again: it would overwrite what is there now', async () => {
  const { email, userId } = await manager.addUser()
  await call(api.user.update, { id: userId, description: 'one' })
  const id = await latestId(email)
  await call(api.user.update, { id: userId, description: 'two' })
  expect(await codeOf(call(api.operation.undo, { id }))).toBe('changed_since')
  const { items } = await call(api.operation.list, { outcome: 'failed', noun: 'user' })
  expect(items[0]).toMatchObject({ isRetryable: false, error: { code: 'changed_since' } })
})
