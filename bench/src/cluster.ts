import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { api } from '@capstan/contract/api'
import type { Call } from '@capstan/contract/client'
import { startFleet } from '@capstan/testkit/fleet'
import { startPostgres } from '@capstan/testkit/postgres'
import { signedCall, until } from '@capstan/testkit/system'
import pg from 'pg'
import { cpuSeconds, memoryMib } from './cluster/processes.ts'
import type { Figures } from './main.ts'
import { numberOf } from './options.ts'
import { rounded } from './statistics.ts'

const admin = { email: 'admin@example.test', password: 'correct-horse-1' }
const gib = 2 ** 30
/** What a container of a fake agent takes to start, in milliseconds. */
const startMs = 50
/** Sessions that one request asks for, and that are on their way at the same time. */
const batch = 200
const onTheWay = 2000
/** After so long each agent keeps the pace that it was told, and has none of the news of before left to tell. Milliseconds. */
const settleMs = 35_000
/** How long nothing but heartbeats is looked at then, in milliseconds: about as long as the time between two of one agent. */
const quietMs = 25_000

interface Stage {
  readonly call: Call
  readonly db: pg.Client
  readonly managerPid: number
  readonly postgresPid: number
  readonly requestCount: () => number
}

/**
 * The real manager and PostgreSQL (which flushes to disk), and many agents of ours on fake engines in this process, over HTTP.
 * How many sessions a second come from request to running, in a small cluster of sessions and beside 100,000 that run.
 */
export async function clusterBench(args: readonly string[]): Promise<Figures> {
  const agents = numberOf(args, '--agents', 5000)
  const sessions = numberOf(args, '--sessions', 20_000)
  const running = numberOf(args, '--running', 100_000)
  const postgres = await startPostgres({ isDurable: true })
  const url = postgres.url('postgres')
  const joinToken = randomBytes(16).toString('hex')
  const manager = await startManager(url, joinToken)
  let requests = 0
  const fleet = startFleet({
    manager: manager.url,
    onRequest: () => void requests++,
    joinToken,
    ids: Array.from({ length: agents }, (_, index) => `node-${index}`),
    capacity: { cpu: 64, mem: 512 * gib },
    fate: () => ({ startMs }),
  })
  const db = new pg.Client({ connectionString: url })
  try {
    await db.connect()
    return await measure(
      {
        call: await signedCall(manager.url, admin),
        db,
        managerPid: manager.process.pid!,
        postgresPid: postmasterOf(url),
        requestCount: () => requests,
      },
      { agents, sessions, running },
    )
  } finally {
    await db.end()
    await fleet.stop()
    manager.process.kill('SIGKILL')
    await postgres.stop()
  }
}

async function measure(
  stage: Stage,
  { agents, sessions, running }: { agents: number; sessions: number; running: number },
): Promise<Figures> {
  const { db, managerPid } = stage
  const connected = `select count(*)::int as count from agent where status = 'connected' and resource_group is not null`
  await until('all agents are there', async () => (await count(db, connected)) === agents, {
    patienceMs: 300_000,
    everyMs: 500,
  })
  // What is measured is not being held back.
  await db.query(
    `update keypair_policy set max_amounts = '{}', max_concurrent_count = null, max_pending_count = null, max_pending_amounts = '{}'`,
  )
  await db.query('vacuum analyze')
  await sleep(settleMs)
  const quiet = await spent(stage, () => sleep(quietMs))
  const started = await spent(stage, () => start(stage, sessions))
  const missing = running - (await runningCount(db))
  if (missing > 0) await start(stage, missing)
  await sleep(settleMs)
  const quietBesides = await spent(stage, () => sleep(quietMs))
  const besides = await spent(stage, () => start(stage, sessions))
  const perSecond = ({ wallS }: Spent): number => sessions / wallS
  return {
    startedPerSecond: rounded(perSecond(started)),
    startedPerSecondAt100k: rounded(perSecond(besides)),
    startedRatioAt100k: rounded(perSecond(besides) / perSecond(started)),
    heartbeatsPerSecond: rounded(quiet.requests / quiet.wallS),
    heartbeatManagerCores: rounded(quiet.managerS / quiet.wallS),
    heartbeatPostgresCores: rounded(quiet.postgresS / quiet.wallS),
    heartbeatsPerSecondAt100k: rounded(quietBesides.requests / quietBesides.wallS),
    quietManagerCoresAt100k: rounded(quietBesides.managerS / quietBesides.wallS),
    quietPostgresCoresAt100k: rounded(quietBesides.postgresS / quietBesides.wallS),
    quietAgentsCoresAt100k: rounded(quietBesides.ownS / quietBesides.wallS),
    managerMsPerSession: rounded((1000 * started.managerS) / sessions),
    postgresMsPerSession: rounded((1000 * started.postgresS) / sessions),
    agentsMsPerSession: rounded((1000 * started.ownS) / sessions),
    managerMsPerSessionAt100k: rounded((1000 * besides.managerS) / sessions),
    postgresMsPerSessionAt100k: rounded((1000 * besides.postgresS) / sessions),
    agentsMsPerSessionAt100k: rounded((1000 * besides.ownS) / sessions),
    managerMib: rounded(memoryMib(managerPid)),
    databaseMib: rounded(
      (await count(db, 'select pg_database_size(current_database())::float8 as count')) / 2 ** 20,
    ),
    running: await runningCount(db),
  }
}

interface Spent {
  readonly wallS: number
  readonly managerS: number
  readonly postgresS: number
  /** Of this process: the agents. */
  readonly ownS: number
  readonly requests: number
}

async function spent(
  { managerPid, postgresPid, requestCount }: Stage,
  work: () => Promise<unknown>,
): Promise<Spent> {
  const look = () => ({
    wallS: performance.now() / 1000,
    managerS: cpuSeconds(managerPid),
    postgresS: cpuSeconds(postgresPid),
    ownS: process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6,
    requests: requestCount(),
  })
  const before = look()
  await work()
  const after = look()
  return {
    wallS: after.wallS - before.wallS,
    managerS: after.managerS - before.managerS,
    postgresS: after.postgresS - before.postgresS,
    ownS: after.ownS - before.ownS,
    requests: after.requests - before.requests,
  }
}

/** Brings so many more sessions to run, never more than some on their way at once. */
async function start({ call, db }: Stage, wanted: number): Promise<void> {
  const project = (await call(api.account.show, {})).projects.find(({ type }) => type === 'general')
  const [image] = (await call(api.image.list, {})).items
  const reached = async (count: number): Promise<void> =>
    until(`at most ${count} sessions are on their way`, async () => (await wayCount(db)) <= count, {
      patienceMs: 600_000,
      everyMs: 100,
    })
  for (let asked = 0; asked < wanted;) {
    const size = Math.min(batch, wanted - asked)
    await call(api.session.createMany, {
      name: `load-${randomBytes(6).toString('hex')}`,
      count: size,
      projectId: project!.id,
      imageId: image!.id,
      resources: { cpu: 0.1, mem: 2 ** 26 },
    })
    asked += size
    await reached(onTheWay)
  }
  await reached(0)
}

/** What has not come to run yet: the only ones that need be looked at, for none ends. */
const wayCount = (db: pg.Client): Promise<number> =>
  count(
    db,
    `select count(*)::int as count from session where status in ('pending', 'scheduled', 'preparing', 'pulling', 'creating')`,
  )

const runningCount = (db: pg.Client): Promise<number> =>
  count(db, `select count(*)::int as count from session where status = 'running'`)

async function count(db: pg.Client, text: string): Promise<number> {
  return (await db.query<{ count: number }>(text)).rows[0]!.count
}

async function startManager(
  databaseUrl: string,
  joinToken: string,
): Promise<{ process: ChildProcess; url: string }> {
  const script = fileURLToPath(new URL('cluster/manager.ts', import.meta.url))
  const child = spawn(
    process.execPath,
    [script, databaseUrl, joinToken, admin.email, admin.password],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  return new Promise((resolve, reject) => {
    child.once('exit', code => reject(new Error(`the manager ended with ${code}`)))
    createInterface(child.stdout).once('line', url => resolve({ process: child, url }))
  })
}

/** The first process of a server, by the folder that its URL names. */
function postmasterOf(url: string): number {
  const folder = decodeURIComponent(
    new URL(url.replace('@/', '@socket/')).searchParams.get('host')!,
  )
  return Number(readFileSync(`${folder}/data/postmaster.pid`, 'utf8').split('\n')[0])
}
