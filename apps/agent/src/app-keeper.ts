import { setTimeout as sleep } from 'node:timers/promises'
import type { ImageApp } from '@capstan/contract/session'
import type { DesiredKernel } from '@capstan/contract/sync'
import { backoffMs } from '@capstan/runtime/retry'
import type { Driver } from './driver.ts'
import { prepare } from './prestart.ts'
import { fill, parseServiceDefinition, type Variables } from './service-definition.ts'

export interface AppState {
  readonly name: string
  readonly status: 'starting' | 'ready' | 'failed'
  readonly message: string
}

export interface AppKeeperOptions {
  readonly driver: Driver
  readonly containerId: string
  readonly kernel: DesiredKernel
  readonly report: (apps: AppState[]) => void
}

/** How long an application may take until its port answers, in milliseconds. */
const startPatienceMs = 60_000

/** Failures in a row after which it is called failed; it is tried on all the same. */
const failuresToTell = 3

/** Keeps the applications that somebody opened running inside a container, from the image's service definitions. */
export class AppKeeper {
  readonly #options: AppKeeperOptions
  readonly #states = new Map<string, AppState>()
  #isClosed = false

  constructor(options: AppKeeperOptions) {
    this.#options = options
  }

  want(names: readonly string[]): void {
    for (const name of names)
      if (!this.#states.has(name)) {
        this.#tell(name, 'starting', 'Starting')
        void this.#keep(name)
      }
  }

  close(): void {
    this.#isClosed = true
  }

  #tell(name: string, status: AppState['status'], message: string): void {
    if (this.#isClosed) return
    this.#states.set(name, { name, status, message: message.slice(0, 900) })
    this.#options.report([...this.#states.values()])
  }

  async #keep(name: string): Promise<void> {
    const app = this.#options.kernel.apps.find(candidate => candidate.name === name)
    if (!app) return this.#tell(name, 'failed', 'The image does not offer it')
    for (let failures = 0; !this.#isClosed;) {
      try {
        await this.#bringUp(app)
        failures = 0
        this.#tell(name, 'ready', '')
        while (!this.#isClosed && (await this.#answers(app))) await sleep(5000)
        this.#tell(name, 'starting', 'It ended; starting it again')
      } catch (error) {
        failures++
        const message = error instanceof Error ? error.message : String(error)
        this.#tell(name, failures >= failuresToTell ? 'failed' : 'starting', message)
        await sleep(backoffMs(failures, 500, 30_000))
      }
    }
  }

  /** One that runs already, from before the agent's restart say, is left alone. */
  async #bringUp(app: ImageApp): Promise<void> {
    if (await this.#answers(app)) return
    if (app.protocol !== 'preopen') await this.#launch(app)
    const deadline = Date.now() + startPatienceMs
    while (!this.#isClosed && !(await this.#answers(app))) {
      if (Date.now() > deadline)
        throw new Error(`Port ${app.ports[0]} did not answer within a minute`)
      await sleep(50)
    }
  }

  async #answers({ ports }: ImageApp): Promise<boolean> {
    const { driver, containerId } = this.#options
    try {
      const socket = await driver.connect(containerId, ports[0]!)
      socket.destroy()
      return true
    } catch {
      return false
    }
  }

  async #launch({ name, ports }: ImageApp): Promise<void> {
    const { driver, containerId, kernel } = this.#options
    const path = `/etc/backend.ai/service-defs/${name}.json`
    const text = await driver.run(containerId, ['cat', path]).catch(error => {
      throw new Error(`The image has no ${path}`, { cause: error })
    })
    const definition = parseServiceDefinition(text)
    if (definition.noop) return
    const known: Variables = { ports, runtime_path: kernel.runtimePath }
    const run = (command: readonly string[]): Promise<string> => driver.run(containerId, command)
    const variables = await prepare(definition.prestart, known, run)
    if (definition.command === undefined) throw new Error(`${path} has no command`)
    const command =
      typeof definition.command === 'string'
        ? [definition.shell, '-c', fill(definition.command, variables)]
        : definition.command.map(part => fill(part, variables))
    const env = Object.fromEntries(
      Object.entries(definition.env).map(([key, value]) => [key, fill(value, variables)]),
    )
    await driver.launch(containerId, command, { env, logPath: `/tmp/${name}.log` })
  }
}
