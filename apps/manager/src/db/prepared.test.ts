import { startTestManager, type TestManager } from '@capstan/testkit/manager'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { prepared } from './prepared.ts'

let manager: TestManager
beforeAll(async () => {
  manager = await startTestManager(inject('databaseUrl'))
})
afterAll(() => manager.close())

test('a marked statement is prepared once on its connection, and run with what it is given', async () => {
  const { db } = manager.app
  const kept = await db.connection().execute(async connection => {
    for (const value of [1, 2, 3]) {
      const { rows } = await sql`${prepared} select ${value}::int + 1 as sum`.execute(connection)
      expect(rows).toEqual([{ sum: value + 1 }])
    }
    return sql`select statement from pg_prepared_statements`.execute(connection)
  })
  expect(kept.rows).toEqual([{ statement: '/* prepared */ select $1::int + 1 as sum' }])
})

test('a table that a newer version has changed fails a statement of before once on a connection, not for ever', async () => {
  const { db } = manager.app
  await sql`create table moving (id int)`.execute(db)
  await sql`insert into moving values (1)`.execute(db)
  const read = sql`${prepared} select * from moving`
  await read.execute(db)
  await sql`alter table moving add column more text`.execute(db)
  await expect(read.execute(db)).rejects.toThrow('cached plan')
  expect((await read.execute(db)).rows).toEqual([{ id: 1, more: null }])
})
