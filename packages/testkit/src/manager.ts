import { randomBytes } from 'node:crypto'
import { api } from '@capstan/contract/api'
import { type Call, createClient } from '@capstan/contract/client'
import type { App } from '@capstan/manager/app'
import { hashPassword } from '@capstan/manager/account/password'
import { createChanges } from '@capstan/manager/db/changes'
import { openDatabase } from '@capstan/manager/db/db'
import { insertUser, readCluster, seedDefaults, seedJoinToken } from '@capstan/manager/db/seed'
import { sealKeyOf } from '@capstan/manager/db/seal'
import { createFindMachine } from '@capstan/manager/machine/find-machine'
import { createAdmission } from '@capstan/manager/rate-limit/admission'
import { createServer } from '@capstan/manager/server'
import { createWake } from '@capstan/manager/wake'
import type { HttpApp } from '@capstan/runtime/http'
import { createLog } from '@capstan/runtime/log'
import { signedApiVersion, signRequest } from '@capstan/runtime/signing'
import pg from 'pg'

export interface TestUser {
  readonly email: string
  readonly password: string
  readonly userId: string
  readonly accessKey: string
  readonly secretKey: string
  /** Makes requests signed with this user's keypair. */
  readonly call: Call
}

export interface TestManager {
  readonly app: App
  readonly http: HttpApp
  readonly databaseUrl: string
  readonly admin: TestUser
  /** Makes requests without any credentials. */
  readonly anonymous: Call
  /** Makes requests with a machine's token. */
  readonly machine: (token: string) => Call
  readonly joinToken: string
  readonly addUser: (given?: {
    role?: 'superadmin' | 'admin' | 'user'
    domainName?: string
  }) => Promise<TestUser>
  readonly addDomain: () => Promise<string>
  readonly close: () => Promise<void>
}

const password = 'correct-horse-1'
const host = 'manager.test'

/** What a manager works with, on a migrated database, and the keypair of its first administrator. For those who measure. */
export async function openApp(databaseUrl: string): Promise<{
  app: App
  admin: { readonly accessKey: string; readonly secretKey: string }
  close: () => Promise<void>
}> {
  const { app, adminEmail } = await makeApp(databaseUrl)
  const http = createServer(app, { consoleFolder: undefined, signal: new AbortController().signal })
  const admin = await signInForKeys(http, adminEmail)
  return { app, admin, close: () => app.db.destroy() }
}

/** A manager on a database of its own, cloned from the migrated one: the real routes and store, reached without a socket. */
export async function startTestManager(serverUrl: string): Promise<TestManager> {
  const databaseUrl = await cloneDatabase(serverUrl)
  const { app, pool, joinToken, adminEmail } = await makeApp(databaseUrl)
  const { db, sealKey } = app
  const stop = new AbortController()
  const http = createServer(app, { consoleFolder: undefined, signal: stop.signal })
  const client = (headers: Parameters<typeof createClient>[0]['headers']): Call =>
    createClient({
      baseUrl: `http://${host}`,
      fetch: async (url, init) => http.request(url, init),
      ...(headers && { headers: async request => ({ host, ...(await headers(request)) }) }),
    })
  const anonymous = client(() => ({}))
  const adminKeys = await signInForKeys(http, adminEmail)
  const passwordHash = await hashPassword(password)
  const withCall = (user: Omit<TestUser, 'call'>): TestUser => ({
    ...user,
    call: client(signer(user)),
  })
  const { rows } = await pool.query<{ id: string }>('select id from "user" where email = $1', [
    adminEmail,
  ])
  return {
    app,
    http,
    databaseUrl,
    admin: withCall({ email: adminEmail, password, userId: rows[0]!.id, ...adminKeys }),
    anonymous,
    machine: token => client(() => ({ authorization: `Bearer ${token}` })),
    joinToken,
    addUser: async ({ role = 'user', domainName = 'default' } = {}) => {
      const name = `u${randomBytes(6).toString('hex')}`
      const email = `${name}@example.test`
      const made = await db
        .transaction()
        .execute(tx => insertUser(tx, sealKey, { email, name, passwordHash, role, domainName }))
      return withCall({ email, password, ...made })
    },
    addDomain: async () => {
      const name = `domain-${randomBytes(4).toString('hex')}`
      await pool.query(
        `with made as (insert into domain (name) values ($1) returning id)
         insert into project (domain_id, name, policy) select id, 'default', 'default' from made`,
        [name],
      )
      return name
    },
    close: async () => {
      stop.abort()
      await db.destroy()
    },
  }
}

async function makeApp(
  databaseUrl: string,
): Promise<{ app: App; pool: pg.Pool; joinToken: string; adminEmail: string }> {
  const log = createLog('test')
  log.level = process.env['CAPSTAN_LOG_LEVEL'] ?? 'fatal'
  const { db, pool } = openDatabase(databaseUrl, () => {})
  const sealKey = sealKeyOf('test')
  const cluster = await readCluster(db, sealKey)
  const adminEmail = 'admin@example.test'
  await seedDefaults(db, sealKey, { email: adminEmail, password })
  const joinToken = randomBytes(16).toString('hex')
  await seedJoinToken(db, joinToken)
  const app: App = {
    db,
    log,
    sealKey,
    clusterId: cluster.clusterId,
    ticketKeys: cluster.ticketKeys,
    now: () => new Date(),
    logDays: 400,
    admission: createAdmission(db),
    findMachine: createFindMachine(db),
    wake: createWake(pool, log),
    changes: createChanges(),
  }
  return { app, pool, joinToken, adminEmail }
}

async function cloneDatabase(serverUrl: string): Promise<string> {
  const name = `test_${randomBytes(8).toString('hex')}`
  const client = new pg.Client({ connectionString: serverUrl })
  await client.connect()
  await client.query(`create database ${name} template template`)
  await client.end()
  return serverUrl.replace('/postgres?', `/${name}?`)
}

const signer =
  ({ accessKey, secretKey }: { accessKey: string; secretKey: string }) =>
  ({ method, target }: { method: string; target: string }): Record<string, string> =>
    signRequest({
      method,
      target,
      host,
      date: new Date().toISOString(),
      contentType: ['GET', 'DELETE'].includes(method) ? '' : 'application/json',
      version: signedApiVersion,
      accessKey,
      secretKey,
    })

/** The way a person gets their keys: sign in, then reveal them. */
async function signInForKeys(
  http: HttpApp,
  email: string,
): Promise<{ accessKey: string; secretKey: string }> {
  const prefix = `http://${host}/api/v1`
  const init = (body: object, cookie?: string): RequestInit => ({
    method: 'POST',
    headers: { host, 'content-type': 'application/json', ...(cookie !== undefined && { cookie }) },
    body: JSON.stringify(body),
  })
  const signedIn = await http.request(prefix + api.account.signIn.path, init({ email, password }))
  if (!signedIn.ok) throw new Error(`cannot sign in: ${await signedIn.text()}`)
  const cookie = signedIn.headers.get('set-cookie')?.split(';')[0]
  const revealed = await http.request(prefix + api.account.mainKeypair.path, init({}, cookie))
  return api.account.mainKeypair.output.parse(await revealed.json())
}
