import { api } from '@capstan/contract/api'
import type { SessionDetails } from '@capstan/contract/session'
import { startTestManager, type TestManager } from '@capstan/testkit/manager'
import { type FakeNode, joinNode, type KernelReport, kernelReport } from '@capstan/testkit/node'
import { startSession } from '@capstan/testkit/session'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import { keepHouse } from '../session/housekeeper.loop.ts'
import { schedule } from './scheduler.loop.ts'

let manager: TestManager
let nodes: readonly FakeNode[]
beforeEach(async () => {
  manager = await startTestManager(inject('databaseUrl'))
  nodes = [await joinNode(manager, 'node-1'), await joinNode(manager, 'node-2')]
})
afterEach(() => manager.close())

type Given = Parameters<typeof startSession>[2]

/** Each node has 4 cores. */
const ask = (cpu: number, clusterSize: number, given: Given = {}): Promise<SessionDetails> =>
  startSession(manager, manager.admin, {
    resources: { cpu, mem: 2 ** 28 },
    clusterSize,
    clusterMode: 'multi-node',
    ...given,
  })
const show = (id: string): Promise<SessionDetails> => manager.admin.call(api.session.show, { id })
const usedCores = async (): Promise<number> => {
  const { items } = await manager.admin.call(api.agent.list, {})
  return items.reduce((sum, { used }) => sum + (used['cpu'] ?? 0), 0)
}

/** Each node tells of its containers of a session; `of` says what of which, by host name. */
async function tell(
  id: string,
  of: (hostname: string) => Partial<KernelReport> = () => ({}),
): Promise<void> {
  const { kernels } = await show(id)
  for (const node of nodes)
    await node.sync({
      kernels: kernels
        .filter(({ agentId }) => agentId === node.id)
        .map(kernel => kernelReport(kernel.id, of(kernel.hostname))),
    })
}

test('SES-06 all containers of a session are placed in one turn, each knows the others, and it runs when all do', async () => {
  const { id } = await ask(2, 4)
  await schedule(manager.app)
  const placed = await show(id)
  expect(placed).toMatchObject({ status: 'scheduled', clusterSize: 4, clusterMode: 'multi-node' })
  expect(placed.kernels.map(({ hostname, role }) => [hostname, role])).toEqual([
    ['main1', 'main'],
    ['sub1', 'sub'],
    ['sub2', 'sub'],
    ['sub3', 'sub'],
  ])
  expect(placed.agentIds).toEqual(['node-1', 'node-2'])
  expect(await usedCores()).toBe(8)
  const desired = (await Promise.all(nodes.map(node => node.sync()))).flatMap(one => one.kernels)
  expect(new Set(desired.map(one => one.environ['BACKENDAI_CLUSTER_HOST']))).toEqual(
    new Set(placed.kernels.map(({ hostname }) => hostname)),
  )
  for (const { environ } of desired)
    expect(environ).toMatchObject({
      BACKENDAI_CLUSTER_SIZE: '4',
      BACKENDAI_CLUSTER_HOSTS: 'main1,sub1,sub2,sub3',
    })
  await tell(id, hostname =>
    hostname === 'sub3' ? { status: 'creating', startedAt: null } : { status: 'running' },
  )
  expect((await show(id)).status).toBe('creating')
  await tell(id)
  expect((await show(id)).status).toBe('running')
})

test('SES-06 while there is not room for all containers none is placed, and the reason says so', async () => {
  const small = await ask(2, 1)
  await schedule(manager.app)
  const whole = await ask(2, 4)
  await schedule(manager.app)
  expect(await show(whole.id)).toMatchObject({ status: 'pending', kernels: [] })
  expect((await show(whole.id)).reason?.message).toMatch(/cores/)
  expect(await usedCores()).toBe(2)
  await manager.admin.call(api.session.terminate, { ids: [small.id], force: true })
  await schedule(manager.app)
  expect((await show(whole.id)).kernels).toHaveLength(4)
})

test('SES-01 on a single node all containers are on one agent, also when there is room elsewhere', async () => {
  const { id } = await ask(2, 2, { clusterMode: 'single-node' })
  await schedule(manager.app)
  const { kernels } = await show(id)
  expect(kernels).toHaveLength(2)
  expect(new Set(kernels.map(({ agentId }) => agentId)).size).toBe(1)
})

test('SES-01 more containers than could ever have room are refused at the field, with how many have', async () => {
  await expect(ask(2, 5)).rejects.toMatchObject({
    code: 'never_fits',
    issues: [
      {
        path: 'clusterSize',
        message:
          '5 containers are asked for; the agents of default together can hold 4 such at most',
      },
    ],
  })
  await expect(ask(2, 3, { clusterMode: 'single-node' })).rejects.toMatchObject({
    message: expect.stringContaining('any agent of default can hold 2 such at most'),
  })
})

test('SES-06 a container that does not start takes the others with it; all are tried again together', async () => {
  const { id } = await ask(2, 4)
  await schedule(manager.app)
  await tell(id, hostname =>
    hostname === 'sub2' ? { status: 'terminated', startedAt: null } : { status: 'running' },
  )
  expect((await show(id)).kernels.map(({ status }) => status)).toEqual([
    'terminating',
    'terminating',
    'error',
    'terminating',
  ])
  await tell(id, hostname => ({
    status: 'terminated',
    exitCode: 143,
    ...(hostname === 'sub2' && { startedAt: null }),
  }))
  expect(await show(id)).toMatchObject({ status: 'pending', kernels: [] })
  expect(await usedCores()).toBe(0)
  await schedule(manager.app)
  expect((await show(id)).kernels).toHaveLength(4)
})

test('SES-06 what a lost agent never started takes the containers on other agents along, and these are told at once', async () => {
  await ask(2, 4)
  await schedule(manager.app)
  const woken = new Promise<void>(resolve => {
    manager.app.wake.on('agent:node-2', resolve)
  })
  await sql`update agent set last_contact_at = now() - interval '1 minute' where id = 'node-1'`.execute(
    manager.app.db,
  )
  await keepHouse(manager.app)
  await sql`update agent set lost_at = now() - interval '1 minute' where id = 'node-1'`.execute(
    manager.app.db,
  )
  await keepHouse(manager.app)
  await woken
  const stopped = (await nodes[1]!.sync()).kernels
  expect(stopped.map(({ desired }) => desired)).toEqual(['stop', 'stop'])
})

test('SES-06 a start whose agents are lost one after the other is tried again, with what it had started too', async () => {
  const { id } = await ask(2, 4)
  await schedule(manager.app)
  await tell(id, hostname =>
    hostname === 'sub3' ? { status: 'running' } : { status: 'creating', startedAt: null },
  )
  for (const node of ['node-1', 'node-2']) {
    await sql`update agent set last_contact_at = now() - interval '1 minute' where id = ${node}`.execute(
      manager.app.db,
    )
    await keepHouse(manager.app)
    await sql`update agent set lost_at = now() - interval '1 minute' where id = ${node}`.execute(
      manager.app.db,
    )
    await keepHouse(manager.app)
  }
  expect(await show(id)).toMatchObject({ status: 'pending', reason: { code: 'agent_lost' } })
})

test('POL-06 a session of more containers than its policy allows by now waits, and says so', async () => {
  const { id } = await ask(1, 3)
  await manager.admin.call(api.keypairPolicy.update, { name: 'default', maxClusterSize: 2 })
  await schedule(manager.app)
  expect(await show(id)).toMatchObject({ status: 'pending', reason: { code: 'policy_limit' } })
})

test('SES-01 no more than 1000 containers are asked for at once', async () => {
  const { projectId, resourceGroup, image } = await ask(1, 1)
  const request = {
    name: 'many',
    count: 11,
    clusterSize: 100,
    type: 'interactive',
    projectId,
    imageId: image.id,
    resourceGroup,
    resources: { cpu: 0.01, mem: 2 ** 24 },
  } as const
  await expect(manager.admin.call(api.session.createMany, request)).rejects.toMatchObject({
    issues: [{ path: 'clusterSize' }],
  })
})

const desiredKernels = async () =>
  (await Promise.all(nodes.map(node => node.sync()))).flatMap(one => one.kernels)

test('SES-06 a command begins when all other containers run, and not before; the agent of its container is told at once', async () => {
  const { id } = await ask(2, 4, { type: 'batch', startupCommand: 'train' })
  await schedule(manager.app)
  const { kernels } = await show(id)
  const main = kernels.find(({ role }) => role === 'main')!
  const wanted = async (): Promise<string[]> =>
    (await desiredKernels()).map(({ hostname }) => hostname).sort()
  expect(await wanted()).toEqual(['sub1', 'sub2', 'sub3'])
  const of = (slow: Partial<KernelReport>) => (hostname: string) =>
    hostname === 'sub3' ? slow : {}
  const tellSubs = async (of: (hostname: string) => Partial<KernelReport>): Promise<void> => {
    for (const node of nodes)
      await node.sync({
        kernels: kernels
          .filter(({ agentId, role }) => agentId === node.id && role === 'sub')
          .map(kernel => kernelReport(kernel.id, of(kernel.hostname))),
      })
  }
  await tellSubs(of({ status: 'pulling', startedAt: null }))
  expect((await show(id)).status).toBe('pulling')
  expect(await wanted()).toEqual(['sub1', 'sub2', 'sub3'])
  const woken = new Promise<void>(resolve => {
    manager.app.wake.on(`agent:${main.agentId}`, resolve)
  })
  await tellSubs(of({ status: 'running' }))
  await woken
  expect((await show(id)).status).toBe('creating')
  expect(await wanted()).toEqual(['main1', 'sub1', 'sub2', 'sub3'])
  await tell(id)
  expect((await show(id)).status).toBe('running')
})

test('SES-06 a command whose other containers do not start has not begun, and begins once when they do', async () => {
  const { id } = await ask(2, 4, { type: 'batch', startupCommand: 'train' })
  await schedule(manager.app)
  const first = await show(id)
  const main = first.kernels.find(({ role }) => role === 'main')!
  const home = nodes.find(node => node.id === main.agentId)!
  const other = nodes.find(node => node.id !== main.agentId)!
  const failed = first.kernels.filter(({ agentId }) => agentId === other.id)
  await other.sync({
    kernels: failed.map(({ id }) => kernelReport(id, { status: 'terminated', startedAt: null })),
  })
  const stopped = (await home.sync()).kernels
  expect(stopped.map(({ desired }) => desired)).toEqual(['stop', 'stop'])
  await tell(id, () => ({ status: 'terminated', startedAt: null }))
  expect(await show(id)).toMatchObject({ status: 'pending', kernels: [] })
  await schedule(manager.app)
  const again = (await desiredKernels()).filter(({ desired }) => desired === 'run')
  expect(again.map(({ hostname }) => hostname).sort()).toEqual(['sub1', 'sub2', 'sub3'])
})

test('SES-05 SES-06 the command of a batch session runs in its main container, and the others end when it is done', async () => {
  const { id } = await ask(2, 4, { type: 'batch', startupCommand: 'train' })
  await schedule(manager.app)
  await tell(id, hostname =>
    hostname === 'main1' ? { status: 'preparing', startedAt: null } : { status: 'running' },
  )
  const desired = await desiredKernels()
  const commands = desired
    .toSorted((a, b) => a.hostname.localeCompare(b.hostname))
    .map(one => [one.sessionType, one.startupCommand])
  expect(commands).toEqual([['batch', 'train'], ...[1, 2, 3].map(() => ['interactive', null])])
  await tell(id)
  await tell(id, hostname =>
    hostname === 'main1' ? { status: 'terminated', exitCode: 0 } : { status: 'running' },
  )
  expect((await show(id)).status).toBe('terminating')
  await tell(id, () => ({ status: 'terminated', exitCode: 143 }))
  expect(await show(id)).toMatchObject({ status: 'terminated', result: 'success', exitCode: 0 })
  expect(await usedCores()).toBe(0)
})

test('SES-06 a session ends when any of its containers is gone, and says which', async () => {
  const { id } = await ask(2, 4)
  await schedule(manager.app)
  await tell(id)
  await tell(id, hostname =>
    hostname === 'sub1' ? { status: 'terminated', exitCode: 1 } : { status: 'running' },
  )
  expect(await show(id)).toMatchObject({
    status: 'terminating',
    reason: { message: 'Its container sub1 ended: It ended with exit code 1' },
  })
})

test('POL-04 POL-06 the limits of a policy count the containers of a session, and all that they take', async () => {
  const { accessKey } = manager.admin
  await manager.admin.call(api.keypairPolicy.create, { name: 'lab', maxClusterSize: 3 })
  await manager.admin.call(api.keypair.update, { accessKey, policy: 'lab' })
  await expect(ask(1, 4)).rejects.toMatchObject({
    code: 'policy_limit',
    message: 'Policy lab allows 3 containers in a session; 4 are asked for',
  })
  await manager.admin.call(api.keypairPolicy.update, { name: 'lab', maxResources: { cpu: 5 } })
  await expect(ask(2, 3)).rejects.toMatchObject({ code: 'policy_limit' })
  await ask(1, 3)
  await schedule(manager.app)
  const second = await ask(1, 3)
  await schedule(manager.app)
  expect((await show(second.id)).reason).toMatchObject({
    code: 'policy_limit',
    message: 'Policy lab allows 5 cores; 3 cores in use, 3 cores asked for',
  })
})
