import type { NodeUsage } from '@capstan/contract/agent'
import { api } from '@capstan/contract/api'
import { AppError } from '@capstan/contract/errors'
import {
  type Desired,
  type DesiredKernel,
  heartbeatMs,
  type KernelSample,
  type Observed,
} from '@capstan/contract/sync'
import { waitFor } from '@capstan/core/heartbeat'
import type { Log } from '@capstan/runtime/log'
import { backoffMs, pause } from '@capstan/runtime/retry'
import { version } from '@capstan/runtime/version'
import type * as z from 'zod'
import type { Accelerators } from './devices/accelerators.ts'
import type { Driver } from './driver.ts'
import type { Fingerprint } from './fingerprint.ts'
import { canBuild, ImageTasks } from './image-tasks.ts'
import { HeldKernels } from './held-kernels.ts'
import type { Observation } from './kernel-keeper.ts'
import type { Membership } from './membership.ts'
import { Node } from './node.ts'
import { problemsOf } from './problems.ts'
import type { Place } from './relay.ts'
import { quickStartMs } from './starts.ts'
import { Told, type Seldom } from './told.ts'
import { type KernelNews, ToldKernels } from './told-kernels.ts'

/** What an agent is made of: the real parts in main.ts, others where a test plays its node. */
export interface AgentParts {
  readonly id: string
  readonly resourceGroup: string
  readonly region: string
  /** The first one also pulls images. */
  readonly drivers: readonly [Driver, ...Driver[]]
  readonly fingerprint: Fingerprint
  readonly accelerators: Accelerators
  readonly meter: { readonly sample: () => Promise<NodeUsage> }
  readonly membership: Membership
  readonly signal: AbortSignal
  readonly log: Log
}

type Report = z.input<typeof Observed>

interface Look {
  readonly runtimes: Report['runtimes']
  readonly images: NonNullable<Report['images']>
  readonly usage: NodeUsage
  readonly samples: KernelSample[]
}

/** A report, and what is left out of the next ones once it was answered. */
interface Saying {
  readonly observed: Report
  readonly seldom: Seldom
  readonly news: KernelNews<Observation>
}

/** News of one container within so long of a report go out together with the next one. Milliseconds. */
const gatherMs = 20

/**
 * How long news are gathered where several containers are starting: each has more to tell in a moment, and a report costs much
 * the same for one as for many. Milliseconds.
 */
const gatherFor = (starting: number): number => Math.min(100, Math.max(gatherMs, 5 * starting))

/** So much longer than it asked to wait an agent waits for an answer: a connection may have been cut in silence. Milliseconds. */
const patienceMs = 15_000

/** How long an agent rests that was answered before its time. Milliseconds. */
const earlyRestMs = 500

/** How often an agent asks for all that is wanted, at most: whatever went wrong on the way is put right then. Milliseconds. */
const askAllEveryMs = 3_600_000

/** One node's agent: reports what is, makes what is wanted. Containers go on when it stops. */
export class Agent {
  readonly #parts: AgentParts
  readonly #node: Node
  readonly #tasks: ImageTasks
  #desired: z.output<typeof Desired> | undefined
  #desiredHash = ''
  #allDueAt = performance.now() + askAllEveryMs * Math.random()
  #heartbeatMs = heartbeatMs
  readonly #told = new Told()
  readonly #toldKernels = new ToldKernels<Observation>()
  readonly #held = new HeldKernels<DesiredKernel>()
  #address = ''
  #clockOffsetMs = 0
  #lookedAt = 0
  #lastLook: Look | undefined
  #news = Promise.withResolvers<void>()
  /** End the reports that are not answered yet. */
  readonly #open = new Set<AbortController>()
  /** Ends the last report that was left open when there was news. */
  #former: AbortController | undefined
  #isChanged = false
  #sentAt = -Infinity
  #gathering: NodeJS.Timeout | undefined

  constructor(parts: AgentParts) {
    this.#parts = parts
    this.#tasks = new ImageTasks(parts.drivers[0], ({ status }) => {
      // An image more: it is told with the same report.
      if (status === 'done') this.#lastLook = undefined
      this.#changed()
    })
    this.#node = new Node({
      drivers: parts.drivers,
      accelerators: parts.accelerators,
      changed: this.#changed,
      sendLog: this.#sendLog,
      log: parts.log,
    })
  }

  /** The manager's public key; undefined before the first answer. */
  get ticketKey(): z.output<typeof Desired>['ticketKey'] | undefined {
    return this.#desired?.ticketKey
  }

  placeOf(kernelId: string): Place | undefined {
    return this.#node.placeOf(kernelId)
  }

  /** Something is worth telling before the open report has ended: at once, unless that was sent this moment. */
  readonly #changed = (): void => {
    this.#isChanged = true
    const restMs = gatherFor(this.#node.startingCount) - (performance.now() - this.#sentAt)
    if (restMs <= 0) this.#news.resolve()
    else this.#gathering ??= setTimeout(this.#news.resolve, restMs)
  }

  readonly #sendLog = async (
    kernelId: string,
    offset: number,
    data: Buffer,
    isComplete: boolean,
  ): Promise<number> => {
    const piece = {
      id: this.#parts.id,
      kernelId,
      offset,
      data: data.toString('base64'),
      isComplete,
    }
    return (await this.#parts.membership.call(api.sync.appendLog, piece)).offset
  }

  /** Until the signal. `address`: at which proxies reach its relay. */
  async run(address: string): Promise<void> {
    const { id, drivers, accelerators, signal, membership } = this.#parts
    this.#address = address
    const watching = drivers.map(driver =>
      driver.watch((kernelId, outOfMemory) => this.#node.onChange(kernelId, outOfMemory), signal),
    )
    const devices = accelerators.watch(this.#changed, signal)
    signal.addEventListener('abort', this.#giveUpAll, { once: true })
    await Promise.all([this.#syncLoop(), this.#lookLoop(), devices, ...watching])
    await membership.call(api.sync.leave, { id, reason: 'It was stopped' }).catch(() => {})
    clearTimeout(this.#gathering)
    this.#node.close()
    this.#tasks.close()
  }

  readonly #giveUpAll = (): void => {
    for (const open of this.#open) open.abort(this.#parts.signal.reason)
  }

  /** Looks at all containers now and then: what events told is only a hint. */
  async #lookLoop(): Promise<void> {
    const { signal } = this.#parts
    while (!signal.aborted) {
      await this.#lookAtContainers()
      await pause(3000, signal)
    }
  }

  async #lookAtContainers(): Promise<void> {
    await this.#node
      .look()
      .catch((error: unknown) => this.#parts.log.warn({ err: error }, 'look_failed'))
  }

  async #syncLoop(): Promise<void> {
    const { signal, log } = this.#parts
    for (let failures = 0; !signal.aborted;) {
      try {
        await this.#parts.membership.ensure()
        await this.#sync()
        failures = 0
      } catch (error) {
        if (signal.aborted) return
        if (error instanceof AppError && error.code === 'unauthenticated') this.#forget()
        this.#toldKernels.doubt()
        failures++
        log.warn({ err: error, failures }, 'sync_failed')
        await pause(backoffMs(failures, 200, 5000), signal)
      }
    }
  }

  /** Joins anew: as an agent of whom the manager knows nothing. */
  #forget(): void {
    this.#parts.membership.forget()
    this.#told.forget()
    this.#toldKernels.forget()
  }

  async #sync(): Promise<void> {
    const { id, signal } = this.#parts
    this.#isChanged = false
    this.#news = Promise.withResolvers()
    clearTimeout(this.#gathering)
    this.#gathering = undefined
    if (performance.now() >= this.#allDueAt) {
      this.#allDueAt = performance.now() + askAllEveryMs * (0.5 + Math.random() / 2)
      this.#desiredHash = ''
    }
    if (this.#desiredHash === '') this.#held.doubt()
    const { observed, seldom, news: told } = await this.#observe()
    const sentAt = Date.now()
    this.#sentAt = performance.now()
    // What changed while it looked is told at once, by another report.
    const waitMs = this.#isChanged ? 0 : waitFor(this.#heartbeatMs, Math.random())
    const number = this.#told.send(seldom)
    const given = new AbortController()
    this.#open.add(given)
    if (signal.aborted) given.abort(signal.reason)
    const giveUp = setTimeout(
      () => given.abort(new Error('no answer in time')),
      waitMs + patienceMs,
    )
    const answering = this.#parts.membership.call(
      api.sync.sync,
      {
        id,
        observed,
        // By a clock that nobody sets while it runs.
        order: performance.timeOrigin + this.#sentAt,
        desiredHash: this.#desiredHash,
        heldKernelIds: this.#held.ids,
        waitMs,
      },
      { signal: given.signal },
    )
    const heard = answering
      .then(one => {
        this.#told.answered(number, seldom)
        this.#toldKernels.answered(told)
        return one
      })
      .finally(() => {
        clearTimeout(giveUp)
        this.#open.delete(given)
      })
    const answer = await (this.#isChanged ? heard : Promise.race([heard, this.#news.promise]))
    if (!answer) return this.#leaveOpen(heard, given)
    this.#heartbeatMs = answer.heartbeatMs
    this.#clockOffsetMs = clockOffset(new Date(answer.clock).getTime(), sentAt, Date.now())
    if (!answer.desired) {
      this.#desiredHash = answer.desiredHash
      return this.#rest(waitMs)
    }
    this.#want(answer.desired, answer.desiredHash)
    // The next report tells what came of it, instead of one that says nothing and one right after it.
    if (this.#node.isStartingQuickly) await this.#untilNews(quickStartMs)
  }

  /** Without a hash all is asked for: so after something went wrong here. */
  #want(desired: z.output<typeof Desired>, hash: string): void {
    this.#desiredHash = ''
    const news = this.#held.take(desired)
    this.#desired = desired
    // Not waited for: what it does is told by later reports.
    if (!this.#node.want(desired.clusterId, this.#held.byId, news)) void this.#lookAtContainers()
    this.#tasks.want(desired.imageTasks)
    this.#desiredHash = hash
  }

  /**
   * An answer before its time, with nothing to do, means that the manager got another report: where two agents go by one name,
   * each would end the other's, as fast as they can.
   */
  async #rest(waitMs: number): Promise<void> {
    if (performance.now() - this.#sentAt > waitMs - earlyRestMs) return
    await this.#untilNews(earlyRestMs)
  }

  async #untilNews(mostMs: number): Promise<void> {
    await Promise.race([this.#news.promise, pause(mostMs, this.#parts.signal)])
  }

  /** The manager answers a report that is open when it has the next one: to break it off would cost both of them a connection. */
  #leaveOpen(heard: Promise<unknown>, given: AbortController): void {
    this.#former?.abort()
    this.#former = given
    heard
      // Whatever goes wrong with it goes wrong with the next one too.
      .catch(() => {})
      .finally(() => {
        if (this.#former === given) this.#former = undefined
      })
  }

  /** What changes slowly is looked at once a heartbeat: a start must not wait for it. */
  async #look(): Promise<Look> {
    if (this.#lastLook && performance.now() - this.#lookedAt < waitFor(this.#heartbeatMs, 1) - 100)
      return this.#lastLook
    this.#lookedAt = performance.now()
    const samples = await this.#node.measure()
    const [runtimes, images, usage] = await Promise.all([
      this.#runtimes(),
      this.#images(),
      this.#parts.meter.sample(),
    ])
    const devices = [...usage.devices, ...this.#parts.accelerators.use]
    return (this.#lastLook = { runtimes, images, usage: { ...usage, devices }, samples })
  }

  async #observe(): Promise<Saying> {
    const { runtimes, images, usage, samples } = await this.#look()
    const seldom = { images: JSON.stringify(images), usage }
    const isUsageTold = this.#told.hasUsage(usage)
    const news = this.#toldKernels.next(this.#node.observations, performance.now())
    const { architecture, capacity } = this.#parts.fingerprint
    const { region, resourceGroup, accelerators } = this.#parts
    const observed: Report = {
      version,
      architecture,
      region,
      address: this.#address,
      resourceGroup,
      clock: new Date().toISOString(),
      runtimes,
      capacity,
      devices: [...accelerators.devices],
      images: this.#told.hasImages(seldom.images) ? null : images,
      imageTasks: this.#tasks.states,
      kernels: [...news.kernels],
      samples: isUsageTold ? [] : samples,
      usage: isUsageTold ? null : usage,
      problems: [
        ...problemsOf({
          usage,
          clockOffsetMs: this.#clockOffsetMs,
          drivers: this.#node.problems,
        }),
        ...accelerators.problems,
      ],
    }
    return { observed, seldom, news }
  }

  async #runtimes(): Promise<Report['runtimes']> {
    const answers = this.#parts.drivers.map(async driver => {
      const found = await driver.version().catch(() => undefined)
      if (found === undefined) return []
      const builds = driver.name === 'docker' && canBuild()
      return [
        { name: driver.name, version: found, canBuild: builds, isolation: [...driver.isolation] },
      ]
    })
    return (await Promise.all(answers)).flat()
  }

  async #images(): Promise<NonNullable<Report['images']>> {
    return (
      await Promise.all(this.#parts.drivers.map(driver => driver.images().catch(() => [])))
    ).flat()
  }
}

/** How far our clock is ahead of the manager's; zero when the answer took too long to tell. */
const clockOffset = (managerMs: number, sentMs: number, receivedMs: number): number =>
  receivedMs - sentMs > 30_000
    ? 0
    : Math.max(sentMs - managerMs, Math.min(0, receivedMs - managerMs))
