import type { DesiredKernel, ObservedKernel } from '@capstan/contract/sync'
import type { Log } from '@capstan/runtime/log'
import type * as z from 'zod'
import type { Container, Engine } from './engine.ts'
import { LogPump, type SendLog } from './log-pump.ts'
import { Apps } from './apps.ts'

export type Observation = z.input<typeof ObservedKernel>

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
  usage: null,
  isLogComplete: false,
})

interface Context {
  readonly engine: Engine
  readonly clusterId: string
  readonly changed: () => void
  readonly sendLog: SendLog
  readonly log: Log
}

/** One kernel: brings its container to what is desired, one step at a time, and knows what to report. */
export class KernelKeeper {
  desired: DesiredKernel
  observation: Observation
  containerId: string | null = null
  isOutOfMemory = false
  #context: Context
  #busy: Promise<void> | null = null
  #again = false
  #pump: LogPump | null = null
  #apps: Apps | null = null
  #hasEnded = false
  #retryAt = 0

  constructor(desired: DesiredKernel, context: Context, found: Container | undefined) {
    this.desired = desired
    this.#context = context
    this.observation = blank(desired.kernelId)
    if (found) {
      this.containerId = found.id
      this.observation.containerId = found.id
    }
  }

  #set(change: Partial<Observation>): void {
    const before = JSON.stringify(this.observation)
    this.observation = { ...this.observation, ...change }
    if (JSON.stringify(this.observation) !== before) this.#context.changed()
  }

  /** Looks again: now, or right after the step that is running. */
  poke(): void {
    if (this.#busy) {
      this.#again = true
      return
    }
    this.#busy = this.#step()
      .catch((error: unknown) =>
        this.#context.log.warn(
          { kernelId: this.desired.kernelId, err: error },
          'kernel_step_failed',
        ),
      )
      .finally(() => {
        this.#busy = null
        if (this.#again) {
          this.#again = false
          this.poke()
        }
      })
  }

  async #step(): Promise<void> {
    if (this.#hasEnded) return this.#sendRest()
    if (this.desired.desired === 'stop') return this.#stop()
    if (this.containerId === null) return this.#start()
    return this.#watch()
  }

  async #start(): Promise<void> {
    if (this.desired.hasStarted)
      return this.#end({
        exitCode: null,
        reason: {
          code: 'container_vanished',
          message: 'Its container is gone: somebody removed it',
          isRetryable: false,
        },
      })
    try {
      this.#set({ status: 'creating' })
      const id = await this.#context.engine.start(this.desired, this.#context.clusterId)
      this.containerId = id
      this.#set({ status: 'running', containerId: id, startedAt: new Date().toISOString() })
      return await this.#watch()
    } catch (error) {
      if (isMissing(error)) return this.#pull()
      if (isAway(error)) return
      await this.#fail('start_failed', error)
    }
  }

  async #pull(): Promise<void> {
    this.#set({
      status: 'pulling',
      progress: { current: 0, total: 0, message: 'Looking for the image' },
    })
    try {
      const layers = new Map<string, { current: number; total: number }>()
      const { docker } = this.#context.engine
      const stream = await docker.pull(this.desired.image.reference)
      await new Promise<void>((resolve, reject) =>
        docker.modem.followProgress(
          stream,
          (error: Error | null) => (error ? reject(error) : resolve()),
          (event: {
            id?: string
            progressDetail?: { current?: number; total?: number }
            status?: string
          }) => {
            if (event.id && event.progressDetail?.total)
              layers.set(event.id, {
                current: event.progressDetail.current ?? 0,
                total: event.progressDetail.total,
              })
            const sum = (key: 'current' | 'total') =>
              [...layers.values()].reduce((all, layer) => all + layer[key], 0)
            this.#set({
              progress: {
                current: sum('current'),
                total: sum('total'),
                message: event.status ?? '',
              },
            })
          },
        ),
      )
      this.#set({ status: 'preparing', progress: null })
      this.#again = true
    } catch (error) {
      if (isAway(error)) return
      await this.#fail('pull_failed', error)
    }
  }

  async #fail(code: string, error: unknown): Promise<void> {
    const message = error instanceof Error ? error.message : String(error)
    await this.#end({
      exitCode: null,
      reason: { code, message: message.slice(0, 1000), isRetryable: true },
    })
  }

  async #watch(): Promise<void> {
    const id = this.containerId!
    const state = await this.#context.engine.docker
      .getContainer(id)
      .inspect()
      .catch((error: unknown) => {
        if (isGone(error)) return null
        throw error
      })
    if (state === null) {
      this.containerId = null
      return this.#end({
        exitCode: null,
        reason: {
          code: 'container_vanished',
          message: 'Its container is gone: somebody removed it',
          isRetryable: false,
        },
      })
    }
    if (state.State.Status === 'created') {
      await this.#context.engine.docker.getContainer(id).start()
      this.#again = true
      return
    }
    const startedAt = new Date(state.State.StartedAt).toISOString()
    if (state.State.Running && !this.isOutOfMemory) {
      this.#set({ status: 'running', containerId: id, startedAt })
      this.#pump ??= new LogPump(
        this.#context.engine.docker,
        id,
        this.desired,
        this.#context.sendLog,
        this.#context.log,
      )
      this.#apps ??= new Apps(
        this.#context.engine.docker,
        id,
        this.desired,
        apps => this.#set({ apps }),
        this.#context.log,
      )
      this.#apps.want(this.desired.openApps)
      return
    }
    if (state.State.Running) await this.#context.engine.stop(id, 2)
    const ended = await this.#context.engine.ended(id)
    const isOutOfMemory = this.isOutOfMemory || ended.isOutOfMemory
    await this.#end({
      exitCode: ended.exitCode,
      startedAt,
      endedAt: ended.endedAt,
      reason: isOutOfMemory
        ? {
            code: 'out_of_memory',
            message: `It used more than the ${Math.round((this.desired.resources['mem'] ?? 0) / 2 ** 20)} MiB of memory that it was given`,
            isRetryable: false,
          }
        : null,
    })
  }

  async #stop(): Promise<void> {
    if (this.containerId !== null) {
      this.#set({ status: 'terminating' })
      await this.#context.engine.stop(this.containerId, this.desired.graceS)
      return this.#watchEnded()
    }
    await this.#end({ exitCode: null, reason: null })
  }

  async #watchEnded(): Promise<void> {
    const ended = await this.#context.engine.ended(this.containerId!).catch((error: unknown) => {
      if (isGone(error)) return null
      throw error
    })
    await this.#end(
      ended
        ? {
            exitCode: ended.exitCode,
            startedAt: ended.startedAt,
            endedAt: ended.endedAt,
            reason: null,
          }
        : { exitCode: null, reason: null },
    )
  }

  async #end(change: Partial<Observation>): Promise<void> {
    this.#hasEnded = true
    this.#apps?.close()
    if (this.containerId === null) {
      this.#set({ status: 'terminated', isLogComplete: true, ...change })
      return
    }
    this.#set({ status: 'terminated', ...change })
    return this.#sendRest()
  }

  /** What is left of the log; only then may the manager forget the kernel, and the container go. */
  async #sendRest(): Promise<void> {
    if (this.observation.isLogComplete || this.containerId === null) return
    this.#pump ??= new LogPump(
      this.#context.engine.docker,
      this.containerId,
      this.desired,
      this.#context.sendLog,
      this.#context.log,
    )
    await this.#pump.finish()
    this.#set({ isLogComplete: true })
  }

  close(): void {
    this.#pump?.close()
    this.#apps?.close()
  }
}

const status = (error: unknown): number =>
  error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 0
const isMissing = (error: unknown): boolean =>
  status(error) === 404 && /No such image|not found/i.test(String(error))
const isGone = (error: unknown): boolean => status(error) === 404
export const isAway = (error: unknown): boolean => status(error) === 0
