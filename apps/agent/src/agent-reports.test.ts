import { api } from '@capstan/contract/api'
import type { DesiredKernel } from '@capstan/contract/sync'
import { createLog } from '@capstan/runtime/log'
import { tinyImage } from '@capstan/testkit/node'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type * as z from 'zod'
import { Agent } from './agent.ts'
import { FakeDriver } from './fake/fake-driver.ts'
import { desiredKernel } from './testing.ts'
import { noAccelerators } from './fake/no-accelerators.ts'
import { Membership } from './membership.ts'

type Answer = z.input<typeof api.sync.sync.output>

/** A report that came to the manager, which this test plays. */
interface Asked {
  readonly images: readonly string[] | null
  readonly kernels: readonly string[]
  readonly heldKernelIds: readonly string[]
  readonly desiredHash: string
  readonly tellsUse: boolean
  readonly order: number
  readonly waitMs: number
  readonly at: number
  readonly signal: AbortSignal
  readonly answer: (patch?: Partial<Answer>) => void
  readonly refuse: () => void
  /** As when a manager cannot reach its database. */
  readonly fail: () => void
}

let asked: Asked[]
let answersAtOnce: boolean
let images: string[]
let startMs: number
/** As devices do: something is new on the node. */
let tell: () => void
let stop: AbortController
let running: Promise<void>

beforeEach(() => {
  asked = []
  answersAtOnce = false
  images = ['a']
  startMs = 5
  stop = new AbortController()
  const driver = new FakeDriver({ images: [], fate: () => ({ startMs }) })
  driver.images = async () => images.map(reference => ({ ...tinyImage, reference }))
  const log = createLog('agent')
  log.level = 'fatal'
  const agent = new Agent({
    id: 'node-1',
    resourceGroup: 'default',
    region: 'test',
    drivers: [driver],
    fingerprint: { architecture: 'x86_64', capacity: { cpu: 4 } },
    accelerators: {
      ...noAccelerators,
      watch: async changed => void (tell = changed),
    },
    meter: { sample: async () => ({ ...nothingUsed }) },
    membership: new Membership({
      manager: 'http://manager.test',
      joinToken: 'join',
      id: 'node-1',
      token: { read: () => 'token', write: async () => {}, remove: () => {} },
      fetch: take,
    }),
    signal: stop.signal,
    log,
  })
  running = agent.run('http://127.0.0.1:1')
})
afterEach(async () => {
  vi.useRealTimers()
  vi.restoreAllMocks()
  stop.abort()
  await running
})

const nothingUsed = {
  at: new Date().toISOString(),
  cpuMilli: 0,
  memBytes: 0,
  diskBytes: 0,
  diskCapacityBytes: 0,
  networkReceivedBytes: 0,
  networkSentBytes: 0,
  devices: [],
}

async function take(url: string, { body, signal }: RequestInit): Promise<Response> {
  if (url.endsWith('/join'))
    return Response.json({ token: 'another', clusterId: crypto.randomUUID() })
  if (!url.endsWith('/sync') || typeof body !== 'string' || !signal) return Response.json({})
  const { promise, resolve, reject } = Promise.withResolvers<Response>()
  signal.addEventListener('abort', () => reject(signal.reason))
  const { observed, order, desiredHash, heldKernelIds, waitMs } = api.sync.sync.input
    .omit({ id: true })
    .parse(JSON.parse(body))
  const answer = (patch: Partial<Answer> = {}): void => {
    const clock = new Date().toISOString()
    resolve(Response.json({ desiredHash, desired: null, clock, ...patch }))
  }
  const refuse = (): void => {
    resolve(Response.json({ code: 'unauthenticated' }, { status: 401 }))
  }
  const fail = (): void => {
    resolve(Response.json({ code: 'internal' }, { status: 500 }))
  }
  const references = observed.images?.map(({ reference }) => reference) ?? null
  const at = performance.now()
  const tellsUse = observed.usage !== null
  const kernels = observed.kernels.map(({ status }) => status)
  const said = { images: references, kernels, heldKernelIds, desiredHash, tellsUse, order }
  asked.push({ ...said, waitMs, at, signal, answer, refuse, fail })
  // By the loop, as from a network: not before anything else.
  if (answersAtOnce) setImmediate(answer)
  return promise
}

/** The report of this number, from 1. */
const nth = async (count: number): Promise<Asked> =>
  vi.waitFor(() => {
    expect(asked.length).toBeGreaterThanOrEqual(count)
    return asked[count - 1]!
  }, 10_000)

test('what is used is told until a report with it was answered', async () => {
  const held = await nth(1)
  tell()
  const next = await nth(2)
  next.answer()
  await nth(3)
  tell()
  const last = await nth(4)
  expect([held, next, last].map(({ tellsUse }) => tellsUse)).toEqual([true, true, false])
})

test('news go out beside the report that is held open, which is not broken off', async () => {
  const held = await nth(1)
  tell()
  const next = await nth(2)
  expect(held.signal.aborted).toBe(false)
  next.answer()
  await nth(3)
  expect(asked.filter(({ signal }) => signal.aborted)).toEqual([])
})

test('of the reports that nobody answers two are left open, however much is new', async () => {
  for (let count = 1; count <= 4; count++) {
    await nth(count)
    tell()
  }
  await nth(5)
  expect(asked.map(({ signal }) => signal.aborted)).toEqual([true, true, true, false, false])
})

test('images that are again as they were are told anew, where a report between was not answered yet', async () => {
  const first = await nth(1)
  // Images are looked at once a heartbeat.
  first.answer({ heartbeatMs: 600 })
  images = ['a', 'b']
  const between = await nth(2)
  expect(between.images).toEqual(['a', 'b'])
  images = ['a']
  tell()
  expect((await nth(3)).images).toEqual(['a'])
})

test('where an older report with other images is answered last, as one that came last, images are told again', async () => {
  const first = await nth(1)
  first.answer({ heartbeatMs: 600 })
  images = ['b']
  const older = await nth(2)
  expect(older.images).toEqual(['b'])
  images = ['b', 'c']
  tell()
  const newer = await nth(3)
  newer.answer({ heartbeatMs: 600 })
  expect((await nth(4)).images).toBeNull()
  older.answer()
  tell()
  expect((await nth(5)).images).toEqual(['b', 'c'])
})

test('an answer to an older report tells nothing of images that are under way', async () => {
  const first = await nth(1)
  first.answer({ heartbeatMs: 600 })
  images = ['b']
  const older = await nth(2)
  images = ['b', 'c']
  tell()
  await nth(3)
  older.answer()
  images = ['b']
  tell()
  expect((await nth(4)).images).toEqual(['b'])
})

test('an agent that joins anew tells its images, whatever is answered to what it said before', async () => {
  const before = await nth(1)
  tell()
  const refused = await nth(2)
  refused.refuse()
  const anew = await nth(3)
  before.answer()
  expect(anew.images).toEqual(['a'])
  tell()
  expect((await nth(4)).images).toEqual(['a'])
})

test('AGT-06 a report whose connection was cut in silence is given up, and another one goes out', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const cut = await nth(1)
  await vi.advanceTimersByTimeAsync(cut.waitMs + 5000)
  expect(cut.signal.aborted).toBe(false)
  await vi.advanceTimersByTimeAsync(15_000)
  expect(cut.signal.aborted).toBe(true)
  vi.useRealTimers()
  vi.restoreAllMocks()
  await nth(2)
})

test('where each report is answered at once, as when two agents have one name, the agent rests between them', async () => {
  answersAtOnce = true
  const first = await nth(1)
  expect(first.waitMs).toBeGreaterThan(4000)
  const fourth = await nth(4)
  expect(fourth.at - first.at).toBeGreaterThan(1000)
})

const clusterId = crypto.randomUUID()

const telling = (told: Partial<NonNullable<Answer['desired']>>): Partial<Answer> => {
  const nothing = { kernels: [], kept: [], dropped: [], imageTasks: [], ticketKey: {} }
  return { desiredHash: crypto.randomUUID(), desired: { clusterId, ...nothing, ...told } }
}

const wanting = (...kernels: DesiredKernel[]): Partial<Answer> => telling({ kernels })

test('SES-08 of a container it is told what is new, until a report with that was answered', async () => {
  const kernel = desiredKernel('capstan/tiny:1', 'docker')
  const first = await nth(1)
  first.answer(wanting(kernel))
  const second = await nth(2)
  // A start that is over in a moment is told when it is over.
  expect(second.kernels).toEqual([])
  expect(second.heldKernelIds).toEqual([kernel.kernelId])
  const third = await nth(3)
  expect(third.kernels).toEqual(['running'])
  tell()
  const fourth = await nth(4)
  expect(fourth.kernels).toEqual(['running'])
  fourth.answer()
  // When nothing else starts it is looked at once more, which may be news: then there is none.
  let count = 5
  for (; (await nth(count)).kernels.length > 0; count++) {
    asked[count - 1]!.answer()
    tell()
  }
  expect(count).toBeLessThan(8)
})

test('where the manager leaves out what was never told, all is asked for', async () => {
  const kernel = desiredKernel('capstan/tiny:1', 'docker')
  const unknown = desiredKernel('capstan/tiny:1', 'docker')
  const first = await nth(1)
  first.answer(wanting(kernel))
  const third = await nth(3)
  expect(third.heldKernelIds).toEqual([kernel.kernelId])
  third.answer(telling({ kept: [{ ...unknown, desired: 'stop' }] }))
  await vi.waitFor(() => expect(asked.at(-1)?.desiredHash).toBe(''), 10_000)
  expect(asked.at(-1)?.heldKernelIds).toEqual([])
})

test('now and then all is asked for', async () => {
  const kernel = desiredKernel('capstan/tiny:1', 'docker')
  const first = await nth(1)
  first.answer(wanting(kernel))
  expect((await nth(3)).heldKernelIds).toEqual([kernel.kernelId])
  const now = performance.now() + 3_700_000
  vi.spyOn(performance, 'now').mockReturnValue(now)
  tell()
  await vi.waitFor(() => expect(asked.at(-1)?.heldKernelIds).toEqual([]), 10_000)
  expect(asked.at(-1)?.desiredHash).toBe('')
})

test('SES-02 a start that takes longer is told while it goes on', async () => {
  startMs = 60_000
  const first = await nth(1)
  first.answer(wanting(desiredKernel('capstan/tiny:1', 'docker')))
  expect((await nth(2)).kernels).toEqual([])
  expect((await nth(3)).kernels).toEqual(['creating'])
})

test('SES-02 where starts are quick, the report after an answer tells what came of them', async () => {
  const [one, other] = [
    desiredKernel('capstan/tiny:1', 'docker'),
    desiredKernel('capstan/tiny:1', 'docker'),
  ]
  const first = await nth(1)
  first.answer(wanting(one))
  expect((await nth(2)).kernels).toEqual([])
  const told = await nth(3)
  expect(told.kernels).toEqual(['running'])
  told.answer(wanting(other))
  expect((await nth(4)).kernels).toEqual(['running'])
})

test('SES-02 one that starts quickly does not wait for a start that takes its time', async () => {
  const [one, other] = [
    desiredKernel('capstan/tiny:1', 'docker'),
    desiredKernel('capstan/tiny:1', 'docker'),
  ]
  const first = await nth(1)
  first.answer(wanting(one))
  const told = await nth(3)
  startMs = 60_000
  told.answer(wanting(other))
  const next = await nth(4)
  expect(next.heldKernelIds).toEqual([one.kernelId, other.kernelId])
  expect(next.kernels).toEqual([])
  expect(next.at - told.at).toBeLessThan(1000)
})

test('SES-08 after a report that failed all containers are told', async () => {
  const first = await nth(1)
  first.answer(wanting(desiredKernel('capstan/tiny:1', 'docker')))
  const told = await nth(3)
  expect(told.kernels).toEqual(['running'])
  told.answer()
  const failing = await nth(4)
  failing.fail()
  expect((await nth(5)).kernels).toEqual(['running'])
})

test('a newer report is known for one, though the clock of the node was set back', async () => {
  const first = await nth(1)
  vi.spyOn(Date, 'now').mockReturnValue(Date.now() - 3_600_000)
  first.answer()
  tell()
  const second = await nth(2)
  expect(second.order).toBeGreaterThan(first.order)
})
