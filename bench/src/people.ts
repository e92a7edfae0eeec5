import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { api } from '@capstan/contract/api'
import { type Call, createClient } from '@capstan/contract/client'
import { migrate } from '@capstan/manager/db/migrate'
import { signedApiVersion, signRequest } from '@capstan/runtime/signing'
import { openApp } from '@capstan/testkit/manager'
import { startPostgres } from '@capstan/testkit/postgres'
import { sql } from 'kysely'
import type { Figures } from './main.ts'
import { filesOf } from './people/files.ts'
import { timesOf } from './people/times.ts'
import { median, rounded } from './statistics.ts'

const users = 100_000
const keypairs = 150_000
const projects = 2000

/** What access keys are made of: any of them stands in four of ten keys, which a search for one letter lives by. */
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** People added in one statement, so that none runs into its time limit on a busy machine. */
const atOnce = 2500

const clients = 16
const rounds = 6
const roundMs = 2000

/** Lists, filters, searches, pages and saves among 100,000 people; and what the rate limit costs. Milliseconds, but for the ratio. */
export async function peopleBench(): Promise<Figures> {
  const postgres = await startPostgres({ isDurable: true })
  const managers: ChildProcess[] = []
  try {
    const url = postgres.url('postgres')
    await migrate(url)
    const { app, admin, close } = await openApp(url)
    await fill(app.db)
    const start = async (limit: 'on' | 'off'): Promise<Call> => {
      const { process: child, url: address } = await startManager(url, limit)
      managers.push(child)
      return signing(address, admin)
    }
    const [on, off] = [await start('on'), await start('off')]
    await sql`update keypair set rate_limit = 50000 where access_key = ${admin.accessKey}`.execute(
      app.db,
    )
    const times = await timesOf(off, app.db)
    await sql`truncate keypair_request`.execute(app.db)
    const limit = await costOfLimit({ on, off }, async () => {
      // So many requests that no limit would be high enough: what is measured is not being refused.
      await sql`delete from keypair_request`.execute(app.db)
    })
    const files = await filesOf(off, app)
    await close()
    return { ...times, ...limit, ...files }
  } finally {
    for (const manager of managers) manager.kill()
    await postgres.stop()
  }
}

type Db = Awaited<ReturnType<typeof openApp>>['app']['db']

async function fill(db: Db): Promise<void> {
  await sql`
    insert into project (domain_id, name, policy)
    select d.id, 'project-' || n, 'default' from domain d, generate_series(1, ${projects}::int) as n where d.name = 'default'`.execute(
    db,
  )
  for (let first = 1; first <= users; first += atOnce)
    await sql`
    insert into "user" (domain_id, email, name, full_name, description, password_hash, policy, status)
    select d.id, 'person' || n || '@' || (array['example','uni','lab','school'])[1 + n % 4] || '.test', 'person-' || n,
      (array['Ada','Bob','Cleo','Dan','Eve','Finn','Gus','Hana'])[1 + n % 8] || ' ' || md5(n::text),
      'Enrolled in ' || (2000 + n % 26), '', 'default', case when n % 10 = 0 then 'inactive' else 'active' end
    from domain d, generate_series(${first}::int, ${first + atOnce - 1}::int) as n where d.name = 'default'`.execute(
      db,
    )
  for (let first = 1; first <= users; first += atOnce)
    await sql`
    insert into keypair (access_key, user_id, secret_key_sealed, policy)
    select 'AKIA' || (
        select string_agg(substr(${letters}::text, 1 + get_byte(decode(md5(u.id::text || k), 'hex'), at) % 32, 1), '')
        from generate_series(0, 15) as at
      ), u.id, '', 'default'
    from (select id, row_number() over (order by id) as n from "user" where password_hash = '') as u,
      generate_series(1, 2) as k
    where u.n between ${first} and ${first + atOnce - 1} and (k = 1 or u.n <= ${keypairs - users})`.execute(
      db,
    )
  await sql`
    insert into membership (user_id, project_id, domain_id)
    select u.id, p.id, u.domain_id from (select id, domain_id, row_number() over (order by id) as n from "user") as u
      join (select id, row_number() over (order by id) as n from project where type = 'general') as p on p.n = 1 + u.n % ${projects}
    on conflict do nothing`.execute(db)
  await sql`vacuum analyze`.execute(db)
}

function startManager(
  databaseUrl: string,
  limit: 'on' | 'off',
): Promise<{ process: ChildProcess; url: string }> {
  const script = fileURLToPath(new URL('people-manager.ts', import.meta.url))
  const child = spawn(process.execPath, [script, databaseUrl, limit], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return new Promise((resolve, reject) => {
    child.once('exit', code => reject(new Error(`the manager ended with ${code}`)))
    createInterface(child.stdout).once('line', url => resolve({ process: child, url }))
  })
}

const signing = (baseUrl: string, keys: { accessKey: string; secretKey: string }): Call =>
  createClient({
    baseUrl,
    headers: ({ method, target }) =>
      signRequest({
        method,
        target,
        host: new URL(baseUrl).host,
        date: new Date().toISOString(),
        contentType: method === 'GET' || method === 'DELETE' ? '' : 'application/json',
        version: signedApiVersion,
        accessKey: keys.accessKey,
        secretKey: keys.secretKey,
      }),
  })

/** Signed requests a second with the limit, as a part of those without, in turn. */
async function costOfLimit(
  calls: Readonly<Record<'on' | 'off', Call>>,
  between: () => Promise<void>,
): Promise<Figures> {
  const rates: Record<'on' | 'off', number[]> = { on: [], off: [] }
  for (let round = -1; round < rounds; round++)
    for (const limit of ['on', 'off'] as const) {
      await between()
      const rate = await rateOf(calls[limit])
      if (round >= 0) rates[limit].push(rate)
    }
  return {
    requestsPerSWithLimit: rounded(median(rates.on)),
    requestsPerSWithout: rounded(median(rates.off)),
    rateLimitRatio: rounded(median(rates.on) / median(rates.off)),
  }
}

async function rateOf(call: Call): Promise<number> {
  const begin = performance.now()
  let count = 0
  const client = async (): Promise<void> => {
    while (performance.now() - begin < roundMs) {
      await call(api.account.show, {})
      count++
    }
  }
  await Promise.all(Array.from({ length: clients }, client))
  return count / ((performance.now() - begin) / 1000)
}
