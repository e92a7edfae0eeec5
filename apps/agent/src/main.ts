import { existsSync } from 'node:fs'
import type { NodeUsage } from '@capstan/contract/agent'
import { api } from '@capstan/contract/api'
import { AppError } from '@capstan/contract/errors'
import { type Desired, heartbeatMs, type Observed } from '@capstan/contract/sync'
import type { Log } from '@capstan/runtime/log'
import { backoffMs, pause } from '@capstan/runtime/retry'
import { version } from '@capstan/runtime/version'
import Docker from 'dockerode'
import type * as z from 'zod'
import { DockerDriver } from './docker/docker-driver.ts'
import type { Driver } from './driver.ts'
import { fingerprint, type Fingerprint } from './fingerprint.ts'
import { canBuild, ImageTasks } from './image-tasks.ts'
import { Membership } from './membership.ts'
import { NodeMeter } from './meter.ts'
import { Node } from './node.ts'
import { ownAddressTowards } from './own-address.ts'
import { problemsOf } from './problems.ts'
import { ProcessDriver } from './process/process-driver.ts'
import { startRelay } from './relay.ts'

export interface AgentOptions {
  readonly manager: string
  readonly joinToken?: string | undefined
  readonly id: string
  /** Where it keeps its token, and the files of local sessions. */
  readonly home: string
  /** Default: containers where an engine answers, and local processes. */
  readonly runtimes?: readonly ('docker' | 'process')[] | undefined
  /** Where the relay listens. Default: the address from which this machine reaches the manager. */
  readonly relayHost?: string | undefined
  readonly relayPort: number
  /** At which proxies reach the relay, when not where it listens. */
  readonly address?: string | undefined
  readonly resourceGroup: string
  readonly region: string
  readonly signal: AbortSignal
  readonly log: Log
}

/** Runs an agent until the signal: reports what is, makes what is wanted. Containers go on when it stops. */
export async function runAgent(options: AgentOptions): Promise<void> {
  const agent = new Agent(
    options,
    await chooseDrivers(options),
    await fingerprint(process.env['CAPSTAN_MOCK_DEVICES']),
  )
  await agent.run()
}

async function chooseDrivers({ id, home, runtimes }: AgentOptions): Promise<Driver[]> {
  const docker = new DockerDriver(new Docker(), id)
  const hasEngine =
    process.env['DOCKER_HOST'] !== undefined ||
    existsSync('/var/run/docker.sock') ||
    (await docker.version().then(
      () => true,
      () => false,
    ))
  const wanted = runtimes ?? (hasEngine ? ['docker', 'process'] : ['process'])
  const drivers: Driver[] = wanted.includes('docker') ? [docker] : []
  return wanted.includes('process') ? [...drivers, await ProcessDriver.open(home, id)] : drivers
}

type Report = z.input<typeof Observed>

interface Look {
  readonly runtimes: Report['runtimes']
  readonly images: NonNullable<Report['images']>
  readonly usage: NodeUsage
}

class Agent {
  readonly #options: AgentOptions
  readonly #drivers: readonly Driver[]
  readonly #fingerprint: Fingerprint
  readonly #membership: Membership
  readonly #node: Node
  readonly #meter: NodeMeter
  readonly #tasks: ImageTasks
  #desired: z.output<typeof Desired> | undefined
  #desiredHash = ''
  #imagesTaken = ''
  #address = ''
  #clockOffsetMs = 0
  #lookedAt = 0
  #lastLook: Look | undefined
  #poll = new AbortController()
  #isChanged = false

  constructor(options: AgentOptions, drivers: readonly Driver[], found: Fingerprint) {
    this.#options = options
    this.#drivers = drivers
    this.#fingerprint = found
    this.#membership = new Membership({ ...options, joinToken: options.joinToken })
    this.#meter = new NodeMeter(options.home)
    this.#tasks = new ImageTasks(drivers[0]!, ({ status }) => {
      // An image more: it is told with the same report.
      if (status === 'done') this.#lastLook = undefined
      this.#changed()
    })
    this.#node = new Node({
      drivers,
      changed: this.#changed,
      sendLog: this.#sendLog,
      log: options.log,
    })
  }

  /** Something is worth telling before the open report has ended. */
  readonly #changed = (): void => {
    this.#isChanged = true
    this.#poll.abort()
  }

  readonly #sendLog = async (
    kernelId: string,
    offset: number,
    data: Buffer,
    isComplete: boolean,
  ): Promise<number> => {
    const piece = {
      id: this.#options.id,
      kernelId,
      offset,
      data: data.toString('base64'),
      isComplete,
    }
    return (await this.#membership.call(api.sync.appendLog, piece)).offset
  }

  async run(): Promise<void> {
    const { signal, log, id, relayHost, relayPort, address } = this.#options
    const relay = await startRelay({
      host: relayHost ?? (await this.#ownAddress()),
      port: relayPort,
      agentId: id,
      log,
      ticketKey: () => this.#desired?.ticketKey,
      placeOf: kernelId => this.#node.placeOf(kernelId),
      ready: async () => (this.#desired ? undefined : 'the manager has not been reached yet'),
    })
    this.#address = address ?? relay.url
    log.info(
      { address: this.#address, runtimes: this.#drivers.map(driver => driver.name) },
      'listening',
    )
    const watching = this.#drivers.map(driver =>
      driver.watch((kernelId, outOfMemory) => this.#node.onChange(kernelId, outOfMemory), signal),
    )
    await Promise.all([this.#syncLoop(), this.#lookLoop(), ...watching])
    await this.#membership.call(api.sync.leave, { id, reason: 'It was stopped' }).catch(() => {})
    this.#node.close()
    await Promise.all(this.#drivers.map(driver => driver.close()))
    this.#tasks.close()
    await relay.close()
  }

  /** Waits while the name of the manager leads nowhere: so it is after a start of the machine, for a while. */
  async #ownAddress(): Promise<string> {
    const { manager, signal, log } = this.#options
    for (let failures = 1; ; failures++) {
      try {
        return await ownAddressTowards(manager)
      } catch (error) {
        log.warn({ err: error, manager }, 'no_way_to_manager')
        await pause(backoffMs(failures, 200, 5000), signal)
        if (signal.aborted) throw error
      }
    }
  }

  /** Looks at all containers now and then: what events told is only a hint. */
  async #lookLoop(): Promise<void> {
    const { signal } = this.#options
    while (!signal.aborted) {
      await this.#lookAtContainers()
      await pause(3000, signal)
    }
  }

  async #lookAtContainers(): Promise<void> {
    await this.#node
      .look()
      .catch((error: unknown) => this.#options.log.warn({ err: error }, 'look_failed'))
  }

  async #syncLoop(): Promise<void> {
    const { signal, log } = this.#options
    for (let failures = 0; !signal.aborted;) {
      try {
        await this.#membership.ensure()
        await this.#sync()
        failures = 0
      } catch (error) {
        if (signal.aborted) return
        // Not a failure: there was news, and it goes out with the next report.
        if (this.#poll.signal.aborted) continue
        if (error instanceof AppError && error.code === 'unauthenticated') this.#membership.forget()
        failures++
        log.warn({ err: error, failures }, 'sync_failed')
        await pause(backoffMs(failures, 200, 5000), signal)
      }
    }
  }

  async #sync(): Promise<void> {
    const { id, signal } = this.#options
    this.#isChanged = false
    this.#poll = new AbortController()
    const { observed, images } = await this.#observe()
    const sentAt = Date.now()
    // What changed while it looked is told at once, by another report.
    const waitMs = this.#isChanged ? 0 : heartbeatMs - 500
    const answer = await this.#membership.call(
      api.sync.sync,
      { id, observed, desiredHash: this.#desiredHash, waitMs },
      { signal: AbortSignal.any([signal, ...(this.#isChanged ? [] : [this.#poll.signal])]) },
    )
    this.#imagesTaken = images
    this.#desiredHash = answer.desiredHash
    this.#clockOffsetMs = clockOffset(new Date(answer.clock).getTime(), sentAt, Date.now())
    if (!answer.desired) return
    this.#desired = answer.desired
    this.#tasks.want(answer.desired.imageTasks)
    // Not waited for: what it does is told by later reports.
    if (!this.#node.want(answer.desired)) void this.#lookAtContainers()
  }

  /** What changes slowly is looked at once a heartbeat: a start must not wait for it. */
  async #look(): Promise<Look> {
    if (this.#lastLook && performance.now() - this.#lookedAt < heartbeatMs - 600)
      return this.#lastLook
    this.#lookedAt = performance.now()
    await this.#node.measure()
    const [runtimes, images, usage] = await Promise.all([
      this.#runtimes(),
      this.#images(),
      this.#meter.sample(),
    ])
    return (this.#lastLook = { runtimes, images, usage })
  }

  async #observe(): Promise<{ observed: Report; images: string }> {
    const { runtimes, images, usage } = await this.#look()
    const text = JSON.stringify(images)
    const { architecture, capacity, devices } = this.#fingerprint
    const { region, resourceGroup } = this.#options
    const observed: Report = {
      version,
      architecture,
      region,
      address: this.#address,
      resourceGroup,
      clock: new Date().toISOString(),
      runtimes,
      capacity,
      devices: [...devices],
      images: text === this.#imagesTaken ? null : images,
      imageTasks: this.#tasks.states,
      kernels: this.#node.observations,
      usage,
      problems: problemsOf({
        usage,
        clockOffsetMs: this.#clockOffsetMs,
        drivers: this.#node.problems,
      }),
    }
    return { observed, images: text }
  }

  async #runtimes(): Promise<Report['runtimes']> {
    const answers = this.#drivers.map(async driver => {
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
    return (await Promise.all(this.#drivers.map(driver => driver.images().catch(() => [])))).flat()
  }
}

/** How far our clock is ahead of the manager's; zero when the answer took too long to tell. */
const clockOffset = (managerMs: number, sentMs: number, receivedMs: number): number =>
  receivedMs - sentMs > 30_000
    ? 0
    : Math.max(sentMs - managerMs, Math.min(0, receivedMs - managerMs))
