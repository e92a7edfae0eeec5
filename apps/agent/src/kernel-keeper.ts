import type { DesiredKernel, ObservedKernel } from '@capstan/contract/sync'
import { isStarting } from '@capstan/core/session'
import { describeBytes } from '@capstan/core/slots'
import type { Log } from '@capstan/runtime/log'
import type * as z from 'zod'
import { AppKeeper } from './app-keeper.ts'
import type { Accelerators } from './devices/accelerators.ts'
import type { ContainerState, Driver } from './driver.ts'
import { nextStep } from './next-step.ts'
import { LogPump, type SendLog } from './log-pump.ts'
import type { Starts } from './starts.ts'

export type Observation = z.input<typeof ObservedKernel>

export interface KernelContext {
  readonly driver: Driver
  readonly accelerators: Pick<Accelerators, 'grant'>
  readonly clusterId: string
  /** Something is to be told to the manager at once. */
  readonly changed: () => void
  readonly starts: Starts
  readonly sendLog: SendLog
  readonly log: Log
}

const blank = (kernelId: string): Observation => ({
  kernelId,
  status: 'preparing',
  progress: null,
  containerId: null,
  exitCode: null,
  reason: null,
  startedAt: null,
  endedAt: null,
  apps: [],
  isLogComplete: false,
})

/** A start that takes longer than this is told of while it goes on. Milliseconds. */
const slowStartMs = 1000

/** The end of a container is told without waiting longer than this for the rest of its output. Milliseconds. */
const slowRestMs = 100

type Reason = Observation['reason']

const vanished: Reason = {
  code: 'container_vanished',
  message: 'Its container is gone: something else than Capstan removed it',
  isRetryable: false,
}

/**
 * One kernel: brings its container to what is desired, a step at a time, and knows what to report. Each step looks at what
 * is there, so that it may be repeated, and given up anywhere.
 */
export class KernelKeeper {
  desired: DesiredKernel
  observation: Observation
  /** There is something to tell: of a start that is over in a moment only what came of it. */
  hasNews = false
  readonly #context: KernelContext
  #containerId: string | undefined
  /** A start was asked for, and the engine was away before it told what came of it. */
  #isUnsure = false
  #isOutOfMemory = false
  #hasEnded = false
  #isStepping = false
  #isPoked = false
  #pump: LogPump | undefined
  #apps: AppKeeper | undefined

  constructor(desired: DesiredKernel, context: KernelContext, containerId: string | undefined) {
    this.desired = desired
    this.#context = context
    this.#containerId = containerId
    this.observation = { ...blank(desired.kernelId), containerId: containerId ?? null }
  }

  get containerId(): string | undefined {
    return this.#containerId
  }

  get driver(): Driver {
    return this.#context.driver
  }

  /** It runs, and is looked after: nothing is to be done until somebody wants something else. */
  get isSettled(): boolean {
    return (
      this.desired.desired === 'run' &&
      this.observation.status === 'running' &&
      this.#pump !== undefined &&
      !this.#isOutOfMemory
    )
  }

  get isStarting(): boolean {
    return isStarting(this.observation.status)
  }

  /** The engine has a container of it, which an earlier start has made without being heard. */
  notice(containerId: string): void {
    this.#containerId ??= containerId
  }

  /** A process of it was ended because memory ran out. */
  noteOutOfMemory(): void {
    this.#isOutOfMemory = true
  }

  /** Looks again: now, or right after the step that is running. */
  poke(): void {
    this.#isPoked = true
    if (!this.#isStepping) void this.#steps()
  }

  async #steps(): Promise<void> {
    this.#isStepping = true
    while (this.#isPoked) {
      this.#isPoked = false
      try {
        await this.#look()
      } catch (error) {
        // An engine that is away says nothing about the container: it is looked at again later.
        const level = this.#context.driver.isAway(error) ? 'debug' : 'warn'
        this.#context.log[level](
          { kernelId: this.desired.kernelId, err: error },
          'kernel_step_failed',
        )
      }
    }
    this.#isStepping = false
  }

  close(): void {
    this.#pump?.close()
    this.#apps?.close()
  }

  #tell(change: Partial<Observation>): void {
    const next = { ...this.observation, ...change }
    if (JSON.stringify(next) === JSON.stringify(this.observation)) return
    this.observation = next
    this.#news()
  }

  readonly #news = (): void => {
    this.hasNews = true
    this.#context.changed()
  }

  async #look(): Promise<void> {
    // One that is noticed while this looks is looked at next time: nothing says that it is gone.
    const known = this.#containerId
    const state = await this.#inspect()
    const step = nextStep({
      desired: this.desired.desired,
      hasStarted: this.desired.hasStarted,
      hasEnded: this.#hasEnded,
      isOutOfMemory: this.#isOutOfMemory,
      container: state?.phase ?? (known === undefined ? this.#unseen : 'gone'),
    })
    switch (step) {
      case 'rest':
        return this.#sendRest()
      case 'find':
        return this.#find()
      case 'start':
        return this.#start()
      case 'end':
        return this.#end(null)
      case 'vanish':
        return this.#end(null, vanished)
      // The rest asks for a container, and so for its state.
      case 'serve':
        return this.#serve(state!)
      case 'stop':
        return this.#stop(state!)
      case 'finish':
        return this.#finish(state!)
      default:
        return unreachable(step)
    }
  }

  get #unseen(): 'none' | 'unknown' {
    return this.#isUnsure ? 'unknown' : 'none'
  }

  /** What a start made of which nothing was heard: neither may it run on unseen, nor a second one be made. */
  async #find(): Promise<void> {
    const { driver, clusterId } = this.#context
    const found = await driver.list(clusterId)
    this.#containerId = found.find(one => one.kernelId === this.desired.kernelId)?.id
    this.#isUnsure = false
    this.#isPoked = true
  }

  /** Undefined when there is no container, or nothing depends on it any more. */
  async #inspect(): Promise<ContainerState | undefined> {
    if (this.#hasEnded || this.#containerId === undefined) return undefined
    return this.#context.driver.inspect(this.#containerId)
  }

  async #start(): Promise<void> {
    const { driver, accelerators, clusterId, starts } = this.#context
    this.observation = { ...this.observation, status: 'creating', progress: null }
    const slow = setTimeout(this.#news, slowStartMs)
    const before = this.#containerId
    try {
      const grant = await accelerators.grant(this.desired)
      this.#isUnsure = true
      this.#containerId = await starts.count(driver.start(this.desired, clusterId, grant))
    } catch (error) {
      if (driver.isAway(error)) {
        this.#news()
        throw error
      }
      this.#isUnsure = false
      if (driver.isImageMissing(error)) return this.#pull()
      return this.#fail(failure('start_failed', error), before)
    } finally {
      clearTimeout(slow)
    }
    this.#isUnsure = false
    this.#tell({
      status: 'running',
      containerId: this.#containerId,
      startedAt: new Date().toISOString(),
    })
    // Its output can wait while others start: the engine does one thing after the other.
    void starts.lull().then(() => this.poke())
  }

  async #pull(): Promise<void> {
    const before = this.#containerId
    const { driver } = this.#context
    this.#tell({
      status: 'pulling',
      progress: { current: 0, total: 0, message: 'Asking for the image' },
    })
    try {
      await driver.pull(this.desired.image.reference, progress => this.#tell({ progress }))
    } catch (error) {
      if (driver.isAway(error)) throw error
      return this.#fail(failure('pull_failed', error), before)
    }
    this.#tell({ status: 'preparing', progress: null })
    this.#isPoked = true
  }

  /** Ends it, unless a container was noticed since `before`, which an earlier agent had asked for. */
  async #fail(reason: Reason, before: string | undefined): Promise<void> {
    if (this.#containerId === before) return this.#end(null, reason)
    this.#isPoked = true
  }

  #serve(state: ContainerState): void {
    const { driver, log, sendLog } = this.#context
    const containerId = this.#containerId!
    // What the engine says of one that was started just now is no news.
    const startedAt = this.observation.startedAt ?? state.startedAt
    this.#tell({ status: 'running', progress: null, containerId, startedAt })
    this.#pump ??= new LogPump({ driver, containerId, kernel: this.desired, send: sendLog, log })
    this.#apps ??= new AppKeeper({
      driver,
      containerId,
      kernel: this.desired,
      report: apps => this.#tell({ apps }),
    })
    this.#apps.want(this.desired.openApps)
  }

  async #stop(state: ContainerState): Promise<void> {
    if (state.phase === 'running') {
      this.#tell({ status: 'terminating' })
      await this.#context.driver.stop(this.#containerId!, this.desired.graceS)
    }
    const ended = (await this.#context.driver.inspect(this.#containerId!)) ?? state
    return this.#end(ended, this.#memoryReason(ended))
  }

  async #finish(state: ContainerState): Promise<void> {
    if (state.phase === 'running') await this.#context.driver.stop(this.#containerId!, 1)
    const ended = (await this.#context.driver.inspect(this.#containerId!)) ?? state
    return this.#end(ended, this.#memoryReason(ended))
  }

  /** SES-07: with the limit that it went over. */
  #memoryReason(state: ContainerState): Reason {
    if (!this.#isOutOfMemory && !state.isOutOfMemory) return null
    const limit = describeBytes(this.desired.resources['mem'] ?? 0)
    return {
      code: 'out_of_memory',
      message: `It used more than the ${limit} of memory that it was given`,
      isRetryable: false,
    }
  }

  async #end(state: ContainerState | null, reason: Reason = null): Promise<void> {
    this.#hasEnded = true
    this.#apps?.close()
    this.observation = {
      ...this.observation,
      status: 'terminated',
      containerId: this.#containerId ?? null,
      progress: null,
      apps: [],
      reason,
      exitCode: state?.exitCode ?? null,
      startedAt: state?.startedAt ?? this.observation.startedAt,
      endedAt: state?.endedAt ?? new Date().toISOString(),
    }
    // The rest of the output is mostly sent in a moment: one report tells both.
    const slow = setTimeout(this.#news, slowRestMs)
    try {
      await this.#sendRest()
    } finally {
      clearTimeout(slow)
      this.#news()
    }
  }

  /** What is left of the output; only then may the manager forget the kernel, and the container go. */
  async #sendRest(): Promise<void> {
    if (this.observation.isLogComplete) return
    if (this.#containerId !== undefined && !this.desired.isLogComplete) {
      const { driver, log, sendLog } = this.#context
      this.#pump ??= new LogPump({
        driver,
        containerId: this.#containerId,
        kernel: this.desired,
        send: sendLog,
        log,
      })
      await this.#pump.finish()
    }
    this.#tell({ isLogComplete: true })
  }
}

function unreachable(value: never): never {
  throw new Error(`unexpected ${String(value)}`)
}

function failure(code: string, error: unknown): Reason {
  const message = error instanceof Error ? error.message : String(error)
  return { code, message: message.slice(0, 1500), isRetryable: true }
}
