import { expect, test } from 'vitest'
import { gpuLine, looseTopology, meshTopology, pairsTopology } from './nvidia-fixtures.ts'
import { parseGpus } from './nvidia-query.ts'
import { parseTopology } from './nvidia-topology.ts'

test('a GPU is read with its memory in bytes, its use, and a name that may have commas', () => {
  const { gpus, complaints } = parseGpus(
    `${gpuLine(1)}\n${gpuLine(0, { name: 'One, with commas' })}\n`,
  )
  expect(complaints).toEqual([])
  expect(gpus).toMatchObject([
    { index: 0, name: 'One, with commas' },
    {
      index: 1,
      uuid: 'GPU-00000001-aaaa-bbbb-cccc-dddddddddddd',
      name: 'NVIDIA H100 80GB HBM3',
      busId: '00000000:1B:00.0',
      memBytes: 81_559 * 2 ** 20,
      driver: '570.86.15',
      isMig: false,
      utilization: 0.37,
      memUsedBytes: 2 ** 30,
      temperatureC: 41,
    },
  ])
})

test('what a GPU does not tell is not known, and no reason to leave it out', () => {
  const line =
    '0, GPU-1, NVIDIA GB10, 0000000F:01:00.0, [N/A], 580.95.05, [N/A], [Not Supported], [N/A], [Unknown]'
  expect(parseGpus(line).gpus).toMatchObject([
    {
      uuid: 'GPU-1',
      memBytes: null,
      isMig: false,
      utilization: null,
      memUsedBytes: null,
      temperatureC: null,
    },
  ])
})

test('a GPU in MIG mode is seen to be so', () => {
  expect(parseGpus(gpuLine(0, { mig: 'Enabled', use: '[N/A]' })).gpus).toMatchObject([
    { isMig: true },
  ])
})

test.each([
  'Unable to determine the device handle for GPU0000:3B:00.0: GPU is lost.  Reboot the system to recover this GPU',
  `1, GPU-2, NVIDIA H100, 00000000:3B:00.0, [GPU is lost], 570.86.15, [GPU is lost], [GPU is lost], [GPU is lost], [GPU is lost]`,
  `1, GPU-2, NVIDIA H100, 00000000:3B:00.0, 81559, 570.86.15, Disabled, [Unknown Error], [Unknown Error], [Unknown Error]`,
  `1, GPU-2, NVIDIA H100, 00000000:3B:00.0, [GPU requires reset], 570.86.15, Disabled, 0, 0, 0`,
  'No devices were found',
])('one that fails is told of, and the others are still there: %s', line => {
  const { gpus, complaints } = parseGpus(`${gpuLine(0)}\n${line}\n${gpuLine(2)}`)
  expect(gpus.map(({ index }) => index)).toEqual([0, 2])
  expect(complaints).toEqual([line])
})

test('GPUs that NVSwitch joins are of one group, each with its NUMA node', () => {
  expect([...parseTopology(meshTopology)]).toEqual([
    [0, { numaNode: 0, linkGroup: 'nvlink-0' }],
    [1, { numaNode: 0, linkGroup: 'nvlink-0' }],
    [2, { numaNode: 1, linkGroup: 'nvlink-0' }],
    [3, { numaNode: 1, linkGroup: 'nvlink-0' }],
  ])
})

test('bridged pairs are groups of their own, also where columns are apart by spaces and no NUMA node is told', () => {
  expect([...parseTopology(pairsTopology)]).toEqual([
    [0, { numaNode: null, linkGroup: 'nvlink-0' }],
    [1, { numaNode: null, linkGroup: 'nvlink-0' }],
    [2, { numaNode: null, linkGroup: 'nvlink-2' }],
    [3, { numaNode: null, linkGroup: 'nvlink-2' }],
  ])
})

test('a GPU near several NUMA nodes, or of which nothing is told, has no place', () => {
  expect([...parseTopology(looseTopology).values()]).toEqual([
    { numaNode: null, linkGroup: null },
    { numaNode: null, linkGroup: null },
  ])
})

test('a row that lacks a cell gets no wrong place', () => {
  const text = [
    '\tGPU0\tGPU1\tCPU Affinity\tNUMA Affinity',
    'GPU0\t X \tNV2\t1',
    'GPU1\tNV2\t X \t0-7\t1',
  ].join('\n')
  expect([...parseTopology(text)]).toEqual([
    [0, { numaNode: null, linkGroup: 'nvlink-0' }],
    [1, { numaNode: 1, linkGroup: 'nvlink-0' }],
  ])
})

test('what is no table gives no places', () => {
  expect(parseTopology('Failed to run topology matrix')).toEqual(new Map())
  expect(parseTopology('')).toEqual(new Map())
})
