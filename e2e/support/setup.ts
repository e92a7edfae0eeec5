import { api } from '@capstan/contract/api'
import type { Call } from '@capstan/contract/client'
import { hashPassword } from '@capstan/manager/account/password'
import { openDatabase } from '@capstan/manager/db/db'
import { sealKeyOf } from '@capstan/manager/db/seal'
import { insertUser } from '@capstan/manager/db/seed'
import { buildMissingImages } from '@capstan/testkit/session-image'
import { startPostgres } from '@capstan/testkit/postgres'
import { startSystem, until } from '@capstan/testkit/system'
import pg from 'pg'
import { baseImage, people, secondProject, tinyImage } from './people.ts'
import { signedIn } from './signed-in.ts'

const encryptionKey = 'browser-tests'

/** One real system for the whole run. Answers how to stop it. Playwright takes the default export. */
// oxlint-disable-next-line import/no-default-export
export default async function setup(): Promise<() => Promise<void>> {
  buildMissingImages(['tiny', 'base'])
  const postgres = await startPostgres()
  await createDatabase(postgres.url('postgres'))
  const databaseUrl = postgres.url('browser')
  const system = await startSystem({
    env: { CAPSTAN_DATABASE_URL: databaseUrl, CAPSTAN_ENCRYPTION_KEY: encryptionKey },
  })
  const stop = async (): Promise<void> => {
    await endAll(system.call)
    await system.stop()
    await postgres.stop()
  }
  try {
    process.env['CAPSTAN_E2E_URL'] = system.url
    await addPeople(databaseUrl)
    const call = await signedIn(system.url, people.admin)
    await until(
      'the machine has told its images',
      async () => {
        const { items } = await call(api.image.list, {})
        const references = items.map(image => image.reference)
        return references.includes(tinyImage) && references.includes(baseImage)
      },
      { patienceMs: 60_000 },
    )
    await until(
      'sessions can be reached',
      async () => {
        const { items } = await call(api.agent.list, { status: ['connected'] })
        return items.length > 0
      },
      { patienceMs: 30_000 },
    )
  } catch (error) {
    await stop()
    throw error
  }
  return stop
}

/** The engine is not ours alone: no container may be left in it. */
async function endAll(call: Call): Promise<void> {
  const live = async (): Promise<string[]> => {
    const { items } = await call(api.session.list, { state: 'live', limit: 200 })
    return items.map(session => session.id)
  }
  const ids = await live()
  if (ids.length > 0) await call(api.session.terminate, { ids, force: false })
  await until('all sessions have ended', async () => (await live()).length === 0, {
    patienceMs: 60_000,
  })
}

async function createDatabase(serverUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl })
  await client.connect()
  await client.query('create database browser')
  await client.end()
}

/** A second project, and a user who administers nothing. */
async function addPeople(databaseUrl: string): Promise<void> {
  const { db, pool } = openDatabase(databaseUrl, () => {})
  try {
    const passwordHash = await hashPassword(people.user.password)
    await db.transaction().execute(async tx =>
      insertUser(tx, sealKeyOf(encryptionKey), {
        email: people.user.email,
        passwordHash,
        name: 'user',
        role: 'user',
        domainName: 'default',
      }),
    )
    await pool.query(
      `insert into project (domain_id, name, type, policy) select id, $1, 'general', 'default' from domain`,
      [secondProject],
    )
    await pool.query(
      `insert into membership (user_id, project_id, domain_id)
       select u.id, p.id, u.domain_id from "user" u join project p on p.domain_id = u.domain_id where p.name = $1`,
      [secondProject],
    )
  } finally {
    await db.destroy()
  }
}
