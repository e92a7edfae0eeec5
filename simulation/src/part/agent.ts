import { HeldKernels, type Telling } from '@capstan/agent/held-kernels'
import { type KernelNews, ToldKernels } from '@capstan/agent/told-kernels'
import { heartbeatMs, type KeptKernel } from '@capstan/contract/sync'
import type { KernelReport } from '@capstan/core/kernel-report'
import { backoffMs } from '@capstan/runtime/retry'
import type { Owner, Steps } from '../agenda.ts'
import { completeLog, type Report } from '../model/report.ts'
import type { World } from '../world.ts'
import { Away, type Container } from './engine.ts'
import { Keeper } from './keeper.ts'
import type { SyncAnswer } from './manager.ts'
import type { Call } from './network.ts'
import type { Node } from './node.ts'

/** No answer for so long after a report was to be answered: the connection is taken for dead. */
const patienceMs = 10_000

/** The agent program of a node: `Agent` of agent.ts and `Node` of node.ts, waiting in virtual time. Keeps nothing when it dies. */
export class Agent implements Owner {
  life = 0
  isUp = false
  readonly node: Node
  readonly world: World
  readonly #keepers = new Map<string, Keeper>()
  #told = new ToldKernels<KernelReport>()
  #held = new HeldKernels<KeptKernel>()
  #isTold = false
  #desiredHash = ''
  #isChanged = false
  #poll: Call<SyncAnswer> | undefined

  constructor(world: World, node: Node) {
    this.world = world
    this.node = node
  }

  start(): void {
    if (this.isUp) return
    this.isUp = true
    this.world.agenda.begin(this, this.#syncLoop())
    this.world.agenda.begin(this, this.#lookLoop(), 500)
  }

  /** As a crash would: it says nothing any more. Its containers go on. */
  kill(): void {
    this.life++
    this.isUp = false
    this.#keepers.clear()
    this.#told = new ToldKernels()
    this.#held = new HeldKernels()
    this.#isTold = false
    this.#desiredHash = ''
    this.#poll = undefined
  }

  onChange(kernelId: string, isOutOfMemory: boolean): void {
    const keeper = this.#keepers.get(kernelId)
    if (isOutOfMemory) keeper?.noteOutOfMemory()
    keeper?.poke()
  }

  /** Something is worth telling before the open report has ended. */
  changed(): void {
    this.#isChanged = true
    if (this.#poll) this.#poll.close(this.world, undefined)
  }

  /** Tells the manager that all of a kernel's log is sent. Answers whether that is settled. */
  *completeLog(kernelId: string): Steps<boolean> {
    const answer = yield* this.world.network.ask<boolean>(
      this.node,
      (manager, call) => manager.takeLog(call, db => completeLog(db, this.node.id, kernelId)),
      patienceMs,
    )
    return answer !== undefined
  }

  *#lookLoop(): Steps {
    for (;;) {
      yield* this.#look()
      yield 3000
    }
  }

  *#syncLoop(): Steps {
    for (let failures = 0; ;) {
      const outcome = yield* this.#sync()
      if (outcome === 'answered') failures = 0
      if (outcome !== 'failed') continue
      this.#told.doubt()
      yield backoffMs(++failures, 200, 5000, () => this.world.random.share())
    }
  }

  *#sync(): Steps<'answered' | 'news' | 'failed'> {
    this.#isChanged = false
    yield this.world.random.wait(4) * this.node.slowness
    const { report, news } = this.#observe()
    this.world.faults.keep(this.node, report)
    const waitMs = this.#isChanged ? 0 : heartbeatMs - 500
    const asked = { known: this.#desiredHash, holds: this.#held.ids, waitMs }
    const call = this.world.network.send<SyncAnswer>(this.node, (manager, call) =>
      manager.sync(call, report, asked),
    )
    if (!this.#isChanged) this.#poll = call
    yield waitMs + patienceMs
    this.#poll = undefined
    this.world.network.hangUp(call)
    const { answer } = call
    if (!answer) return this.#isChanged ? 'news' : 'failed'
    this.#told.answered(news)
    this.#desiredHash = answer.desiredHash
    if (answer.desired) this.#want(answer.desired)
    return 'answered'
  }

  #observe(): { report: Report; news: KernelNews<KernelReport> } {
    const { architecture, group, devices } = this.node
    const observed = [...this.#keepers.values()].flatMap(keeper =>
      keeper.hasNews ? [keeper.observation] : [],
    )
    const news = this.#told.next(observed, this.world.agenda.now)
    const report = { architecture, group, devices, kernels: news.kernels, clock: this.node.clock() }
    return { report, news }
  }

  #want(told: Telling<KeptKernel>): void {
    this.#isTold = true
    const { changed, dropped } = this.#held.take(told)
    for (const kernelId of dropped) this.#drop(kernelId)
    let isAllKnown = true
    for (const kernel of changed) {
      const keeper = this.#keepers.get(kernel.kernelId)
      if (keeper) keeper.update(kernel)
      else if (this.world.rules.mayBegin(kernel)) this.#keep(kernel, undefined)
      else isAllKnown = false
    }
    if (!isAllKnown) this.world.agenda.begin(this, this.#look())
  }

  *#look(): Steps {
    if (!this.#isTold) return
    let found: Container[]
    try {
      found = yield* this.node.engine.list()
    } catch (error) {
      if (error instanceof Away) return
      throw error
    }
    // What is wanted now, not when the look began: what was made in between is not to be removed.
    const wanted = [...this.#held.byId.values()]
    const { adopt, remove } = this.world.rules.reconcile(
      wanted.map(kernel => kernel.kernelId),
      new Set(this.#keepers.keys()),
      found,
    )
    const byId = new Map(wanted.map(kernel => [kernel.kernelId, kernel]))
    for (const { kernelId, containerId } of adopt) this.#keep(byId.get(kernelId)!, containerId)
    for (const { kernelId, id } of found) this.#keepers.get(kernelId)?.notice(id)
    const running = new Set(found.flatMap(one => (one.phase === 'running' ? [one.kernelId] : [])))
    for (const { kernelId } of wanted) {
      const keeper = this.#keepers.get(kernelId)
      if (!keeper?.isSettled || !running.has(kernelId)) keeper?.poke()
    }
    for (const id of remove) this.#remove(id)
  }

  #keep(wanted: KeptKernel, containerId: string | undefined): void {
    const keeper = new Keeper(this, wanted, containerId)
    this.#keepers.set(wanted.kernelId, keeper)
    keeper.poke()
  }

  #drop(kernelId: string): void {
    const keeper = this.#keepers.get(kernelId)
    if (!keeper) return
    keeper.close()
    this.#keepers.delete(kernelId)
    if (keeper.containerId !== undefined) this.#remove(keeper.containerId)
  }

  #remove(id: string): void {
    this.world.agenda.begin(this, this.#removeSteps(id))
  }

  *#removeSteps(id: string): Steps {
    try {
      yield* this.node.engine.remove(id)
    } catch (error) {
      // The next look finds it again.
      if (!(error instanceof Away)) throw error
    }
  }
}
