import { isDeepStrictEqual } from 'node:util'
import type { DesiredKernel, KernelSample } from '@capstan/contract/sync'
import type { Log } from '@capstan/runtime/log'
import type { Accelerators } from './devices/accelerators.ts'
import type { Container, Driver } from './driver.ts'
import { gpuUseOf } from './devices/gpu-use.ts'
import type { HeldNews } from './held-kernels.ts'
import { KernelKeeper, type Observation } from './kernel-keeper.ts'
import type { SendLog } from './log-pump.ts'
import { ContainerMeter } from './meter.ts'
import { mayBegin, reconcile } from './reconcile.ts'
import { Starts } from './starts.ts'

export interface NodeOptions {
  readonly drivers: readonly Driver[]
  readonly accelerators: Accelerators
  readonly changed: () => void
  readonly sendLog: SendLog
  readonly log: Log
}

/** The containers of this node, over all its drivers: what is there, made to match what is wanted. */
export class Node {
  readonly #options: NodeOptions
  readonly #keepers = new Map<string, KernelKeeper>()
  /** Among them those that start, or did when somebody asked last: there may be many others. */
  readonly #starting = new Set<KernelKeeper>()
  readonly #meter = new ContainerMeter()
  readonly #starts = new Starts()
  #clusterId: string | undefined
  #wanted: ReadonlyMap<string, DesiredKernel> = new Map()
  /** Drivers that do not answer, and what they said. */
  readonly problems = new Map<Driver, string>()

  constructor(options: NodeOptions) {
    this.#options = options
  }

  get observations(): Observation[] {
    return [...this.#keepers.values()].flatMap(keeper =>
      keeper.hasNews ? [keeper.observation] : [],
    )
  }

  /** How many containers are starting. */
  get startingCount(): number {
    for (const keeper of this.#starting) if (!keeper.isStarting) this.#starting.delete(keeper)
    return this.#starting.size
  }

  /** Something starts, and what comes of it is known in a moment, as far as the last start tells. */
  get isStartingQuickly(): boolean {
    return this.#starts.areQuick && this.startingCount > 0
  }

  placeOf(kernelId: string): { driver: Driver; containerId: string } | undefined {
    const keeper = this.#keepers.get(kernelId)
    return keeper?.containerId === undefined
      ? undefined
      : { driver: keeper.driver, containerId: keeper.containerId }
  }

  onChange(kernelId: string, outOfMemory: boolean): void {
    const keeper = this.#keepers.get(kernelId)
    if (outOfMemory) keeper?.noteOutOfMemory()
    keeper?.poke()
  }

  /**
   * Takes over what is wanted (`wanted` goes on to say it), and acts on what changed of it alone, without asking the engine
   * about anything else. Answers false when it takes a look at all containers to go on.
   */
  want(
    clusterId: string,
    wanted: ReadonlyMap<string, DesiredKernel>,
    { changed, dropped }: HeldNews<DesiredKernel>,
  ): boolean {
    this.#clusterId = clusterId
    this.#wanted = wanted
    for (const kernelId of dropped) this.#drop(kernelId)
    let isAllKnown = true
    for (const kernel of changed) {
      const keeper = this.#keepers.get(kernel.kernelId)
      if (keeper) this.#update(keeper, kernel)
      else if (mayBegin(kernel)) this.#keep(kernel, clusterId, undefined)
      else isAllKnown = false
    }
    return isAllKnown
  }

  /** Looks at each driver's containers and acts on the difference. A driver that does not answer is left as it is. */
  async look(): Promise<void> {
    const clusterId = this.#clusterId
    if (clusterId === undefined) return
    const { accelerators, drivers } = this.#options
    await Promise.all([
      accelerators.keep([...this.#wanted.values()]),
      ...drivers.map(driver => this.#lookAt(driver, clusterId)),
    ])
  }

  async #lookAt(driver: Driver, clusterId: string): Promise<void> {
    let found: Container[]
    try {
      found = await driver.list(clusterId)
      this.problems.delete(driver)
    } catch (error) {
      this.problems.set(driver, error instanceof Error ? error.message : String(error))
      return
    }
    // What is wanted now, not when the look began: what was made in between is not to be removed.
    const wanted = [...this.#wanted.values()].filter(kernel => kernel.image.runtime === driver.name)
    if (wanted.length === found.length && found.every(this.#isAtRest)) return
    const { adopt, remove } = reconcile(
      wanted.map(kernel => kernel.kernelId),
      new Set(this.#keepers.keys()),
      found,
    )
    const byId = new Map(wanted.map(kernel => [kernel.kernelId, kernel]))
    for (const { kernelId, containerId } of adopt)
      this.#keep(byId.get(kernelId)!, clusterId, containerId)
    for (const { kernelId, id } of found) this.#keepers.get(kernelId)?.notice(id)
    const running = new Set(found.filter(one => one.isRunning).map(one => one.kernelId))
    for (const { kernelId } of wanted) {
      const keeper = this.#keepers.get(kernelId)
      if (!keeper?.isSettled || !running.has(kernelId)) keeper?.poke()
    }
    for (const id of remove) this.#remove(driver, id)
  }

  /** The container of a kernel that is looked after, runs, and is to run on: mostly all are so, and there may be many. */
  readonly #isAtRest = ({ id, kernelId, isRunning }: Container): boolean => {
    const keeper = this.#keepers.get(kernelId)
    return isRunning && keeper?.containerId === id && keeper.isSettled
  }

  #update(keeper: KernelKeeper, kernel: DesiredKernel): void {
    const isSame = isDeepStrictEqual(keeper.desired, kernel)
    keeper.desired = kernel
    if (!isSame) keeper.poke()
  }

  #keep(kernel: DesiredKernel, clusterId: string, containerId: string | undefined): void {
    const driver = this.#options.drivers.find(({ name }) => name === kernel.image.runtime)
    if (!driver) return
    const { accelerators, changed, sendLog, log } = this.#options
    const context = { driver, accelerators, clusterId, changed, sendLog, log, starts: this.#starts }
    const keeper = new KernelKeeper(kernel, context, containerId)
    this.#keepers.set(kernel.kernelId, keeper)
    this.#starting.add(keeper)
    keeper.poke()
  }

  #drop(kernelId: string): void {
    const keeper = this.#keepers.get(kernelId)
    if (!keeper) return
    keeper.close()
    this.#keepers.delete(kernelId)
    this.#starting.delete(keeper)
    // One that is being made at this moment is found by the next look.
    if (keeper.containerId !== undefined) this.#remove(keeper.driver, keeper.containerId)
  }

  #remove(driver: Driver, id: string): void {
    driver
      .remove(id)
      .catch((error: unknown) =>
        this.#options.log.warn({ containerId: id, err: error }, 'container_not_removed'),
      )
  }

  /** Measures each running container that can be. */
  async measure(): Promise<KernelSample[]> {
    const ids = new Set<string>()
    const samples: KernelSample[] = []
    for (const keeper of this.#keepers.values()) {
      if (keeper.containerId === undefined || keeper.observation.status !== 'running') continue
      ids.add(keeper.containerId)
      const use = await keeper.driver.measure(keeper.containerId)
      const usage = this.#meter.sample(keeper.containerId, use)
      if (usage) {
        const gpus = gpuUseOf(keeper.desired, this.#options.accelerators.use)
        samples.push({ kernelId: keeper.desired.kernelId, ...usage, ...gpus })
      }
      // Engines tell it by an event, most of them: one may have been missed, or never sent.
      if (use && use.oomKills > 0) this.onChange(keeper.desired.kernelId, true)
    }
    this.#meter.keep(ids)
    return samples
  }

  close(): void {
    for (const keeper of this.#keepers.values()) keeper.close()
  }
}
