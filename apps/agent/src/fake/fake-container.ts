import type { ContainerState } from '../driver.ts'

/** What becomes of a container. Times in milliseconds. */
export interface Fate {
  /** Until it runs, or until its start fails. */
  readonly startMs: number
  /** Its start fails with these words. */
  readonly failure?: string
  /** From running until it ends by itself; without it, it runs until it is stopped. */
  readonly runMs?: number
  readonly exitCode?: number
  /** When it ends it is gone, as if somebody else had removed it. */
  readonly vanishes?: boolean
  /** It ends because its memory ran out. */
  readonly isOutOfMemory?: boolean
  /** What it prints as it starts. */
  readonly output?: string
}

/** A container that is only a record. Its id is its kernel's. */
export class FakeContainer {
  readonly id: string
  readonly kernelId: string
  readonly fate: Fate
  /** Resolves when it has ended, whoever ended it. */
  readonly ended: Promise<void>
  readonly #resolveEnded: () => void
  readonly #startedAt = new Date().toISOString()
  #endedAt: string | null = null
  #exitCode: number | null = null
  #isOutOfMemory = false
  #timer: NodeJS.Timeout | undefined

  constructor(kernelId: string, fate: Fate) {
    this.id = kernelId
    this.kernelId = kernelId
    this.fate = fate
    const { promise, resolve } = Promise.withResolvers<void>()
    this.ended = promise
    this.#resolveEnded = resolve
  }

  get isRunning(): boolean {
    return this.#endedAt === null
  }

  get state(): ContainerState {
    return {
      phase: this.isRunning ? 'running' : 'ended',
      exitCode: this.#exitCode,
      isOutOfMemory: this.#isOutOfMemory,
      startedAt: this.#startedAt,
      endedAt: this.#endedAt,
    }
  }

  /** Ends it by itself when its time has come, and tells. */
  run(onEnd: () => void): void {
    const { runMs, exitCode = 0, isOutOfMemory = false } = this.fate
    if (runMs === undefined) return
    this.#timer = setTimeout(() => {
      this.#isOutOfMemory = isOutOfMemory
      this.end(isOutOfMemory ? 137 : exitCode)
      onEnd()
    }, runMs)
    this.#timer.unref()
  }

  end(exitCode: number): void {
    clearTimeout(this.#timer)
    if (!this.isRunning) return
    this.#endedAt = new Date().toISOString()
    this.#exitCode = exitCode
    this.#resolveEnded()
  }
}
