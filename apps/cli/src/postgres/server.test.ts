import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type PostgresServer, startPostgres } from './server.ts'

let home: string
const servers: PostgresServer[] = []

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'capstan-postgres-'))
})

afterEach(async () => {
  for (const { child } of servers.splice(0)) await end(child, 'SIGINT')
  rmSync(home, { recursive: true })
})

async function end(child: PostgresServer['child'], signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = Promise.withResolvers<void>()
  child.once('exit', () => ended.resolve())
  child.kill(signal)
  await ended.promise
}

async function start(
  folder = join(home, 'postgres'),
  password = 'secret-1',
): Promise<PostgresServer> {
  const server = await startPostgres({ folder, password, onOutput: () => {} })
  servers.push(server)
  return server
}

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}

test('a server that was killed comes back with what was committed', async () => {
  const first = await start()
  await query(first.url, 'create table kept as select 1 as one')
  await end(first.child, 'SIGKILL')
  const second = await start()
  expect(second.url).toBe(first.url)
  expect(await query(second.url, 'select one from kept')).toEqual([{ one: 1 }])
})

test('a server that nobody looks after any more is ended first, and its data taken over', async () => {
  const orphan = await start()
  await query(orphan.url, 'create table kept as select 1 as one')
  const next = await start()
  expect(await query(next.url, 'select one from kept')).toEqual([{ one: 1 }])
  expect(orphan.child.exitCode).toBe(0)
})

test('data that a crash left half made is made anew', async () => {
  const draft = join(home, 'postgres/18.draft')
  mkdirSync(draft, { recursive: true })
  writeFileSync(join(draft, 'PG_VERSION'), '18\n')
  const server = await start()
  expect(await query(server.url, 'select current_database() as name')).toEqual([
    { name: 'capstan' },
  ])
  expect(existsSync(draft)).toBe(false)
})

test('only who has the password and may enter the folder gets in', async () => {
  const server = await start()
  await expect(query(server.url.replace('secret-1', 'guessed'), 'select 1')).rejects.toThrow(
    'password authentication failed',
  )
  expect(statSync(join(home, 'postgres/18')).mode & 0o077).toBe(0)
})

test('a home with a very long path has a socket all the same', async () => {
  const server = await start(join(home, 'x'.repeat(120), 'postgres'))
  expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }])
  rmSync(decodeURIComponent(server.url.split('host=')[1]!), { recursive: true, force: true })
})

test('data of another major version is refused, not passed over', async () => {
  mkdirSync(join(home, 'postgres/17'), { recursive: true })
  await expect(start()).rejects.toThrow('holds data of PostgreSQL 17')
})
