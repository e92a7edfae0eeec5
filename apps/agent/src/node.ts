import type { Desired } from '@capstan/contract/sync'
import type { Log } from '@capstan/runtime/log'
import type * as z from 'zod'
import type { Container, Driver } from './driver.ts'
import { KernelKeeper, type Observation } from './kernel-keeper.ts'
import type { SendLog } from './log-pump.ts'
import { ContainerMeter } from './meter.ts'
import { reconcile } from './reconcile.ts'

export interface NodeOptions {
  readonly drivers: readonly Driver[]
  readonly changed: () => void
  readonly sendLog: SendLog
  readonly log: Log
}

/** The containers of this node, over all its drivers: what is there, made to match what is wanted. */
export class Node {
  readonly #options: NodeOptions
  readonly #keepers = new Map<string, KernelKeeper>()
  readonly #meter = new ContainerMeter()
  /** Drivers that do not answer, and what they said. */
  readonly problems = new Map<Driver, string>()

  constructor(options: NodeOptions) {
    this.#options = options
  }

  get observations(): Observation[] {
    return [...this.#keepers.values()].map(keeper => keeper.observation)
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

  /** Looks at each driver's containers and acts on the difference. A driver that does not answer is left as it is. */
  async match(desired: z.output<typeof Desired>): Promise<void> {
    await Promise.all(this.#options.drivers.map(driver => this.#matchDriver(driver, desired)))
  }

  async #matchDriver(driver: Driver, desired: z.output<typeof Desired>): Promise<void> {
    const wanted = desired.kernels.filter(kernel => kernel.image.runtime === driver.name)
    const isNew = wanted.some(kernel => !this.#keepers.has(kernel.kernelId) && !kernel.hasStarted)
    // What is new needs no look at what is there: its name makes a second container impossible.
    if (isNew)
      this.#adopt(
        driver,
        desired,
        wanted
          .filter(kernel => !kernel.hasStarted && !this.#keepers.has(kernel.kernelId))
          .map(kernel => ({ kernelId: kernel.kernelId, containerId: undefined })),
      )
    let found: Container[]
    try {
      found = await driver.list(desired.clusterId)
      this.problems.delete(driver)
    } catch (error) {
      this.problems.set(driver, error instanceof Error ? error.message : String(error))
      return
    }
    const kept = [...this.#keepers]
      .filter(([, keeper]) => keeper.driver === driver)
      .map(([id]) => id)
    const actions = reconcile(
      wanted.map(kernel => kernel.kernelId),
      kept,
      found,
    )
    for (const kernelId of actions.drop) {
      this.#keepers.get(kernelId)?.close()
      this.#keepers.delete(kernelId)
    }
    this.#adopt(driver, desired, actions.adopt)
    for (const kernel of wanted) {
      const keeper = this.#keepers.get(kernel.kernelId)
      if (keeper) keeper.desired = kernel
      keeper?.poke()
    }
    for (const id of actions.remove)
      driver
        .remove(id)
        .catch((error: unknown) =>
          this.#options.log.warn({ containerId: id, err: error }, 'container_not_removed'),
        )
  }

  #adopt(
    driver: Driver,
    { clusterId, kernels }: z.output<typeof Desired>,
    adopted: readonly { readonly kernelId: string; readonly containerId: string | undefined }[],
  ): void {
    const { changed, sendLog, log } = this.#options
    for (const { kernelId, containerId } of adopted) {
      const kernel = kernels.find(one => one.kernelId === kernelId)
      if (!kernel) continue
      const keeper = new KernelKeeper(
        kernel,
        { driver, clusterId, changed, sendLog, log },
        containerId,
      )
      this.#keepers.set(kernelId, keeper)
      keeper.poke()
    }
  }

  /** Measures each running container; the samples go out with the next report. */
  async measure(): Promise<void> {
    const ids = new Set<string>()
    for (const keeper of this.#keepers.values()) {
      if (keeper.containerId === undefined || keeper.observation.status !== 'running') continue
      ids.add(keeper.containerId)
      const usage = this.#meter.sample(
        keeper.containerId,
        await keeper.driver.measure(keeper.containerId),
      )
      keeper.observation = { ...keeper.observation, usage }
    }
    this.#meter.keep(ids)
  }

  close(): void {
    for (const keeper of this.#keepers.values()) keeper.close()
  }
}
