import { setTimeout as sleep } from 'node:timers/promises'
import type { DesiredKernel, ObservedImage } from '@capstan/contract/sync'
import type * as z from 'zod'
import type { Container, ContainerState, Driver } from '../driver.ts'
import { type Fate, FakeContainer } from './fake-container.ts'

export interface FakeDriverOptions {
  readonly images: readonly z.input<typeof ObservedImage>[]
  /** What becomes of a kernel's container: asked once for each start. */
  readonly fate: (kernel: DesiredKernel) => Fate
}

class EngineAway extends Error {}

type Listener = (kernelId: string, outOfMemory: boolean) => void

/**
 * Stands in for a container engine where thousands of agents run in one process: containers are records that take scripted
 * time, fail and vanish. Like an engine it outlives its agent: another agent with the same driver finds what the first left.
 */
export class FakeDriver implements Driver {
  readonly name = 'docker'
  readonly isolation = []
  /** Unset: as an engine that is down, it refuses every call. Its containers go on. */
  isAnswering = true
  readonly #options: FakeDriverOptions
  readonly #containers = new Map<string, FakeContainer>()
  readonly #starting = new Map<string, Promise<string>>()
  readonly #listeners = new Set<Listener>()
  #startCount = 0

  constructor(options: FakeDriverOptions) {
    this.#options = options
  }

  /** Starts that were begun, those that failed included. */
  get startCount(): number {
    return this.#startCount
  }

  /** Containers that run, also while it does not answer. */
  get runningCount(): number {
    return [...this.#containers.values()].filter(one => one.isRunning).length
  }

  async version(): Promise<string> {
    this.#answer()
    return 'fake'
  }

  async images(): Promise<z.input<typeof ObservedImage>[]> {
    this.#answer()
    return [...this.#options.images]
  }

  async list(): Promise<Container[]> {
    this.#answer()
    return [...this.#containers.values()].map(({ id, kernelId, isRunning }) => ({
      id,
      kernelId,
      isRunning,
    }))
  }

  async start(kernel: DesiredKernel): Promise<string> {
    this.#answer()
    const { kernelId } = kernel
    if (this.#containers.has(kernelId)) return kernelId
    const known = this.#starting.get(kernelId)
    if (known) return known
    const starting = this.#start(kernel).finally(() => this.#starting.delete(kernelId))
    this.#starting.set(kernelId, starting)
    return starting
  }

  async #start(kernel: DesiredKernel): Promise<string> {
    this.#startCount++
    const fate = this.#options.fate(kernel)
    await sleep(fate.startMs)
    if (fate.failure !== undefined) throw new Error(fate.failure)
    const container = new FakeContainer(kernel.kernelId, fate)
    this.#containers.set(kernel.kernelId, container)
    container.run(() => this.#ended(container))
    // It goes on, whether anybody hears of it or not.
    this.#answer()
    return container.id
  }

  #ended({ kernelId, fate }: FakeContainer): void {
    if (fate.vanishes) this.#containers.delete(kernelId)
    for (const listener of this.#listeners) listener(kernelId, fate.isOutOfMemory ?? false)
  }

  async inspect(id: string): Promise<ContainerState | undefined> {
    this.#answer()
    return this.#containers.get(id)?.state
  }

  async stop(id: string): Promise<void> {
    this.#answer()
    this.#containers.get(id)?.end(143)
  }

  async remove(id: string): Promise<void> {
    this.#answer()
    this.#containers.get(id)?.end(137)
    this.#containers.delete(id)
  }

  async pull(): Promise<void> {
    throw new Error('there is no registry behind a fake engine')
  }

  async *output(id: string, { follow }: { follow: boolean }): AsyncIterable<Buffer> {
    const container = this.#containers.get(id)
    if (container?.fate.output !== undefined) yield Buffer.from(container.fate.output)
    if (follow) await container?.ended
  }

  async watch(onChange: Listener, signal: AbortSignal): Promise<void> {
    this.#listeners.add(onChange)
    await new Promise<void>(resolve => {
      if (signal.aborted) resolve()
      else signal.addEventListener('abort', () => resolve(), { once: true })
    })
    this.#listeners.delete(onChange)
  }

  async measure(): Promise<undefined> {}

  async close(): Promise<void> {}

  readonly run = nothingInside
  readonly launch = nothingInside
  readonly attach = nothingInside
  readonly connect = nothingInside

  isAway(error: unknown): boolean {
    return error instanceof EngineAway
  }

  isImageMissing(): boolean {
    return false
  }

  #answer(): void {
    if (!this.isAnswering) throw new EngineAway('the engine is down')
  }
}

const nothingInside = async (): Promise<never> => {
  throw new Error('a fake container has nothing inside')
}
