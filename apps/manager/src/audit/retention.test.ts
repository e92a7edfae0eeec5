import { api } from '@capstan/contract/api'
import { startTestManager, type TestManager } from '@capstan/testkit/manager'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import { firstIdAt } from '../db/id.ts'
import { pruneLog } from './retention.loop.ts'

let manager: TestManager
beforeEach(async () => {
  manager = await startTestManager(inject('databaseUrl'))
})
afterEach(() => manager.close())

/** Entries as they were made so many days ago; `undoes`: all of them. */
async function entriesOf(days: number, count: number, undoes?: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    insert into audit_entry (id, at, request_id, actor_name, source, operation, target, undoes)
    select uuidv7(make_interval(days => ${-days})), now() - make_interval(days => ${days}), 'r', 'ada@example.test', '',
      'user.update', 'old', ${undoes ?? null}::uuid
    from generate_series(1, ${count}) returning id`.execute(manager.app.db)
  return rows.map(({ id }) => id)
}

const idsOf = async (filter: { since?: string; until?: string } = {}): Promise<string[]> => {
  const { items } = await manager.admin.call(api.operation.list, {
    target: 'old',
    limit: 200,
    ...filter,
  })
  return items.map(({ id }) => id)
}

test('PLS-05 what is older than the log is kept goes, in batches, and the rest stays', async () => {
  const [old, kept] = [await entriesOf(401, 25), await entriesOf(399, 3)]
  // Undone long ago, and what undid it a little later: that one stays, and stands for itself.
  const [undoing] = await entriesOf(399, 1, old[0])
  await pruneLog(manager.app, 10)
  expect((await idsOf()).sort()).toEqual([...kept, undoing!].sort())
  await pruneLog(manager.app, 10)
  expect(await idsOf()).toHaveLength(4)
  const { items } = await manager.admin.call(api.operation.list, { target: 'old' })
  expect(items.map(({ undoes }) => undoes)).toEqual([null, null, null, null])
})

test('PLS-05 several managers prune at once, and each old entry goes once', async () => {
  await entriesOf(500, 40)
  await Promise.all([1, 2, 3].map(() => pruneLog(manager.app, 7)))
  await pruneLog(manager.app, 7)
  expect(await idsOf()).toEqual([])
})

test('PLS-05 the log is pruned by the index of its entries, not by a look at all of them', async () => {
  await entriesOf(500, 20)
  await entriesOf(1, 5000)
  await sql`analyze audit_entry`.execute(manager.app.db)
  const before = firstIdAt(new Date(Date.now() - 400 * 86_400_000))
  const { rows } = await sql<{ 'QUERY PLAN': string }>`
    explain select id from audit_entry where id < ${before}::uuid order by id limit 5000`.execute(
    manager.app.db,
  )
  const plan = rows.map(row => Object.values(row)[0]).join('\n')
  expect(plan).toMatch(/Index (Only )?Scan using audit_entry_pkey/)
  expect(plan).not.toMatch(/Seq Scan/)
})

test('PLS-05 a superadmin sees how long the log is kept; others need not', async () => {
  const [oldest] = await entriesOf(300, 1)
  const { days, oldestAt } = await manager.admin.call(api.operation.retention, {})
  const { at } = await manager.admin.call(api.operation.show, { id: oldest! })
  expect({ days, oldestAt }).toEqual({ days: 400, oldestAt: at })
  const user = await manager.addUser()
  await expect(user.call(api.operation.retention, {})).rejects.toMatchObject({ code: 'forbidden' })
})

test('PLS-05 the log is had for a time, to the moment', async () => {
  const [first, second] = [...(await entriesOf(20, 1)), ...(await entriesOf(10, 1))]
  const { at } = await manager.admin.call(api.operation.show, { id: second! })
  const justAfter = new Date(Date.parse(at) + 1).toISOString()
  expect(await idsOf({ since: at, until: justAfter })).toEqual([second])
  expect(await idsOf({ until: at })).toEqual([first])
  expect(await idsOf({ since: justAfter })).toEqual([])
})
