import { api } from '@capstan/contract/api'
import type { Selector } from '@capstan/contract/group'
import type { SessionDetails } from '@capstan/contract/session'
import { startTestManager, type TestManager } from '@capstan/testkit/manager'
import { type FakeNode, joinNode, type Report } from '@capstan/testkit/node'
import { startSession } from '@capstan/testkit/session'
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from 'vitest'
import { schedule } from './scheduler.loop.ts'

const gib = 2 ** 30
let manager: TestManager
/** A group of its own for each test. */
let group: string
beforeAll(async () => {
  manager = await startTestManager(inject('databaseUrl'))
})
beforeEach(() => {
  group = `g-${crypto.randomUUID().slice(0, 8)}`
})
afterEach(async () => {
  const { items } = await manager.admin.call(api.session.list, { state: 'live', limit: 200 })
  const ids = items.map(({ id }) => id)
  if (ids.length > 0) await manager.admin.call(api.session.terminate, { ids, force: true })
})
afterAll(() => manager.close())

type Gpu = Report['devices'][number]

/** GPUs of one machine, whole unless `given` says otherwise. */
const gpus = (count: number, given: (index: number) => Partial<Gpu> = () => ({})): Gpu[] =>
  Array.from({ length: count }, (_, index) => ({
    id: `GPU-${index}`,
    kind: 'cuda',
    model: 'NVIDIA H100',
    slot: 'cuda.device',
    capacity: 1,
    numaNode: null,
    ...given(index),
  }))
const shared = (count: number): Gpu[] => gpus(count, () => ({ slot: 'cuda.shares' }))

const makeGroup = (selector: Selector) =>
  manager.admin.call(api.group.create, { name: group, selector, retriesToSkip: 0 })
const join = (id: string, devices: Gpu[]): Promise<FakeNode> =>
  joinNode(manager, `${group}-${id}`, {
    resourceGroup: group,
    capacity: { cpu: 64, mem: 512 * gib },
    devices,
  })
const ask = (
  resources: Record<string, number>,
  given: { readonly agentIds?: string[] } = {},
): Promise<SessionDetails> =>
  startSession(manager, manager.admin, {
    resourceGroup: group,
    resources: { cpu: 0.1, mem: gib / 8, ...resources },
    ...given,
  })
const round = () => schedule(manager.app)
const show = (id: string) => manager.admin.call(api.session.show, { id })
const agentOf = async ({ id }: SessionDetails): Promise<string | undefined> =>
  (await show(id)).agentIds[0]?.slice(group.length + 1)

/** Of which GPUs a machine is told to give how much to each of these sessions. */
async function gpusOf(node: FakeNode, sessions: readonly SessionDetails[]) {
  const { kernels } = await node.sync()
  return sessions.map(({ id }) =>
    (kernels.find(({ sessionId }) => sessionId === id)?.devices ?? [])
      .filter(({ slot }) => slot.startsWith('cuda.'))
      .map(({ deviceId, amount }) => ({ [deviceId]: amount })),
  )
}

test.for([
  { selector: 'dispersed', nodes: 2 },
  { selector: 'concentrated', nodes: 1 },
  { selector: 'balanced', nodes: 1 },
] as const)(
  'SCH-04 with $selector two sessions take $nodes of four machines with GPUs',
  async ({ selector, nodes }) => {
    await makeGroup(selector)
    for (const id of ['1', '2', '3', '4']) await join(id, gpus(2))
    const sessions = [await ask({ 'cuda.device': 1 }), await ask({ 'cuda.device': 1 })]
    await round()
    const agents = await Promise.all(sessions.map(agentOf))
    expect(agents).not.toContain(undefined)
    expect(new Set(agents).size).toBe(nodes)
  },
)

test.for([
  { selector: 'dispersed', goesTo: 'empty', halves: 3 },
  { selector: 'concentrated', goesTo: 'fullest', halves: 3 },
  { selector: 'balanced', goesTo: 'fitting', halves: 4 },
] as const)(
  'SCH-04 where halves of GPUs are asked for, $selector puts a fifth on the $goesTo one, and $halves halves start after it',
  async ({ selector, goesTo, halves }) => {
    await makeGroup(selector)
    for (const id of ['empty', 'fitting', 'fullest']) await join(id, shared(1))
    const share = (amount: number, agentId?: string) =>
      ask({ 'cuda.shares': amount }, agentId ? { agentIds: [`${group}-${agentId}`] } : {})
    await share(0.3, 'fitting')
    await share(0.5, 'fullest')
    await round()
    const wanted = await Promise.all(Array.from({ length: 20 }, () => share(0.5)))
    await manager.admin.call(api.session.terminate, { ids: wanted.map(({ id }) => id) })
    const fifth = await share(0.2)
    await round()
    expect(await agentOf(fifth)).toBe(goesTo)
    const after = [await share(0.5), await share(0.5), await share(0.5), await share(0.5)]
    await round()
    const agents = await Promise.all(after.map(agentOf))
    expect(agents.filter(agent => agent !== undefined)).toHaveLength(halves)
  },
)

test.for([
  { selector: 'dispersed', devices: 2, status: 'pending' },
  { selector: 'concentrated', devices: 1, status: 'scheduled' },
  { selector: 'balanced', devices: 1, status: 'scheduled' },
] as const)(
  'SCH-04 with $selector two shares that fit one GPU are on $devices of two, and who wants a whole one is $status',
  async ({ selector, devices, status }) => {
    await makeGroup(selector)
    const node = await join('1', shared(2))
    const sessions = [await ask({ 'cuda.shares': 0.4 }), await ask({ 'cuda.shares': 0.4 })]
    const whole = await ask({ 'cuda.shares': 1 })
    await round()
    const given = (await gpusOf(node, sessions)).flat().flatMap(one => Object.keys(one))
    expect(given).toHaveLength(2)
    expect(new Set(given).size).toBe(devices)
    expect((await show(whole.id)).status).toBe(status)
  },
)

const selectors = ['dispersed', 'concentrated', 'balanced'] as const

test.for(selectors)(
  'SCH-04 SCH-10 with %s a share is never split over two GPUs: what is free in parts stays free, and the reason says so',
  async selector => {
    await makeGroup(selector)
    const node = await join('1', shared(2))
    const sessions = [
      await ask({ 'cuda.shares': 0.6 }),
      await ask({ 'cuda.shares': 0.6 }),
      await ask({ 'cuda.shares': 0.6 }),
    ]
    await round()
    const given = await gpusOf(node, sessions)
    expect(given.map(one => one.length)).toEqual([1, 1, 0])
    expect(new Set(given.flat().flatMap(one => Object.keys(one))).size).toBe(2)
    const waiting = await show(sessions[2]!.id)
    expect(waiting).toMatchObject({ status: 'pending', reason: { code: 'insufficient_resources' } })
    expect(waiting.reason?.message).toContain('0.4')
  },
)

test.for(selectors)(
  'SCH-04 with %s whole GPUs of a session have a fast link between them, else are of one NUMA node',
  async selector => {
    await makeGroup(selector)
    const linked = await join(
      'linked',
      gpus(4, index => ({ linkGroup: ['a', 'b', 'a', 'b'][index]! })),
    )
    const pairs = [await ask({ 'cuda.device': 2 }), await ask({ 'cuda.device': 2 })]
    await round()
    const namesOf = async (node: FakeNode, sessions: readonly SessionDetails[]) =>
      (await gpusOf(node, sessions)).map(one => one.flatMap(given => Object.keys(given)).sort())
    const odd = ['GPU-1', 'GPU-3']
    const even = ['GPU-0', 'GPU-2']
    expect(new Set(await namesOf(linked, pairs))).toEqual(new Set([even, odd]))
    const near = await join(
      'near',
      gpus(4, index => ({ numaNode: index % 2 })),
    )
    const pair = await ask({ 'cuda.device': 2 })
    await round()
    expect([even, odd]).toContainEqual((await namesOf(near, [pair]))[0])
  },
)
