import { setTimeout as sleep } from 'node:timers/promises'
import { api } from '@capstan/contract/api'
import { type Fleet, startFleet } from '@capstan/testkit/fleet'
import { type ManagerProcess, type Managers, startManagers } from '@capstan/testkit/managers'
import { startPostgres, type TestPostgres } from '@capstan/testkit/postgres'
import { until } from '@capstan/testkit/system'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findContradictions } from './support/contradictions.ts'
import { randomFrom } from './support/random.ts'

/*
 * Two managers, as processes, on one PostgreSQL that flushes its commits. The agents are the real program in this process, on
 * the fake driver: what is tested here is what managers and database make of a crash, not a container engine.
 */

/** Faults: a short run by default; `CAPSTAN_FAULTS=40 CAPSTAN_SEED=7` for a long or a repeated one. */
const faultCount = Number(process.env['CAPSTAN_FAULTS'] ?? 5)
const seed = Number(process.env['CAPSTAN_SEED'] ?? 20_261_124)

const coresOfAgent = 4
const sessionsAtOnce = 24
const patience = { patienceMs: 30_000, everyMs: 100 }

const random = randomFrom(seed)
const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!

let postgres: TestPostgres
let managers: Managers
let fleet: Fleet
/** What containers were started, and for which session, main ones apart. */
const started = new Map<
  string,
  { readonly sessionId: string; readonly isMain: boolean; times: number }
>()
const overloads: string[] = []

beforeAll(async () => {
  // Each commit takes a moment, and so is met on its way.
  const settings = ['commit_delay=5000', 'commit_siblings=0']
  postgres = await startPostgres({ isDurable: true, settings })
  managers = await startManagers(postgres.url('postgres'), 2)
  const { token } = await managers.all[0]!.call(api.joinToken.create, {
    role: 'agent',
    description: 'fleet',
    lifetimeS: 3600,
  })
  fleet = startFleet({
    manager: managers.all[0]!.url,
    fetch: throughAny,
    joinToken: token,
    ids: ['node-1', 'node-2', 'node-3', 'node-4'],
    capacity: { cpu: coresOfAgent, mem: 2 ** 33 },
    fate: (kernel, agentId) => {
      const { kernelId, sessionId, sessionType, resources, hostname } = kernel
      const before = started.get(kernelId)?.times ?? 0
      started.set(kernelId, { sessionId, isMain: hostname === 'main1', times: before + 1 })
      cores.set(kernelId, resources['cpu'] ?? 0)
      void noteOverload(agentId, kernelId)
      return { startMs: 20, ...(sessionType === 'batch' && { runMs: 800, exitCode: 0 }) }
    },
  })
})
afterAll(async () => {
  await fleet?.stop()
  await managers?.stop()
  await postgres?.stop()
})

/** As a load balancer would: to a manager that answers. */
async function throughAny(url: string, init: RequestInit): Promise<Response> {
  const { pathname, search } = new URL(url)
  const [first, second] = random() < 0.5 ? managers.all : managers.all.toReversed()
  return fetch(first!.url + pathname + search, init).catch((error: unknown) => {
    if (init.signal?.aborted) throw error
    return fetch(second!.url + pathname + search, init)
  })
}

const cores = new Map<string, number>()

/** Containers themselves, whatever the tables say: an agent never runs more than it has. */
async function noteOverload(agentId: string, kernelId: string): Promise<void> {
  const containers = await fleet.agents.find(({ id }) => id === agentId)!.driver.list()
  const running = containers.filter(({ isRunning }) => isRunning).map(one => one.kernelId)
  const used = [kernelId, ...running].reduce((sum, id) => sum + cores.get(id)!, 0)
  if (used > coresOfAgent + 1e-6) overloads.push(`${agentId} runs ${used} cores`)
}

async function inDatabase<T>(work: (db: pg.Client) => Promise<T>): Promise<T> {
  const db = new pg.Client({ connectionString: postgres.url('postgres') })
  // A crash in the middle of the work is told by its queries.
  db.on('error', () => {})
  await db.connect()
  try {
    return await work(db)
  } finally {
    await db.end().catch(() => {})
  }
}

const accepted = new Set<string>()

async function startOne({ call }: ManagerProcess, number: number): Promise<void> {
  const { projects } = await call(api.account.show, {})
  const { items } = await call(api.image.list, {})
  const isBatch = random() < 0.5
  const { id } = await call(api.session.create, {
    name: `turn-${number}`,
    projectId: projects[0]!.id,
    imageId: items[0]!.id,
    resources: { cpu: pick([0.5, 1, 1.5, 2]), mem: 2 ** 27 },
    clusterSize: pick([1, 1, 2, 3]),
    clusterMode: 'multi-node',
    ...(isBatch && { type: 'batch' as const, startupCommand: 'train' }),
  })
  accepted.add(id)
}

const live = async ({ call }: ManagerProcess) =>
  (await call(api.session.list, { state: 'live', limit: 200 })).items

/** Starts and ends sessions through either manager, more than there is room for. What fails is tried again later. */
async function churn(signal: AbortSignal): Promise<void> {
  for (let number = 0; !signal.aborted;) {
    const manager = pick(managers.all)
    try {
      const sessions = await live(manager)
      for (let room = sessionsAtOnce - sessions.length; room > 0 && !signal.aborted; room--)
        await startOne(manager, number++)
      const ids = sessions
        .filter(({ status }) => status === 'running' && random() < 0.3)
        .map(({ id }) => id)
      if (ids.length > 0) await manager.call(api.session.terminate, { ids })
    } catch {
      // A manager or the database is away: that is the point of this test.
    }
    await sleep(50 + random() * 100)
  }
}

/** The manager that holds the lock of placing. `work` runs while its turn is kept from committing what it has written. */
async function inTurn(work: (manager: ManagerProcess) => Promise<void>): Promise<void> {
  await inDatabase(async db => {
    await db.query('begin')
    // What is placed refers to devices: a turn that places something waits for us, with all it has written so far.
    await db.query('select 1 from device for update')
    let name = ''
    await until(
      'a turn places something',
      () =>
        inDatabase(async watcher => {
          const { rows } = await watcher.query<{ name: string }>(
            `select application_name as name from pg_stat_activity join pg_locks using (pid)
             where locktype = 'advisory' and objid = 7000003 and granted and wait_event_type = 'Lock'`,
          )
          name = rows[0]?.name ?? ''
          return name !== ''
        }),
      { ...patience, everyMs: 20 },
    )
    await work(managers.all.find(manager => manager.name === name)!)
  })
}

/** Waits until a manager has begun to commit something. */
async function inCommit(): Promise<void> {
  await inDatabase(db =>
    until(
      'a manager commits',
      async () =>
        (
          await db.query(
            `select 1 from pg_stat_activity where application_name like 'manager%' and state = 'active' and query = 'commit'`,
          )
        ).rows.length > 0,
      { ...patience, everyMs: 1 },
    ),
  )
}

const faults = {
  'a manager is killed in its turn': () => inTurn(manager => manager.kill()),
  'PostgreSQL ends at once in a commit': async () => {
    await inCommit()
    await postgres.crash()
  },
  'PostgreSQL ends at once in a turn': () => inTurn(() => postgres.crash()),
  'a manager is killed': () => pick(managers.all).kill(),
} as const

async function fail(number: number): Promise<void> {
  const names = Object.keys(faults) as (keyof typeof faults)[]
  await sleep(300 + random() * 700)
  await faults[number < names.length ? names[number]! : pick(names)]()
  await sleep(random() * 1000)
  for (const manager of managers.all) await manager.start()
}

/** Ends what runs until nothing waits any more and nothing is on its way. */
async function comesToRest(): Promise<boolean> {
  const manager = managers.all[0]!
  const sessions = await live(manager)
  const waits = sessions.some(({ status }) => status === 'pending')
  const ids = sessions.filter(({ status }) => status === 'running').map(({ id }) => id)
  if (waits && ids.length > 0) await manager.call(api.session.terminate, { ids })
  return sessions.every(({ status, type }) => status === 'running' && type === 'interactive')
}

/** What the agents run, as their containers say, against what the tables say. */
async function compareContainers(db: pg.Client): Promise<void> {
  const { rows } = await db.query<{ id: string }>(`select id from kernel where status = 'running'`)
  const containers = (await Promise.all(fleet.agents.map(({ driver }) => driver.list()))).flat()
  expect(containers.map(one => one.kernelId).sort()).toEqual(rows.map(({ id }) => id).sort())
  expect(containers.filter(({ isRunning }) => !isRunning)).toEqual([])
}

/** Every command was begun once for each start of its session that came so far, and no container was started twice. */
async function checkStarts(db: pg.Client): Promise<void> {
  expect([...started.values()].filter(({ times }) => times > 1)).toEqual([])
  const { rows } = await db.query<{ id: string; name: string; failures: number }>(
    `select id, name, failures from session where type = 'batch' and result = 'success'`,
  )
  const begun = Map.groupBy(
    [...started.values()].filter(one => one.isMain),
    one => one.sessionId,
  )
  expect(rows.length).toBeGreaterThan(0)
  for (const { id, name, failures } of rows) expect(begun.get(id)?.length, name).toBe(failures + 1)
}

test(
  `SCH-10 SES-06 SES-08 with two managers, after ${faultCount} crashes of one or of PostgreSQL in the midst of a turn or a commit (seed ${seed}), nothing is placed twice, over capacity or lost`,
  { timeout: 120_000 + faultCount * 15_000 },
  async () => {
    console.log(`seed ${seed}: CAPSTAN_SEED=${seed} replays it`)
    const list = () => managers.all[0]!.call(api.agent.list, {})
    await until('all agents are here', async () => (await list()).items.length === 4, patience)
    const stop = new AbortController()
    const churning = churn(stop.signal)
    for (let number = 0; number < faultCount; number++) await fail(number)
    stop.abort()
    await churning
    await until('everything runs or has ended', comesToRest, { ...patience, patienceMs: 60_000 })

    await inDatabase(async db => {
      expect(await findContradictions(db)).toEqual([])
      const { rows } = await db.query<{ id: string; status: string }>(
        'select id, status from session',
      )
      expect([...accepted].filter(id => !rows.some(row => row.id === id))).toEqual([])
      expect(rows.filter(({ status }) => status === 'error')).toEqual([])
      expect(accepted.size).toBeGreaterThan(sessionsAtOnce)
      expect(overloads).toEqual([])
      await checkStarts(db)
      await until(
        'containers are as the tables say',
        () => compareContainers(db).then(() => true),
        {
          ...patience,
        },
      )
    })
  },
)
