import { join } from 'node:path'
import type { DesiredKernel } from '@capstan/contract/sync'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { desiredKernel, temporaryFolder } from '../testing.ts'
import { type FakeTools, installFakeTools } from './fake-tools.ts'
import { Mps, pipeFolder } from './mps.ts'
import { NodeAccelerators } from './node-accelerators.ts'
import { gpuLine } from './nvidia-fixtures.ts'

let tools: FakeTools
let mps: Mps
beforeEach(() => {
  tools = installFakeTools()
  tools.tell([gpuLine(0), gpuLine(1)])
  mps = new Mps(join(temporaryFolder(), 'mps'))
})
afterEach(async () => {
  await mps.keep([])
  tools.close()
})

const open = (sharesGpus: boolean): Promise<NodeAccelerators> =>
  NodeAccelerators.open({ mocks: [], sharesGpus, mps, folders: tools.folders })
const idOf = (index: number): string => `GPU-0000000${index}-aaaa-bbbb-cccc-dddddddddddd`
const kernelWith = (...devices: DesiredKernel['devices']): DesiredKernel =>
  desiredKernel('capstan/tiny:1', 'docker', { devices })
const whole = (index: number) => ({ slot: 'cuda.device', deviceId: idOf(index), amount: 1 })
const share = (index: number, amount: number) => ({
  slot: 'cuda.shares',
  deviceId: idOf(index),
  amount,
})

test('GPUs are told of with their memory, and their live use', async () => {
  const node = await open(false)
  expect(node.devices[0]).toMatchObject({
    id: idOf(0),
    model: 'NVIDIA H100 80GB HBM3',
    slot: 'cuda.device',
    memBytes: 81_559 * 2 ** 20,
  })
  expect(node.use[1]).toEqual({
    id: idOf(1),
    kind: 'cuda',
    utilization: 0.37,
    memBytes: 2 ** 30,
    temperatureC: 41,
  })
})

test('a session is told which GPUs are its own, by the names that NVIDIA’s images and programs know', async () => {
  const node = await open(false)
  const grant = await node.grant(kernelWith(whole(0), whole(1)))
  const both = `${idOf(0)},${idOf(1)}`
  expect(grant).toMatchObject({
    environ: { NVIDIA_VISIBLE_DEVICES: both, CUDA_VISIBLE_DEVICES: both },
    gpus: [idOf(0), idOf(1)],
    folders: [],
  })
  expect(tools.mpsCalls()).toEqual([])
})

test('a session without GPUs sees none on a node that has some', async () => {
  const node = await open(false)
  const grant = await node.grant(kernelWith())
  expect(grant.environ).toEqual({ NVIDIA_VISIBLE_DEVICES: 'void', CUDA_VISIBLE_DEVICES: '' })
  expect(await grant.deviceFiles()).toEqual([])
})

test('a session without GPUs sees none, whatever its image asks for, also while nothing is known of those of the node', async () => {
  tools.tell([], 1)
  const node = await open(false)
  expect(node.problems).toMatchObject([{ code: 'gpu_tool_failed' }])
  const grant = await node.grant(kernelWith())
  expect(grant.environ).toEqual({ NVIDIA_VISIBLE_DEVICES: 'void', CUDA_VISIBLE_DEVICES: '' })
})

test('the device files of a GPU are found by what the driver says, not by its index', async () => {
  const node = await open(false)
  const { deviceFiles } = await node.grant(kernelWith(whole(1)))
  expect(await deviceFiles()).toEqual(
    ['nvidia4', 'nvidiactl', 'nvidia-uvm', 'nvidia-uvm-tools'].map(name =>
      join(tools.folders.dev, name),
    ),
  )
})

test('a GPU that was promised and does not answer is no reason to start without it', async () => {
  const node = await open(false)
  await expect(node.grant(kernelWith(whole(7)))).rejects.toThrow(
    `its GPU ${idOf(7)} does not answer`,
  )
})

test('a share is limited in threads and memory, by a daemon of its GPU that is started once', async () => {
  const node = await open(true)
  expect(node.devices[0]).toMatchObject({ slot: 'cuda.shares', shareStep: 0.01 })
  const kernel = kernelWith(share(1, 0.25))
  await node.grant(kernel)
  const grant = await node.grant(kernel)
  const pipe = pipeFolder(mps.folder, idOf(1))
  expect(grant.environ).toMatchObject({
    CUDA_VISIBLE_DEVICES: idOf(1),
    CUDA_MPS_PIPE_DIRECTORY: pipe,
    CUDA_MPS_ACTIVE_THREAD_PERCENTAGE: '25',
    CUDA_MPS_PINNED_DEVICE_MEM_LIMIT: '0=20389M',
  })
  expect(grant.folders).toEqual([pipe, '/dev/shm'])
  expect(tools.mpsCalls()).toEqual([`start ${idOf(1)}`])
})

test('a daemon stays while shares of its GPU are given out, also over a restart of the agent, and is ended after', async () => {
  const before = await open(true)
  const kernel = kernelWith(share(0, 0.5))
  await before.grant(kernel)
  const after = await open(true)
  await after.keep([kernel])
  expect(tools.mpsCalls()).toEqual([`start ${idOf(0)}`])
  await after.keep([])
  expect(tools.mpsCalls()).toEqual([`start ${idOf(0)}`, 'quit'])
  await after.keep([kernel])
  expect(tools.mpsCalls()).toEqual([`start ${idOf(0)}`, 'quit', `start ${idOf(0)}`])
})

test('a whole GPU, and as much as one of shares, needs no daemon', async () => {
  const node = await open(true)
  const grant = await node.grant(kernelWith(share(0, 1), share(1, 1)))
  expect(grant).toMatchObject({ gpus: [idOf(0), idOf(1)], folders: [] })
  expect(tools.mpsCalls()).toEqual([])
})

test('without MPS, GPUs are given out whole, and the agent says why', async () => {
  tools.remove('nvidia-cuda-mps-control')
  const node = await open(true)
  expect(node.devices[0]).toMatchObject({ slot: 'cuda.device', shareStep: null })
  expect(node.problems).toMatchObject([{ code: 'mps_missing' }])
})

test('a daemon that cannot be started is told of, and no session starts without its limits', async () => {
  tools.failMps(idOf(0))
  const node = await open(true)
  const kernel = kernelWith(share(0, 0.5))
  await expect(node.grant(kernel)).rejects.toThrow('no GPU for MPS')
  await node.keep([kernel])
  expect(node.problems).toMatchObject([
    { code: 'mps_failed', message: expect.stringContaining('no GPU for MPS') },
  ])
})

test('a GPU whose daemon cannot be started keeps no other one from having its own', async () => {
  tools.failMps(idOf(0))
  const node = await open(true)
  await node.keep([kernelWith(share(0, 0.5)), kernelWith(share(1, 0.5))])
  expect(tools.mpsCalls()).toContain(`start ${idOf(1)}`)
  expect(node.problems).toMatchObject([
    { code: 'mps_failed', message: expect.stringContaining(idOf(0)) },
  ])
})

test('a session learns which mock devices it has', async () => {
  const node = await open(false)
  const grant = await node.grant(
    kernelWith({ slot: 'cuda.shares', deviceId: 'mock-cuda-3', amount: 0.5 }),
  )
  expect(grant).toMatchObject({
    environ: { CAPSTAN_MOCK_DEVICES: 'mock-cuda-3' },
    gpus: [],
    folders: [],
  })
  expect(tools.mpsCalls()).toEqual([])
})
