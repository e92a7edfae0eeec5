import { api } from '@capstan/contract/api'
import { startTestManager, type TestManager } from '@capstan/testkit/manager'
import { joinNode, kernelReport } from '@capstan/testkit/node'
import { startSession } from '@capstan/testkit/session'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { schedule } from '../scheduler/scheduler.loop.ts'

let manager: TestManager
let sessionId: string
beforeAll(async () => {
  manager = await startTestManager(inject('databaseUrl'))
  const node = await joinNode(manager, 'node-1')
  sessionId = (await startSession(manager, manager.admin)).id
  await schedule(manager.app)
  const { kernels } = await manager.admin.call(api.session.show, { id: sessionId })
  await node.sync({ kernels: [kernelReport(kernels[0]!.id)] })
  await joinProxy('a-of-a-rack', 'rack.test', manager.joinToken)
  await joinProxy('local', 'beside.test', manager.joinToken)
})
afterAll(() => manager.close())

/** A proxy named `id` that browsers find under `host`. */
async function joinProxy(id: string, host: string, joinToken: string) {
  const where = { address: `https://${host}`, appsHost: `apps.${host}`, isTls: true }
  const { token } = await manager.anonymous(api.proxy.join, { joinToken, id, ...where })
  const call = manager.machine(token)
  return {
    beat: (as: string) => call(api.proxy.heartbeat, { ...where, version: '1', joinToken: as }),
  }
}

const setProxy = (given: { proxyAddress?: string | null; proxyToken?: string | null }) =>
  manager.admin.call(api.group.update, { name: 'default', ...given })

/** Host, less the application's own label, that a browser is sent to. */
const opened = async (): Promise<string> => {
  const { url } = await manager.admin.call(api.session.openApp, { id: sessionId, app: 'web' })
  return new URL(url).hostname.replace(/^[^.]+\./, '')
}

test('GRP-04 without an address applications open through the manager’s own proxy, not through one that a group calls its own', async () => {
  await setProxy({ proxyAddress: null })
  await manager.admin.call(api.group.create, { name: 'rack', proxyAddress: 'https://rack.test' })
  expect(await opened()).toBe('apps.beside.test')
  await manager.admin.call(api.group.remove, { name: 'rack' })
})

test('GRP-04 with an address browsers are sent to the proxy that is there, for terminals too', async () => {
  await setProxy({ proxyAddress: 'https://rack.test/' })
  expect(await opened()).toBe('apps.rack.test')
  const { url } = await manager.admin.call(api.session.openTerminal, { id: sessionId })
  expect(new URL(url).host).toBe('rack.test')
})

test('GRP-04 a group with a token trusts only a proxy that knows it, from joining or since its restart', async () => {
  const proxyToken = 'only-the-rack-knows'
  await setProxy({ proxyAddress: 'https://rack.test', proxyToken })
  await expect(opened()).rejects.toMatchObject({
    code: 'no_proxy',
    message: expect.stringContaining('https://rack.test') as string,
  })
  const proxy = await joinProxy('b-of-the-rack', 'rack.test', proxyToken)
  expect(await opened()).toBe('apps.rack.test')
  await setProxy({ proxyToken: 'another-one-than-before' })
  await expect(opened()).rejects.toMatchObject({ code: 'no_proxy' })
  await proxy.beat('a-guess-that-is-wrong')
  await expect(opened()).rejects.toMatchObject({ code: 'no_proxy' })
  await proxy.beat('another-one-than-before')
  expect(await opened()).toBe('apps.rack.test')
})

test('GRP-04 a group whose proxy is away says so, and does not use another one', async () => {
  await setProxy({ proxyAddress: 'https://rack.test', proxyToken: null })
  await sql`update proxy set last_contact_at = now() - interval '1 minute' where address = 'https://rack.test'`.execute(
    manager.app.db,
  )
  await expect(opened()).rejects.toMatchObject({ code: 'no_proxy' })
  await setProxy({ proxyAddress: null })
  expect(await opened()).toBe('apps.beside.test')
})
