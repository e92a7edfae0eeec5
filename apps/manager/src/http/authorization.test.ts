import { api, endpoints } from '@capstan/contract/api'
import type { Call } from '@capstan/contract/client'
import { AppError } from '@capstan/contract/errors'
import { roles } from '@capstan/core/access'
import { startTestManager, type TestManager } from '@capstan/testkit/manager'
import { joinNode, kernelReport, report } from '@capstan/testkit/node'
import { startService, startSession } from '@capstan/testkit/session'
import { unseal } from '../db/seal.ts'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { schedule } from '../scheduler/scheduler.loop.ts'

/** Whose things a request is about: those of the caller's own user (or machine), or those of somebody in another domain. */
const tenants = ['own', 'other'] as const
type Tenant = (typeof tenants)[number]

interface Things {
  readonly userId: string
  readonly accessKey: string
  readonly sessionId: string
  readonly serviceId: string
  readonly kernelId: string
  readonly projectId: string
  readonly domainName: string
  readonly agentId: string
}

let manager: TestManager
let imageId: string
const callers = new Map<string, { call: Call; things: Readonly<Record<Tenant, Things>> }>()

beforeAll(async () => {
  manager = await startTestManager(inject('databaseUrl'))
  const node = await joinNode(manager, 'node-1', { capacity: { cpu: 100, mem: 2 ** 40 } })
  const otherNode = await joinNode(manager, 'node-2', { capacity: { cpu: 100, mem: 2 ** 40 } })
  imageId = (await manager.admin.call(api.image.list, {})).items[0]!.id
  const otherDomain = await manager.addDomain()
  const stranger = await manager.addUser({ domainName: otherDomain })
  const thingsOf = async (
    user: typeof stranger,
    agentId: string,
    domainName = 'default',
  ): Promise<Things> => {
    const { id } = await startSession(manager, user)
    const service = await startService(user, { replicaCount: 0 })
    await schedule(manager.app)
    const details = await user.call(api.session.show, { id })
    const kernelId = details.kernels[0]!.id
    const owner = details.agentIds[0] === 'node-1' ? node : otherNode
    await owner.sync({ kernels: [kernelReport(kernelId)] })
    const { userId, accessKey } = user
    const { projectId } = details
    return {
      userId,
      accessKey,
      sessionId: id,
      serviceId: service.id,
      kernelId,
      projectId,
      domainName,
      agentId,
    }
  }
  const other = await thingsOf(stranger, 'node-2', otherDomain)
  for (const role of ['superadmin', 'admin', 'user'] as const) {
    const user = await manager.addUser({ role })
    callers.set(role, { call: user.call, things: { own: await thingsOf(user, 'node-1'), other } })
  }
  const own = { ...(await thingsOf(manager.admin, 'node-1')) }
  const { joinToken } = manager
  const proxy = await manager.anonymous(api.proxy.join, {
    joinToken,
    id: 'proxy-1',
    address: 'http://127.0.0.1:8081',
    appsHost: 'apps.example.test:8081',
  })
  const storage = await manager.anonymous(api.storage.join, { joinToken, id: 'storage-1' })
  callers.set('agent', { call: node.call, things: { own, other } })
  callers.set('proxy', { call: manager.machine(proxy.token), things: { own, other } })
  callers.set('storage', { call: manager.machine(storage.token), things: { own, other } })
  callers.set('anonymous', { call: manager.anonymous, things: { own, other } })
}, 60_000)
afterAll(() => manager.close())

const environValue = 'environment-value-of-somebody'
const nobody = '01900000-0000-7000-8000-000000000000'

const newUser = () => {
  const name = `n${crypto.randomUUID().slice(0, 8)}`
  return { email: `${name}@example.test`, name, password: 'correct-horse-1' }
}

const requireChange = (userId: string) => ({
  kind: 'user.update',
  target: { by: 'ids', ids: [userId] },
  changes: { isPasswordChangeRequired: false },
})

/** A well-formed request for each endpoint. One that is missing here fails the test. */
const inputs: Readonly<Record<string, (things: Things) => unknown>> = {
  'account.signIn': () => ({ email: `${crypto.randomUUID()}@x.test`, password: 'x' }),
  'account.signOut': () => ({}),
  'account.show': () => ({}),
  'account.mainKeypair': () => ({}),
  'account.update': () => ({}),
  'account.changePassword': () => ({ current: 'x', password: 'correct-horse-2' }),
  'account.beginTotp': () => ({ password: 'x' }),
  'account.confirmTotp': () => ({ code: '000000' }),
  'account.leaveTotp': () => ({ password: 'x', code: '000000' }),
  'account.listKeypairs': () => ({}),
  'account.chooseMainKeypair': ({ accessKey }) => ({ accessKey }),
  'agent.list': () => ({}),
  'agent.show': ({ agentId }) => ({ id: agentId }),
  'agent.update': ({ agentId }) => ({ id: agentId, isSchedulable: true }),
  'agent.drain': ({ agentId }) => ({ id: agentId }),
  'agent.move': ({ agentId }) => ({ id: agentId, resourceGroup: 'default' }),
  'device.list': ({ agentId }) => ({ agentId }),
  'agent.drainMany': ({ agentId }) => ({ ids: [agentId] }),
  'agent.cancelDrainMany': ({ agentId }) => ({ ids: [agentId] }),
  'agent.moveMany': ({ agentId }) => ({ ids: [agentId], resourceGroup: 'default' }),
  'agent.cancelDrain': ({ agentId }) => ({ id: agentId }),
  'group.list': () => ({}),
  'group.show': () => ({ name: 'default' }),
  'group.create': () => ({ name: `g-${crypto.randomUUID().slice(0, 8)}` }),
  'group.update': () => ({ name: 'default', description: 'changed' }),
  'group.remove': () => ({ name: 'nothing-refers-to' }),
  'scheduler.queue': () => ({ name: 'default' }),
  'scheduler.showOutlook': ({ sessionId }) => ({ id: sessionId }),
  'scheduler.whatIf': () => ({ name: 'default' }),
  'scheduler.previewPriority': () => ({ name: 'default', ids: [nobody], priority: 20 }),
  'scheduler.listDefaults': () => ({}),
  'scheduler.updateDefaults': () => ({ scheduler: 'fifo' }),
  'image.list': () => ({}),
  'image.startTask': () => ({ kind: 'pull', reference: 'example/image:1' }),
  'image.listTasks': () => ({}),
  'image.cancelTask': () => ({ id: nobody }),
  'job.list': () => ({}),
  'job.show': () => ({ id: nobody }),
  'job.listItems': () => ({ id: nobody }),
  'job.preview': ({ userId }) => requireChange(userId),
  'job.create': ({ userId }) => requireChange(userId),
  'job.cancel': () => ({ id: nobody }),
  'job.passwords': () => ({ id: nobody }),
  'job.forgetPasswords': () => ({ id: nobody }),
  'joinToken.list': () => ({}),
  'joinToken.create': () => ({}),
  'joinToken.remove': () => ({ id: nobody }),
  ...Object.fromEntries(
    ['keypairPolicy', 'projectPolicy', 'userPolicy'].flatMap(noun => [
      [`${noun}.list`, () => ({})],
      [`${noun}.show`, () => ({ name: 'default' })],
      [`${noun}.create`, () => ({ name: `p-${crypto.randomUUID().slice(0, 8)}` })],
      [`${noun}.update`, () => ({ name: 'default' })],
      [`${noun}.preview`, () => ({ name: 'default' })],
      [`${noun}.checkImport`, () => ({ csv: 'name\nx' })],
      [`${noun}.import`, () => ({ csv: 'name\nimported' })],
      [`${noun}.remove`, () => ({ name: 'nobody-follows' })],
    ]),
  ),
  ...Object.fromEntries(Object.keys(api.export).map(noun => [`export.${noun}`, () => ({})])),
  'domain.list': () => ({}),
  'domain.show': ({ domainName }) => ({ name: domainName }),
  'domain.create': () => ({ name: `d-${crypto.randomUUID().slice(0, 8)}` }),
  'domain.update': ({ domainName }) => ({ name: domainName, description: 'changed' }),
  'operation.list': () => ({}),
  'operation.show': () => ({ id: nobody }),
  'operation.retention': () => ({}),
  'operation.undo': () => ({ id: nobody }),
  'operation.retry': () => ({ id: nobody }),
  'project.list': () => ({}),
  'project.show': ({ projectId }) => ({ id: projectId }),
  'project.create': ({ domainName }) => ({
    name: `p-${crypto.randomUUID().slice(0, 8)}`,
    domainName,
  }),
  'project.update': ({ projectId }) => ({ id: projectId, description: 'changed' }),
  'project.listMembers': ({ projectId }) => ({ id: projectId }),
  'project.changeMembers': ({ projectId }) => ({ id: projectId }),
  'proxy.join': () => ({
    joinToken: 'nope',
    id: 'p',
    address: 'http://127.0.0.1:1',
    appsHost: 'x',
  }),
  'proxy.heartbeat': () => ({
    address: 'http://127.0.0.1:8081',
    appsHost: 'apps.example.test:8081',
    version: '1',
  }),
  'proxy.exchange': () => ({ ticket: 'x' }),
  'proxy.resolve': () => ({ grant: 'x' }),
  'search.find': () => ({ q: 'a' }),
  'service.create': ({ projectId }) => ({
    name: `s-${crypto.randomUUID().slice(0, 8)}`,
    projectId,
    imageId,
    resources: { cpu: 1, mem: 256 * 1024 ** 2 },
    startupCommand: 'serve',
    environ: { TOKEN: environValue },
  }),
  'service.list': () => ({}),
  'service.show': ({ serviceId }) => ({ id: serviceId }),
  'service.update': ({ serviceId }) => ({ id: serviceId, replicaCount: 0 }),
  'service.terminate': ({ serviceId }) => ({ id: serviceId }),
  'session.create': ({ projectId }) => ({
    name: `s-${crypto.randomUUID().slice(0, 8)}`,
    projectId,
    imageId,
    resources: { cpu: 0.1, mem: 2 ** 25 },
    environ: { API_TOKEN: environValue },
  }),
  'session.createMany': ({ projectId }) => ({
    name: `m-${crypto.randomUUID().slice(0, 8)}`,
    count: 2,
    projectId,
    imageId,
    resources: { cpu: 0.1, mem: 2 ** 25 },
  }),
  'session.list': () => ({}),
  'session.show': ({ sessionId }) => ({ id: sessionId }),
  'session.rename': ({ sessionId }) => ({
    id: sessionId,
    name: `r-${crypto.randomUUID().slice(0, 8)}`,
  }),
  'session.changePriority': ({ sessionId }) => ({ id: sessionId, priority: 20 }),
  'session.changePriorities': ({ sessionId }) => ({ items: [{ id: sessionId, priority: 20 }] }),
  'session.terminate': () => ({ ids: [nobody] }),
  'session.log': ({ sessionId }) => ({ id: sessionId }),
  'session.usage': ({ sessionId }) => ({ id: sessionId }),
  'session.openApp': ({ sessionId }) => ({ id: sessionId, app: 'web' }),
  'session.openTerminal': ({ sessionId }) => ({ id: sessionId }),
  'storage.join': () => ({ joinToken: 'nope', id: 's' }),
  'storage.report': () => ({ address: 'http://127.0.0.1:1', version: '1', volumes: [] }),
  'storage.list': () => ({}),
  'sync.join': () => ({ joinToken: 'nope', id: 'a' }),
  'sync.sync': ({ agentId, kernelId }) => ({
    id: agentId,
    observed: report({ images: null, kernels: [kernelReport(kernelId)] }),
    desiredHash: '',
    waitMs: 0,
  }),
  'sync.leave': ({ agentId }) => ({ id: agentId, reason: 'test' }),
  'sync.appendLog': ({ agentId, kernelId }) => ({
    id: agentId,
    kernelId,
    offset: 0,
    data: '',
    isComplete: false,
  }),
  'user.list': () => ({}),
  'user.show': ({ userId }) => ({ id: userId }),
  'user.create': () => newUser(),
  'user.update': ({ userId }) => ({ id: userId, description: 'changed' }),
  'keypair.list': () => ({}),
  'keypair.show': ({ accessKey }) => ({ accessKey }),
  'keypair.create': ({ userId }) => ({ userId }),
  'keypair.reveal': ({ accessKey }) => ({ accessKey }),
  'keypair.update': ({ accessKey }) => ({ accessKey, rateLimit: 20_000 }),
  'keypair.remove': ({ accessKey }) => ({ accessKey }),
  'system.version': () => ({}),
  'system.setup': () => ({}),
}

const outcome = async (call: Call, name: string, input: unknown): Promise<string> => {
  const { endpoint } = endpoints.find(candidate => candidate.name === name)!
  try {
    await call(endpoint, input as never)
    return 'ok'
  } catch (error) {
    if (error instanceof AppError) return error.code
    throw error
  }
}

test(
  'every endpoint answers every role, about own and others’ things, as the committed table says',
  { timeout: 120_000 },
  async () => {
    const rows: string[] = []
    for (const { name } of endpoints) {
      const input = inputs[name]
      if (!input) throw new Error(`write a well-formed input for ${name} into this test`)
      for (const role of roles) {
        const { call, things } = callers.get(role)!
        const cells = []
        for (const tenant of tenants)
          cells.push(`${tenant} ${await outcome(call, name, input(things[tenant]))}`)
        rows.push(`${name.padEnd(22)} ${role.padEnd(11)} ${cells.join('  ')}`)
      }
    }
    await expect(`${rows.join('\n')}\n`).toMatchFileSnapshot('authorization.table.txt')
  },
)

test('PLS-05 no password, key, seed or environment value stands in the log, whatever was asked for by whomever', async () => {
  const { db, sealKey } = manager.app
  const { seed } = await enrolled(manager.admin)
  const entries = await db.selectFrom('auditEntry').selectAll().execute()
  expect(new Set(entries.map(({ operation }) => operation)).size).toBeGreaterThan(30)
  expect(entries.filter(({ code }) => code !== null).length).toBeGreaterThan(30)
  const keypairs = await db.selectFrom('keypair').select(['accessKey', 'secretKeySealed']).execute()
  const secrets = [
    environValue,
    'correct-horse-1',
    'correct-horse-2',
    seed,
    ...keypairs.map(({ accessKey, secretKeySealed }) =>
      unseal(sealKey, secretKeySealed, `keypair:${accessKey}`),
    ),
  ]
  const log = JSON.stringify(entries)
  expect(secrets.filter(secret => log.includes(secret))).toEqual([])
})

/** Somebody who has begun two-factor sign-in, with a wrong code and a wrong password on the way. */
async function enrolled({ call }: { call: Call }): Promise<{ seed: string }> {
  const { secret: seed } = await call(api.account.beginTotp, { password: 'correct-horse-1' })
  await expect(call(api.account.confirmTotp, { code: '000000' })).rejects.toThrow(AppError)
  await expect(
    call(api.account.changePassword, { current: 'correct-horse-2', password: 'correct-horse-1' }),
  ).rejects.toThrow(AppError)
  return { seed }
}

test('who administers a domain sees nobody of another one, exactly as if they did not exist', async () => {
  const { call, things } = callers.get('admin')!
  const { userId, accessKey } = things.other
  const answers = async (id: string, key: string): Promise<unknown[]> =>
    Promise.all([
      outcome(call, 'user.show', { id }),
      outcome(call, 'user.update', { id, description: 'x' }),
      outcome(call, 'keypair.create', { userId: id }),
      outcome(call, 'keypair.reveal', { accessKey: key }),
      outcome(call, 'keypair.update', { accessKey: key, isActive: false }),
      outcome(call, 'keypair.remove', { accessKey: key }),
    ])
  expect(await answers(userId, accessKey)).toEqual(await answers(nobody, 'AKIAAAAAAAAAAAAAAAAA'))
  const { items } = await call(api.user.list, { limit: 200 })
  expect(items.map(({ id }) => id)).not.toContain(userId)
})

test('what is another tenant’s is answered exactly as what does not exist', async () => {
  const { call, things } = callers.get('user')!
  for (const name of [
    'service.show',
    'service.update',
    'service.terminate',
    'session.show',
    'session.rename',
    'session.changePriority',
    'session.log',
    'session.usage',
    'session.openApp',
    'session.openTerminal',
    'scheduler.showOutlook',
  ]) {
    const { endpoint } = endpoints.find(candidate => candidate.name === name)!
    const body = async (things: Things): Promise<unknown> => {
      const error: unknown = await call(endpoint, inputs[name]!(things) as never).catch(
        (thrown: unknown) => thrown,
      )
      if (!(error instanceof AppError)) throw new Error(`${name} let a stranger in`)
      return { code: error.code, message: error.message, issues: error.issues }
    }
    const nothing = { ...things.other, sessionId: nobody, serviceId: nobody }
    expect(await body(things.other)).toEqual(await body(nothing))
  }
})
