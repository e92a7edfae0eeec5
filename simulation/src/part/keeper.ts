import type { KeptKernel } from '@capstan/contract/sync'
import type { KernelReport } from '@capstan/core/kernel-report'
import type { Seen } from '@capstan/agent/next-step'
import type { Steps } from '../agenda.ts'
import type { Agent } from './agent.ts'
import { Away, type Container, NotStarted } from './engine.ts'

type Reason = KernelReport['reason']

const vanished: Reason = {
  code: 'container_vanished',
  message: 'Its container is gone',
  isRetryable: false,
}
const outOfMemory: Reason = {
  code: 'out_of_memory',
  message: 'It used more memory than it was given',
  isRetryable: false,
}
const failure = (code: string): Reason => ({ code, message: code, isRetryable: true })

/** `KernelKeeper` of kernel-keeper.ts in virtual time: what it does next is decided by the same rule. */
export class Keeper {
  desired: KeptKernel
  observation: KernelReport
  hasNews = false
  containerId: string | undefined
  readonly #agent: Agent
  #isUnsure = false
  #isOutOfMemory = false
  #hasEnded = false
  #isStepping = false
  #isPoked = false
  #isServed = false
  #isClosed = false

  constructor(agent: Agent, desired: KeptKernel, containerId: string | undefined) {
    this.#agent = agent
    this.desired = desired
    this.containerId = containerId
    this.observation = {
      kernelId: desired.kernelId,
      status: 'preparing',
      progress: null,
      containerId: containerId ?? null,
      exitCode: null,
      reason: null,
      startedAt: null,
      endedAt: null,
      apps: [],
      isLogComplete: false,
    }
  }

  get isSettled(): boolean {
    const { desired, observation } = this
    const isRunning = desired.desired === 'run' && observation.status === 'running'
    return isRunning && this.#isServed && !this.#isOutOfMemory
  }

  notice(containerId: string): void {
    this.containerId ??= containerId
  }

  noteOutOfMemory(): void {
    this.#isOutOfMemory = true
  }

  update(desired: KeptKernel): void {
    const { desired: before } = this
    this.desired = desired
    const isSame =
      before.desired === desired.desired &&
      before.hasStarted === desired.hasStarted &&
      before.isLogComplete === desired.isLogComplete
    if (!isSame) this.poke()
  }

  /** Looks again: now, or right after the step that is being taken. */
  poke(): void {
    this.#isPoked = true
    if (!this.#isStepping) this.#agent.world.agenda.begin(this.#agent, this.#steps())
    this.#isStepping = true
  }

  close(): void {
    this.#isClosed = true
  }

  *#steps(): Steps {
    while (this.#isPoked) {
      this.#isPoked = false
      try {
        yield* this.#look()
      } catch (error) {
        if (!(error instanceof Away)) throw error
      }
    }
    this.#isStepping = false
  }

  #tell(change: Partial<KernelReport>): void {
    const before = this.observation as Record<string, unknown>
    if (Object.entries(change).every(([key, value]) => before[key] === value)) return
    this.observation = { ...this.observation, ...change }
    this.#news()
  }

  #news(): void {
    this.hasNews = true
    this.#agent.changed()
  }

  *#look(): Steps {
    const state =
      this.#hasEnded || this.containerId === undefined
        ? undefined
        : yield* this.#agent.node.engine.inspect(this.containerId)
    const step = this.#agent.world.rules.nextStep({
      desired: this.desired.desired,
      hasStarted: this.desired.hasStarted,
      hasEnded: this.#hasEnded,
      isOutOfMemory: this.#isOutOfMemory,
      container: state?.phase ?? this.#unseen,
    })
    if (step === 'rest') yield* this.#sendRest()
    else if (step === 'find') yield* this.#find()
    else if (step === 'start') yield* this.#start()
    else if (step === 'end') yield* this.#end(null)
    else if (step === 'vanish') yield* this.#end(null, vanished)
    // The other steps ask for a container, and so for its state.
    else if (step === 'serve') this.#serve(state!)
    else yield* this.#stop(state!, step)
  }

  get #unseen(): Seen {
    if (this.containerId !== undefined) return 'gone'
    return this.#isUnsure ? 'unknown' : 'none'
  }

  *#find(): Steps {
    const found = yield* this.#agent.node.engine.list()
    this.containerId = found.find(one => one.kernelId === this.desired.kernelId)?.id
    this.#isUnsure = false
    this.#isPoked = true
  }

  *#start(): Steps {
    const { world, node } = this.#agent
    this.observation = { ...this.observation, status: 'creating', progress: null }
    world.checks.containers.decided(this.desired, node)
    let container: Container
    const before = this.containerId
    this.#isUnsure = true
    try {
      container = yield* node.engine.start(this.desired.kernelId, () => this.#news())
    } catch (error) {
      if (error instanceof Away) this.#news()
      if (!(error instanceof NotStarted)) throw error
      this.#isUnsure = false
      yield* error.wantsImage ? this.#pull() : this.#fail(failure('start_failed'), before)
      return
    }
    this.#isUnsure = false
    this.containerId = container.id
    this.#tell({ status: 'running', containerId: container.id, startedAt: node.clock() })
    world.agenda.begin(this.#agent, this.#pokeLater(), 400 + world.random.wait(300))
  }

  // oxlint-disable-next-line require-yield
  *#pokeLater(): Steps {
    this.poke()
  }

  *#pull(): Steps {
    const before = this.containerId
    this.#tell({ status: 'pulling', progress: { current: 0, total: 0, message: 'Asking' } })
    const isHere = yield* this.#agent.node.engine.pull(this.desired.kernelId)
    if (!isHere) {
      yield* this.#fail(failure('pull_failed'), before)
      return
    }
    this.#tell({ status: 'preparing', progress: null })
    this.#isPoked = true
  }

  *#fail(reason: Reason, before: string | undefined): Steps {
    if (this.containerId === before) yield* this.#end(null, reason)
    else this.#isPoked = true
  }

  #serve({ id, startedAt }: Container): void {
    this.#isServed = true
    this.#tell({ status: 'running', progress: null, containerId: id, startedAt })
  }

  *#stop(state: Container, step: 'stop' | 'finish'): Steps {
    const { engine } = this.#agent.node
    if (state.phase === 'running') {
      if (step === 'stop') this.#tell({ status: 'terminating' })
      yield* engine.stop(state.id)
    }
    const ended = (yield* engine.inspect(state.id)) ?? state
    const isOutOfMemory = this.#isOutOfMemory || ended.isOutOfMemory
    return yield* this.#end(ended, isOutOfMemory ? outOfMemory : null)
  }

  *#end(state: Container | null, reason: Reason = null): Steps {
    this.#hasEnded = true
    this.#tell({
      status: 'terminated',
      progress: null,
      reason,
      exitCode: state?.exitCode ?? null,
      startedAt: state?.startedAt ?? this.observation.startedAt,
      endedAt: state?.endedAt ?? this.#agent.node.clock(),
    })
    yield* this.#sendRest()
  }

  /** What is left of the output; only then may the manager forget the kernel, and the container go. */
  *#sendRest(): Steps {
    if (this.observation.isLogComplete) return
    if (this.containerId !== undefined && !this.desired.isLogComplete)
      while (!this.#isClosed && !(yield* this.#agent.completeLog(this.desired.kernelId))) yield 1000
    this.#tell({ isLogComplete: true })
  }
}
