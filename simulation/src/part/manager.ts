import type { Telling } from '@capstan/agent/held-kernels'
import type { KeptKernel } from '@capstan/contract/sync'
import type { Owner, Steps } from '../agenda.ts'
import { type Database, Refused } from '../model/database.ts'
import { desiredHash, readDesired, type Report, takeReport } from '../model/report.ts'
import type { World } from '../world.ts'
import { houseSteps } from './housekeeper.ts'
import type { Call } from './network.ts'
import { scheduleSteps } from './scheduler.ts'
import { Waiter } from './waiter.ts'

export interface SyncAnswer {
  readonly desiredHash: string
  /** Null: as before. */
  readonly desired: Telling<KeptKernel> | null
}

/** What an agent asks with a report: hash of the last answer, kernels that it holds, and how long it waits. */
export interface Asked {
  readonly known: string
  readonly holds: readonly string[]
  readonly waitMs: number
}

export type WakeTarget = 'scheduler' | 'housekeeper' | `agent:${string}`

/** A manager process: serves agents, runs the loops. It may die between any two steps; what it had committed stays. */
export class Manager implements Owner {
  life = 0
  isUp = false
  readonly name: string
  readonly world: World
  readonly #calls = new Set<Call<unknown>>()
  readonly #waiters = new Map<WakeTarget, Set<Waiter>>()

  constructor(world: World, name: string) {
    this.world = world
    this.name = name
  }

  start(): void {
    if (this.isUp) return
    this.isUp = true
    const { agenda } = this.world
    agenda.begin(
      this,
      this.#loop('scheduler', 5000, () => scheduleSteps(this)),
    )
    agenda.begin(
      this,
      this.#loop('housekeeper', 2000, () => houseSteps(this)),
      100,
    )
  }

  kill(): void {
    this.life++
    this.isUp = false
    this.#waiters.clear()
    // Its connections to the database and to agents break; some agents do not notice.
    if (this.world.schedulerLock === this) this.world.schedulerLock = undefined
    for (const call of this.#calls)
      if (this.world.random.chance(0.8)) this.world.network.break(call)
    this.#calls.clear()
  }

  /** A connection to the database. Throws while that is down. */
  get db(): Database {
    if (this.world.isDatabaseDown) throw new Refused('the database is down')
    return this.world.db
  }

  /** Now and then the answer to a commit is lost: it is done, and whoever asked for it does not know. */
  committed<T>(value: T): T {
    if (!this.world.random.chance(this.world.lostCommitShare)) return value
    this.world.note(this.name, 'loses the answer to a commit')
    throw new Refused('the answer to a commit is lost')
  }

  /** `startLoop` of runtime/loop.ts: now, then every so often and whenever woken; a failed turn waits for the next. */
  *#loop(target: 'scheduler' | 'housekeeper', everyMs: number, run: () => Steps): Steps {
    const waiter = this.#listen(target)
    for (;;) {
      waiter.isWoken = false
      yield* this.attempt(run())
      yield* waiter.wait(everyMs)
    }
  }

  /** Takes steps; answers whether the database let them. */
  *attempt(steps: Steps): Steps<boolean> {
    try {
      yield* steps
      return true
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      return false
    }
  }

  #listen(target: WakeTarget): Waiter {
    const waiter = new Waiter(this.world.agenda)
    const waiters = this.#waiters.get(target)
    if (waiters) waiters.add(waiter)
    else this.#waiters.set(target, new Set([waiter]))
    return waiter
  }

  /** `createWake`: immediate in this process; other managers hear of it from PostgreSQL, or do not. */
  wake(targets: Iterable<WakeTarget>): void {
    const { managers, random, agenda } = this.world
    for (const target of new Set(targets)) {
      this.#hear(target)
      for (const other of managers)
        if (other !== this && other.isUp && !random.chance(0.02))
          agenda.begin(other, other.#hearSteps(target), random.wait(3))
    }
  }

  #hear(target: WakeTarget): void {
    for (const waiter of this.#waiters.get(target) ?? []) waiter.wake()
  }

  // oxlint-disable-next-line require-yield
  *#hearSteps(target: WakeTarget): Steps {
    this.#hear(target)
  }

  /** Takes a request; what the database refuses is answered with an error. */
  serve<A>(call: Call<A>, handle: Steps): void {
    this.#calls.add(call)
    this.world.agenda.begin(this, this.#serveSteps(call, handle))
  }

  *#serveSteps<A>(call: Call<A>, handle: Steps): Steps {
    const isDone = yield* this.attempt(handle)
    this.#calls.delete(call)
    if (!isDone) this.world.network.break(call)
  }

  /** `sync` of agent/sync.routes.ts: takes the report, then answers as soon as something else is wanted, or when time is up. */
  *sync(call: Call<SyncAnswer>, report: Report, { known, holds, waitMs }: Asked): Steps {
    const { agenda, network } = this.world
    const { id } = call.node
    const { isNews, freesSome, agentIds } = this.committed(takeReport(this.db, id, report))
    yield this.pause()
    this.wake(agentIds.map(agentId => `agent:${agentId}` as const))
    if (isNews || freesSome) this.wake(['scheduler'])
    const deadline = agenda.now + waitMs
    // Listens before it looks: a wake-up between the two is not missed.
    const waiter = this.#listen(`agent:${id}`)
    call.onHangUp = () => waiter.wake()
    yield this.pause()
    let hash = desiredHash(this.db, id)
    while (hash === known && call.state === 'open' && agenda.now < deadline) {
      yield* waiter.wait(deadline - agenda.now)
      hash = desiredHash(this.db, id)
    }
    this.#waiters.get(`agent:${id}`)?.delete(waiter)
    if (call.state !== 'open') return
    if (hash !== known) yield this.pause()
    const desired = hash === known ? null : readDesired(this.db, id, holds)
    network.reply(call, { desiredHash: hash, desired })
  }

  /** `appendLog` of agent/sync.routes.ts. */
  *takeLog(call: Call<boolean>, append: (db: Database) => boolean): Steps {
    yield this.pause()
    this.world.network.reply(call, this.committed(append(this.db)))
  }

  /** What one statement takes. */
  pause(): number {
    return this.world.random.wait(1.5)
  }
}
