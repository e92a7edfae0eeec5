import { readdirSync, readFileSync } from 'node:fs'
import pg from 'pg'
import { connectionOf } from './db.ts'

const folder = new URL('migrations/', import.meta.url)

/** Key of the advisory lock that starters take, so that of several managers one migrates and the others wait. */
const lockKey = 7_000_001

/**
 * Applies the numbered `.sql` files that this database has not had yet, in order, each in a transaction of its own.
 * Refuses a database that a newer version has migrated.
 */
export async function migrate(url: string): Promise<readonly string[]> {
  const client = new pg.Client(connectionOf(url))
  await client.connect()
  try {
    await client.query('select pg_advisory_lock($1)', [lockKey])
    await client.query(
      'create table if not exists migration (name text primary key, applied_at timestamptz not null default now())',
    )
    const { rows } = await client.query<{ name: string }>('select name from migration')
    const applied = new Set(rows.map(row => row.name))
    const files = readdirSync(folder)
      .filter(name => name.endsWith('.sql'))
      .sort()
    const unknown = [...applied].filter(name => !files.includes(name))
    if (unknown.length > 0)
      throw new Error(
        `the database was migrated by a newer version (${unknown.join(', ')}): start that one`,
      )
    const missing = files.filter(name => !applied.has(name))
    for (const name of missing) await apply(client, name)
    return missing
  } finally {
    await client.end()
  }
}

async function apply(client: pg.Client, name: string): Promise<void> {
  await client.query('begin')
  try {
    await client.query(readFileSync(new URL(name, folder), 'utf8'))
    await client.query('insert into migration (name) values ($1)', [name])
    await client.query('commit')
  } catch (error) {
    await client.query('rollback')
    throw new Error(`migration ${name}`, { cause: error })
  }
}
