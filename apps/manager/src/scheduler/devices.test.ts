import { api } from '@capstan/contract/api'
import { startTestManager, type TestManager } from '@capstan/testkit/manager'
import { type FakeNode, joinNode, kernelReport, type Report } from '@capstan/testkit/node'
import { startSession } from '@capstan/testkit/session'
import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import { schedule } from './scheduler.loop.ts'

const gib = 2 ** 30
let manager: TestManager
beforeEach(async () => {
  manager = await startTestManager(inject('databaseUrl'))
})
afterEach(() => manager.close())

const gpu = (index: number, given: Partial<Report['devices'][number]> = {}) => ({
  id: `GPU-${index}`,
  kind: 'cuda',
  model: 'NVIDIA H100',
  slot: 'cuda.device',
  capacity: 1,
  numaNode: null,
  ...given,
})

/** Asks, and answers which devices the agent is then told to give. */
async function place(node: FakeNode, resources: Record<string, number>): Promise<string[]> {
  const { id } = await startSession(manager, manager.admin, {
    resources: { cpu: 0.1, mem: gib / 8, ...resources },
  })
  await schedule(manager.app)
  const { kernels } = await node.sync()
  const kernel = kernels.find(({ sessionId }) => sessionId === id)
  return (kernel?.devices ?? [])
    .filter(({ slot }) => slot.startsWith('cuda.'))
    .map(({ deviceId }) => deviceId)
}

test('SCH-04 whole GPUs of a session have a fast link between them, else are of one NUMA node, where the agent reports it', async () => {
  const linked = ['a', 'b', 'a', 'b'].map((linkGroup, index) => gpu(index, { linkGroup }))
  const near = [0, 1, 0, 1].map((numaNode, index) => gpu(index + 4, { numaNode }))
  const node = await joinNode(manager, 'node-1', { devices: linked })
  expect(await place(node, { 'cuda.device': 2 })).toEqual(['GPU-0', 'GPU-2'])
  expect(await place(node, { 'cuda.device': 2 })).toEqual(['GPU-1', 'GPU-3'])
  const other = await joinNode(manager, 'node-2', { devices: near })
  expect(await place(other, { 'cuda.device': 2 })).toEqual(['GPU-4', 'GPU-6'])
})

test('a share is raised to the step of the devices of the group, and the session says so', async () => {
  const devices = [gpu(0, { slot: 'cuda.shares', shareStep: 0.25 })]
  const node = await joinNode(manager, 'node-1', { devices })
  const made = await startSession(manager, manager.admin, {
    resources: { cpu: 0.1, mem: gib / 8, 'cuda.shares': 0.3 },
  })
  expect(made.resources['cuda.shares']).toBe(0.5)
  expect(made.notices.join()).toContain('shares are given in steps of 0.25')
  await schedule(manager.app)
  const [kernel] = (await node.sync()).kernels
  expect(kernel?.devices).toContainEqual({ slot: 'cuda.shares', deviceId: 'GPU-0', amount: 0.5 })
})

test('AGT-02 an accelerator is shown with its memory, its NUMA node, its link and the step of its shares', async () => {
  const told = { numaNode: 1, memBytes: 80 * gib, linkGroup: 'nvlink-0', shareStep: 0.1 }
  await joinNode(manager, 'node-1', { devices: [gpu(0, { slot: 'cuda.shares', ...told })] })
  const { devices } = await manager.admin.call(api.agent.show, { id: 'node-1' })
  expect(devices.find(({ kind }) => kind === 'cuda')).toMatchObject({ id: 'GPU-0', ...told })
})

test('a GPU that fell off is not planned on, and what holds it goes on holding it', async () => {
  const node = await joinNode(manager, 'node-1', { devices: [gpu(0), gpu(1)] })
  expect(await place(node, { 'cuda.device': 1 })).toEqual(['GPU-0'])
  await node.sync({ devices: [] })
  const shown = await manager.admin.call(api.agent.show, { id: 'node-1' })
  expect(shown.devices.filter(({ kind }) => kind === 'cuda')).toMatchObject([
    { id: 'GPU-0', capacity: 0, used: 1 },
  ])
  await expect(place(node, { 'cuda.device': 1 })).rejects.toMatchObject({ code: 'never_fits' })
  // What is left of the agent is given out as before.
  await place(node, {})
  expect((await node.sync()).kernels).toHaveLength(2)
})

test('SCH-10 a GPU that a session has whole is shared with nobody when its agent begins to share GPUs', async () => {
  const shared = [gpu(0, { slot: 'cuda.shares' })]
  const node = await joinNode(manager, 'node-1', { devices: [gpu(0)] })
  expect(await place(node, { 'cuda.device': 1 })).toEqual(['GPU-0'])
  await node.sync({ devices: shared })
  const { id } = await startSession(manager, manager.admin, {
    resources: { cpu: 0.1, mem: gib / 8, 'cuda.shares': 0.5 },
  })
  await schedule(manager.app)
  expect((await manager.admin.call(api.session.show, { id })).status).toBe('pending')
  const { items } = await manager.admin.call(api.device.list, {})
  expect(items).toMatchObject([{ id: 'GPU-0', used: 1, given: [{ amount: 1 }] }])
})

test('SES-01 shares that no device, and containers with shares that no agents, could ever hold are refused with figures', async () => {
  const share = (index: number, capacity = 1) => gpu(index, { slot: 'cuda.shares', capacity })
  await joinNode(manager, 'node-1', { devices: [share(0), share(1)] })
  const ask = (amount: number, given: { clusterSize?: number; cpu?: number } = {}) =>
    startSession(manager, manager.admin, {
      resources: { cpu: given.cpu ?? 0.1, mem: gib / 8, 'cuda.shares': amount },
      clusterSize: given.clusterSize ?? 1,
    })
  // A share comes from one device: of two with 1 each there is room for two of 0.6, though 2 / 0.6 is more.
  await expect(ask(0.6, { clusterSize: 3 })).rejects.toMatchObject({
    issues: [{ path: 'clusterSize', message: expect.stringMatching(/can hold 2 such at most/) }],
  })
  await ask(0.6, { clusterSize: 2 })
  await expect(ask(1.5)).rejects.toMatchObject({
    code: 'invalid_input',
    issues: [{ path: 'resources.cuda.shares' }],
  })
  await expect(ask(3)).rejects.toMatchObject({
    issues: [{ path: 'resources.cuda.shares', message: expect.stringContaining('has 2') }],
  })
  await ask(2)
  // Each alone is to be had, on different agents.
  await joinNode(manager, 'node-2', { capacity: { cpu: 8, mem: gib * 8 } })
  await expect(ask(0.5, { cpu: 8 })).rejects.toMatchObject({
    code: 'never_fits',
    message: expect.stringMatching(/^no agent of default has 8 cores/),
  })
})

test('AGT-02 the live use of a GPU is shown with its agent, and with the session that has it to itself', async () => {
  const live = { id: 'GPU-0', kind: 'cuda', utilization: 0.75, memBytes: gib, temperatureC: 60 }
  const node = await joinNode(manager, 'node-1', { devices: [gpu(0)] })
  expect(await place(node, { 'cuda.device': 1 })).toEqual(['GPU-0'])
  const [kernel] = (await node.sync()).kernels
  const at = new Date().toISOString()
  const use = { at, cpuMilli: 10, memBytes: 20, gpuUtilization: 0.75, gpuMemBytes: gib }
  await node.sync({
    kernels: [kernelReport(kernel!.kernelId)],
    samples: [{ kernelId: kernel!.kernelId, ...use }],
    usage: {
      at,
      cpuMilli: 10,
      memBytes: 20,
      diskBytes: 5,
      diskCapacityBytes: 10,
      networkReceivedBytes: 1,
      networkSentBytes: 2,
      devices: [live],
    },
  })
  const { usage } = await manager.admin.call(api.agent.show, { id: 'node-1' })
  expect(usage?.devices).toEqual([live])
  const session = await manager.admin.call(api.session.usage, { id: kernel!.sessionId })
  expect(session.kernels[0]?.samples).toEqual([use])
})
