import { listen, type Listening } from '@capstan/runtime/http'
import { startLoop } from '@capstan/runtime/loop'
import type { Log } from '@capstan/runtime/log'
import { turnSeconds } from '@capstan/runtime/metrics'
import type { App } from './app.ts'
import { pruneLog, usualLogDays } from './audit/retention.loop.ts'
import { changeChannel, createChanges } from './db/changes.ts'
import { openDatabase } from './db/db.ts'
import { listenToDatabase } from './db/listen.ts'
import { migrate } from './db/migrate.ts'
import { makePassword, readCluster, seedDefaults, seedJoinToken } from './db/seed.ts'
import { sealKeyOf } from './db/seal.ts'
import { scheduleUntilNext } from './scheduler/scheduler.loop.ts'
import { runJobs } from './job/job.loop.ts'
import { createFindMachine } from './machine/find-machine.ts'
import { createAdmission } from './rate-limit/admission.ts'
import { createServer } from './server.ts'
import { keepReplicas } from './service/replicas.loop.ts'
import { keepHouse } from './session/housekeeper.loop.ts'
import { sweep } from './session/sweep.loop.ts'
import { createWake, wakeChannel } from './wake.ts'

export interface ManagerOptions {
  readonly databaseUrl: string
  readonly host: string
  readonly port: number
  /** Everything sealed in the database opens with this secret only. */
  readonly encryptionKey: string
  /** Folder of the built console; without one only the API is served. */
  readonly consoleFolder?: string | undefined
  /** Lets this installation's own agent, proxy and storage join. */
  readonly localJoinToken?: string | undefined
  /** Of the first administrator, made at the first start. */
  readonly adminEmail?: string | undefined
  readonly adminPassword?: string | undefined
  /** How long the log of operations is kept. */
  readonly logDays?: number | undefined
  readonly signal: AbortSignal
  readonly log: Log
  readonly onListening?: ((listening: Listening) => void) | undefined
}

/** Runs a manager until the signal: brings the database up to date, serves the API, runs the loops. */
export async function runManager(options: ManagerOptions): Promise<void> {
  const { log, signal } = options
  const applied = await migrate(options.databaseUrl)
  if (applied.length > 0) log.info({ applied }, 'database_migrated')
  const { app, forMachines, forTurns, close } = await buildApp(options)
  const stopListening = new AbortController()
  const announcements = listenToDatabase({
    url: options.databaseUrl,
    channels: { [wakeChannel]: app.wake.receive, [changeChannel]: app.changes.receive },
    onConnect: () => app.wake(['scheduler', 'housekeeper', 'services', 'jobs']),
    log,
    signal: stopListening.signal,
  })
  const http = createServer(app, { forMachines, consoleFolder: options.consoleFolder, signal })
  const { host, port } = options
  const listening = await listen({ fetch: http.fetch, host, port })
  log.info({ url: listening.url }, 'listening')
  const loops = startLoops({ forMachines, forTurns }, signal)
  options.onListening?.(listening)
  await stopped(signal)
  await listening.close()
  await Promise.all(loops)
  stopListening.abort()
  await announcements
  await close()
}

interface Apps {
  readonly app: App
  /** On connections for what agents say and loops do. */
  readonly forMachines: App
  /** On the scheduler's own connection: to plan the statements of a turn takes longer than to run them, and one keeps its plans. */
  readonly forTurns: App
}

async function buildApp(
  options: ManagerOptions,
): Promise<Apps & { readonly close: () => Promise<void> }> {
  const { log, databaseUrl } = options
  const onError = (error: Error): void => log.warn({ err: error }, 'database_connection_broke')
  const { db, pool } = openDatabase(databaseUrl, onError)
  const { db: machines } = openDatabase(databaseUrl, onError, { max: 8, isByIndex: true })
  const { db: turns } = openDatabase(databaseUrl, onError, { max: 1, isByIndex: true })
  const sealKey = sealKeyOf(options.encryptionKey)
  const cluster = await readCluster(db, sealKey)
  await seedDefaults(db, sealKey, {
    email: options.adminEmail ?? 'admin@capstan.local',
    password: options.adminPassword ?? makePassword(),
  })
  if (options.localJoinToken !== undefined) await seedJoinToken(db, options.localJoinToken)
  const app: App = {
    db,
    log,
    sealKey,
    clusterId: cluster.clusterId,
    ticketKeys: cluster.ticketKeys,
    now: () => new Date(),
    logDays: options.logDays ?? usualLogDays,
    admission: createAdmission(db),
    findMachine: createFindMachine(machines),
    wake: createWake(pool, log),
    changes: createChanges(),
  }
  const close = async (): Promise<void> => {
    await Promise.all([db, machines, turns].map(one => one.destroy()))
  }
  return { app, forMachines: { ...app, db: machines }, forTurns: { ...app, db: turns }, close }
}

function startLoops(
  { forMachines: app, forTurns }: Pick<Apps, 'forMachines' | 'forTurns'>,
  signal: AbortSignal,
): Promise<void>[] {
  const work = {
    scheduler: { everyMs: 5000, run: () => scheduleUntilNext(forTurns) },
    housekeeper: { everyMs: 2000, run: () => keepHouse(app) },
    sweep: { everyMs: 60_000, run: () => sweep(app) },
    services: { everyMs: 2000, run: () => keepReplicas(app) },
    jobs: { everyMs: 5000, run: () => runJobs(app, signal) },
    log: { everyMs: 3_600_000, run: () => pruneLog(app) },
  } as const
  return (['scheduler', 'housekeeper', 'sweep', 'services', 'jobs', 'log'] as const).map(name => {
    const { everyMs, run } = work[name]
    const loop = startLoop({
      name,
      everyMs,
      // A turn costs much the same for one session as for hundreds, and more with each agent.
      restPart: name === 'scheduler' ? 1 : 0,
      signal,
      run: () => timed<number | undefined | void>(name, run),
      onError: error => app.log.error({ loop: name, err: error }, 'turn_failed'),
    })
    app.wake.on(name, loop.wake)
    return loop.stopped
  })
}

async function timed<T>(loop: string, run: () => Promise<T>): Promise<T> {
  const begin = performance.now()
  let outcome = 'failed'
  try {
    const answer = await run()
    outcome = 'done'
    return answer
  } finally {
    turnSeconds.observe({ loop, outcome }, (performance.now() - begin) / 1000)
  }
}

const stopped = (signal: AbortSignal): Promise<void> =>
  new Promise(resolve => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
