import { api } from '@capstan/contract/api'
import { eventsPath } from '@capstan/contract/event'
import { startTestManager, type TestManager } from '@capstan/testkit/manager'
import { joinNode, kernelReport } from '@capstan/testkit/node'
import { startService, startSession } from '@capstan/testkit/session'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, expect, inject, test, vi } from 'vitest'
import { changeChannel } from '../db/changes.ts'
import { listenToDatabase } from '../db/listen.ts'
import { schedule } from '../scheduler/scheduler.loop.ts'
import { keepHouse } from '../session/housekeeper.loop.ts'

let manager: TestManager
const stop = new AbortController()
let listening: Promise<void>

beforeAll(async () => {
  manager = await startTestManager(inject('databaseUrl'))
  const { app, databaseUrl } = manager
  const connected = Promise.withResolvers<void>()
  listening = listenToDatabase({
    url: databaseUrl,
    channels: { [changeChannel]: app.changes.receive },
    onConnect: connected.resolve,
    log: app.log,
    signal: stop.signal,
  })
  await connected.promise
})
afterAll(async () => {
  stop.abort()
  await listening
  await manager.close()
})

const address = `http://manager.test/api/v1`

async function signIn(person: { email: string; password: string }): Promise<string> {
  const response = await manager.http.request(`${address}/sign-in`, {
    method: 'POST',
    headers: { host: 'manager.test', 'content-type': 'application/json' },
    body: JSON.stringify({ email: person.email, password: person.password }),
  })
  return response.headers.get('set-cookie')?.split(';')[0] ?? ''
}

const opened: ReadableStreamDefaultReader<string>[] = []
afterEach(async () => {
  await Promise.all(opened.splice(0).map(reader => reader.cancel()))
})

/** An open event stream, and all that it says until it ends. */
async function openStream(cookie: string): Promise<{ heard: () => string; ended: Promise<void> }> {
  const { body } = await manager.http.request(address + eventsPath, { headers: { cookie } })
  const reader = body!.pipeThrough(new TextDecoderStream()).getReader()
  opened.push(reader)
  let text = ''
  const first = await reader.read()
  text += first.value ?? ''
  const ended = (async () => {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      text += value
    }
  })()
  return { heard: () => text, ended }
}

const accountStatus = async (cookie: string): Promise<number> =>
  (await manager.http.request(`${address}/account`, { headers: { cookie } })).status

test('ACC-04 the event stream of somebody who is deactivated ends at once, and their next request is refused', async () => {
  const user = await manager.addUser()
  const cookie = await signIn(user)
  const { heard, ended } = await openStream(cookie)
  expect(heard()).toContain('ready')
  await manager.admin.call(api.user.update, { id: user.userId, status: 'inactive' })
  await expect(ended).resolves.toBeUndefined()
  expect(heard()).toContain('"topic":"account"')
  expect(await accountStatus(cookie)).toBe(401)
})

test('ACC-04 who is deactivated while their event stream is being opened does not keep it', async () => {
  const user = await manager.addUser()
  const cookie = await signIn(user)
  const { app } = manager
  const { admission } = app
  // By now it was looked up who asks.
  vi.spyOn(app, 'admission').mockImplementationOnce(async accessKey => {
    const told = Promise.withResolvers<void>()
    const stopListening = app.changes.on(({ topic }) => {
      if (topic === 'account') told.resolve()
    })
    await manager.admin.call(api.user.update, { id: user.userId, status: 'inactive' })
    await told.promise
    stopListening()
    return admission(accessKey)
  })
  const { ended } = await openStream(cookie)
  await expect(ended).resolves.toBeUndefined()
})

test('ACC-04 a keypair that is deactivated ends the stream that acts with it', async () => {
  const user = await manager.addUser()
  const { ended } = await openStream(await signIn(user))
  const { accessKey } = user
  await manager.admin.call(api.keypair.update, { accessKey, isActive: false })
  await expect(ended).resolves.toBeUndefined()
})

test('who is no administrator any more does not hear what only administrators may: the stream ends', async () => {
  const admin = await manager.addUser({ role: 'admin' })
  const { ended } = await openStream(await signIn(admin))
  await manager.admin.call(api.user.update, { id: admin.userId, role: 'user' })
  await expect(ended).resolves.toBeUndefined()
})

test('others hear nothing of it, and their streams stay', async () => {
  const [user, bystander] = [await manager.addUser(), await manager.addUser()]
  const { heard } = await openStream(await signIn(bystander))
  const theirs = await openStream(await signIn(user))
  await manager.admin.call(api.user.update, { id: user.userId, status: 'inactive' })
  await theirs.ended
  expect(heard()).not.toContain('account')
})

test('signing out ends the streams of that browser, and not those of another one', async () => {
  const user = await manager.addUser()
  const [here, there] = [await signIn(user), await signIn(user)]
  const [left, stays] = [await openStream(here), await openStream(there)]
  const headers = { host: 'manager.test', 'content-type': 'application/json', cookie: here }
  await manager.http.request(`${address}/sign-out`, { method: 'POST', headers, body: '{}' })
  await left.ended
  await vi.waitFor(() => expect(stays.heard()).toContain('account'), 10_000)
  manager.app.changes.receive('proxy:p')
  await vi.waitFor(() => expect(stays.heard()).toContain('proxy'), 10_000)
  expect(await accountStatus(there)).toBe(200)
})

test('AGT-06 whoever looks at a session hears that its node is lost, and that it has come back', async () => {
  const user = await manager.addUser()
  const node = await joinNode(manager, 'node-1')
  const { id } = await startSession(manager, user)
  await schedule(manager.app)
  const { kernels } = await user.call(api.session.show, { id })
  const reported = { kernels: [kernelReport(kernels[0]!.id)] }
  await node.sync(reported)
  const { heard } = await openStream(await signIn(user))
  const told = (): number => heard().split(`"topic":"session","ids":["${id}"]`).length - 1
  await sql`update agent set last_contact_at = now() - interval '16 seconds'`.execute(
    manager.app.db,
  )
  // What was told of before this comes before it.
  await user.call(api.session.rename, { id, name: 'looked-at' })
  await vi.waitFor(() => expect(told()).toBeGreaterThan(0), 10_000)
  const before = told()
  await keepHouse(manager.app)
  expect(await user.call(api.session.show, { id })).toMatchObject({ isNodeLost: true })
  await vi.waitFor(() => expect(told()).toBe(before + 1), 10_000)
  await node.sync(reported)
  expect(await user.call(api.session.show, { id })).toMatchObject({ isNodeLost: false })
  await vi.waitFor(() => expect(told()).toBe(before + 2), 10_000)
})

test('a change of a model service is heard by those who see it, and by nobody else', async () => {
  const [user, bystander] = [await manager.addUser(), await manager.addUser()]
  await joinNode(manager, 'node-2')
  const { id } = await startService(user)
  const [theirs, other] = [
    await openStream(await signIn(user)),
    await openStream(await signIn(bystander)),
  ]
  await user.call(api.service.update, { id, replicaCount: 0 })
  await vi.waitFor(() => expect(theirs.heard()).toContain(`"service","ids":["${id}"]`), 10_000)
  manager.app.changes.receive('proxy:p')
  await vi.waitFor(() => expect(other.heard()).toContain('proxy'), 10_000)
  expect(other.heard()).not.toContain('service')
})
