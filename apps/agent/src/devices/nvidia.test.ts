import { afterEach, beforeEach, expect, test } from 'vitest'
import { type FakeTools, installFakeTools } from './fake-tools.ts'
import { NvidiaGpus } from './nvidia.ts'
import { gpuLine, meshTopology } from './nvidia-fixtures.ts'

let tools: FakeTools
beforeEach(() => {
  tools = installFakeTools()
})
afterEach(() => tools.close())

const idOf = (index: number): string => `GPU-0000000${index}-aaaa-bbbb-cccc-dddddddddddd`
const shown = ({ gpus }: NvidiaGpus): string[] => gpus.map(({ uuid }) => uuid)

test('the GPUs of a node are found with their places, which are asked for only once', async () => {
  tools.tell([gpuLine(0), gpuLine(1)])
  tools.tellPlaces(meshTopology)
  const nvidia = new NvidiaGpus()
  await nvidia.look()
  await nvidia.look()
  expect(nvidia.gpus).toMatchObject([
    { uuid: idOf(0), numaNode: 0, linkGroup: 'nvlink-0' },
    { uuid: idOf(1), numaNode: 0, linkGroup: 'nvlink-0' },
  ])
  expect(nvidia.problems).toEqual([])
  expect(tools.topologyCalls()).toBe(1)
})

test('a node without the tool has no GPUs, and nothing is wrong with it', async () => {
  tools.remove('nvidia-smi')
  const nvidia = new NvidiaGpus()
  await nvidia.look()
  expect(nvidia).toMatchObject({ gpus: [], problems: [], isPresent: false })
})

test('a driver without GPUs is no problem, one that does not work is', async () => {
  tools.tell(['No devices were found'], 6)
  const nvidia = new NvidiaGpus()
  await nvidia.look()
  expect(nvidia.problems).toEqual([])
  tools.tell(['Failed to initialize NVML: Driver/library version mismatch'], 18)
  await nvidia.look()
  expect(nvidia.problems).toMatchObject([
    { code: 'gpu_tool_failed', message: expect.stringContaining('version mismatch') },
  ])
})

test('a GPU that falls off the bus is named and no longer given out; when it is back, all is well', async () => {
  tools.tell([gpuLine(0), gpuLine(1)])
  const nvidia = new NvidiaGpus()
  await nvidia.look()
  tools.tell(
    [gpuLine(0), 'Unable to determine the device handle for GPU0000:1B:00.0: Unknown Error'],
    15,
  )
  await nvidia.look()
  expect(shown(nvidia)).toEqual([idOf(0)])
  expect(nvidia.problems).toEqual([
    {
      code: 'gpu_gone',
      message: `NVIDIA H100 80GB HBM3 (${idOf(1)}, 00000000:1B:00.0) does not answer any more, and is not given out: Unable to determine the device handle for GPU0000:1B:00.0: Unknown Error`,
    },
  ])
  tools.tell([gpuLine(0), gpuLine(1)])
  await nvidia.look()
  expect(shown(nvidia)).toEqual([idOf(0), idOf(1)])
  expect(nvidia.problems).toEqual([])
})

test('a GPU that fails from the start is told of in the words of the driver', async () => {
  const words = 'Unable to determine the device handle for GPU0000:3B:00.0: GPU is lost.'
  tools.tell([words, gpuLine(1)], 15)
  const nvidia = new NvidiaGpus()
  await nvidia.look()
  expect(shown(nvidia)).toEqual([idOf(1)])
  expect(nvidia.problems).toEqual([{ code: 'gpu_failed', message: `nvidia-smi says: ${words}` }])
})

test('a tool that hangs is given up; once is forgiven, after the second time no GPU is given out', async () => {
  tools.tell([gpuLine(0)])
  const nvidia = new NvidiaGpus()
  await nvidia.look()
  tools.hang(true)
  nvidia.patienceMs = 300
  await nvidia.look()
  expect(shown(nvidia)).toEqual([idOf(0)])
  expect(nvidia.problems).toMatchObject([
    { code: 'gpu_tool_failed', message: expect.stringContaining('does not answer within 0.3 s') },
  ])
  await nvidia.look()
  expect(shown(nvidia)).toEqual([])
  tools.hang(false)
  nvidia.patienceMs = 10_000
  await nvidia.look()
  expect(shown(nvidia)).toEqual([idOf(0)])
  expect(nvidia.problems).toEqual([])
})

test('a GPU in MIG mode is not given out, and what to do is told', async () => {
  tools.tell([gpuLine(0), gpuLine(1, { mig: 'Enabled' })])
  const nvidia = new NvidiaGpus()
  await nvidia.look()
  expect(shown(nvidia)).toEqual([idOf(0)])
  expect(nvidia.problems).toMatchObject([
    { code: 'gpu_in_mig_mode', message: expect.stringContaining('nvidia-smi -mig 0') },
  ])
})
