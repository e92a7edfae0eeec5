import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../testing.ts'
import { readMockDevices } from './mock.ts'

const fileOf = (text: string): string => {
  const path = join(temporaryFolder(), 'devices.json')
  writeFileSync(path, text)
  return path
}

test('a file declares mock accelerators with memory, NUMA node, link and the step of shares', async () => {
  const path = fileOf(`[
    { "kind": "cuda", "count": 2, "model": "Mock 40 GB", "memory": "40GiB", "numaNode": 1, "linkGroup": "a", "shareStep": 0.1 },
    { "count": 1 }
  ]`)
  const gpu = {
    kind: 'cuda',
    model: 'Mock 40 GB',
    slot: 'cuda.shares',
    capacity: 1,
    numaNode: 1,
    memBytes: 40 * 2 ** 30,
    linkGroup: 'a',
    shareStep: 0.1,
  }
  expect(await readMockDevices(path)).toEqual([
    { id: 'mock-cuda-0', ...gpu },
    { id: 'mock-cuda-1', ...gpu },
    expect.objectContaining({ id: 'mock-0', slot: 'mock.device', memBytes: null, shareStep: null }),
  ])
})

test('devices of one kind are numbered through, however many lines declare them', async () => {
  const path = fileOf(
    '[{ "kind": "cuda", "count": 2, "numaNode": 0 }, { "kind": "cuda", "count": 2, "numaNode": 1 }]',
  )
  const ids = (await readMockDevices(path)).map(({ id, numaNode }) => `${id} on ${numaNode}`)
  expect(ids).toEqual([
    'mock-cuda-0 on 0',
    'mock-cuda-1 on 0',
    'mock-cuda-2 on 1',
    'mock-cuda-3 on 1',
  ])
})

test.each([
  ['[{ "memory": "much" }]', /512m, 1.5g or 40GiB[^]*memory/],
  ['[{ "shareStep": 0.3 }]', /make exactly one device[^]*shareStep/],
  ['[{ "memroy": "1g" }]', /memroy/],
  ['[{ "kind": "cpu" }]', /not accelerators/],
  ['[{ "shareStep": 0.5 }, {}]', /either whole or in shares/],
  ['[', /cannot be read/],
])(
  'a file of mock devices that is wrong is refused with what is wrong: %s',
  async (text, message) => {
    await expect(readMockDevices(fileOf(text))).rejects.toThrow(message)
  },
)
