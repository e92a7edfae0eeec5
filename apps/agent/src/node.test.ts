import type { DesiredKernel } from '@capstan/contract/sync'
import { createLog } from '@capstan/runtime/log'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { FakeDriver } from './fake/fake-driver.ts'
import { noAccelerators } from './fake/no-accelerators.ts'
import { HeldKernels, type Telling } from './held-kernels.ts'
import { Node } from './node.ts'
import { desiredKernel } from './testing.ts'

const clusterId = crypto.randomUUID()
const nothing = { kernels: [], kept: [], dropped: [] }
const [one, other] = [
  desiredKernel('capstan/tiny:1', 'docker'),
  desiredKernel('capstan/tiny:1', 'docker'),
]

let driver: FakeDriver
let held: HeldKernels<DesiredKernel>
let node: Node

beforeEach(() => {
  driver = new FakeDriver({ images: [], fate: () => ({ startMs: 5 }) })
  held = new HeldKernels()
  const log = createLog('test')
  log.level = 'fatal'
  node = new Node({
    drivers: [driver],
    accelerators: noAccelerators,
    changed: () => {},
    sendLog: async (_, offset, data) => offset + data.length,
    log,
  })
})
afterEach(() => node.close())

const want = (told: Partial<Telling<DesiredKernel>>): boolean =>
  node.want(clusterId, held.byId, held.take({ ...nothing, ...told }))

const statusOf = ({ kernelId }: DesiredKernel): string | undefined =>
  node.observations.find(observation => observation.kernelId === kernelId)?.status

const wait = (holds: () => void): Promise<void> => vi.waitFor(holds, { timeout: 10_000 })

test('what changed is acted on without a look at the engine, and the rest runs on', async () => {
  driver.list = () => new Promise(() => {})
  expect(want({ kernels: [one, other] })).toBe(true)
  expect(node.startingCount).toBe(2)
  await wait(() => expect([statusOf(one), statusOf(other)]).toEqual(['running', 'running']))
  expect(node.startingCount).toBe(0)

  const stopping = { kernelId: one.kernelId, hasStarted: true, openApps: [], isLogComplete: false }
  expect(want({ kept: [{ ...stopping, desired: 'stop' }] })).toBe(true)
  await wait(() => expect(statusOf(one)).toBe('terminated'))
  expect(await driver.inspect(one.kernelId)).toMatchObject({ phase: 'ended' })

  expect(want({ dropped: [one.kernelId] })).toBe(true)
  await vi.waitFor(async () => expect(await driver.inspect(one.kernelId)).toBeUndefined(), 10_000)
  expect(statusOf(one)).toBeUndefined()
  expect(await driver.inspect(other.kernelId)).toMatchObject({ phase: 'running' })
})

test('one that is dropped while it starts is not counted as starting any more', () => {
  want({ kernels: [one, other] })
  want({ dropped: [one.kernelId] })
  expect(node.startingCount).toBe(1)
})

test('one that has run before is not begun: the engine is looked at first', async () => {
  expect(want({ kernels: [{ ...one, hasStarted: true }, other] })).toBe(false)
  await wait(() => expect(statusOf(other)).toBe('running'))
  expect(driver.startCount).toBe(1)
})
