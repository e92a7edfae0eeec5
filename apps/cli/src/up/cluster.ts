import { join } from 'node:path'
import type { HomeLock } from './lock.ts'
import { isFreeOn, nextFreePort, type PortName, type Ports } from './ports.ts'
import { startProgram } from './program-process.ts'
import { askReady, waitUntilReady } from './ready.ts'
import { RotatingLog } from './rotating-log.ts'
import { supervise, type Supervised } from './supervise.ts'

export interface ClusterOptions {
  readonly home: string
  readonly say: (line: string) => void
  readonly signal: AbortSignal
  readonly lock: HomeLock
}

interface ManagerOptions {
  readonly host: string
  readonly port: number
  readonly env: Record<string, string>
}

interface RestOptions {
  readonly host: string
  readonly ports: Ports
  readonly agentId: string
  readonly joinToken: string
}

/** How long the first start waits for the programs beside the manager before it says so and goes on. */
const patienceMs = 15_000

/** The programs of one `capstan up`, in the order in which they were started; stopped in the opposite one. */
export class Cluster {
  readonly #options: ClusterOptions
  readonly #running: Supervised[] = []
  readonly #logs = new Map<string, RotatingLog>()
  #url: string | null = null

  constructor(options: ClusterOptions) {
    this.#options = options
  }

  /** Address of the console. Empty before the manager was started. */
  get url(): string {
    return this.#url ?? ''
  }

  /** Starts the PostgreSQL that comes with us, and answers its URL. */
  async startPostgres(password: string): Promise<string> {
    const { startPostgres } = await import('../postgres/server.ts')
    const log = this.#log('postgres')
    let url = ''
    await this.#supervise('postgres', 'SIGINT', async () => {
      const server = await startPostgres({
        folder: join(this.#options.home, 'postgres'),
        password,
        onOutput: chunk => log.write(chunk),
      })
      url = server.url
      return server.child
    })
    return url
  }

  /** Starts the manager and waits until it is ready; rejects with its own words when it cannot be. */
  async startManager({ host, port, env }: ManagerOptions): Promise<void> {
    this.#url = `http://${reachableHost(host)}:${port}`
    const failed = new AbortController()
    let isUp = false
    await this.#startProgram('manager', {
      args: ['--host', host, '--port', String(port)],
      env,
      onEnd: what => {
        if (isUp) this.#sayEnded('manager', what)
        else failed.abort(new Error(`the manager ${what}: ${this.#log('manager').path}`))
      },
    })
    const signal = AbortSignal.any([this.#options.signal, failed.signal])
    while (!(await waitUntilReady(`${this.#url}/readyz`, { mostMs: patienceMs, signal })))
      this.#options.say(
        `Still waiting for the manager: ${await askReady(`${this.#url}/readyz`)} (${this.#log('manager').path})`,
      )
    isUp = true
  }

  /** Starts proxy, storage and agent side by side. One that is not ready in time is named, and goes on trying. */
  async startRest({ host, ports, agentId, joinToken }: RestOptions): Promise<void> {
    const { home, signal, say } = this.#options
    const env = { CAPSTAN_JOIN_TOKEN: joinToken }
    const common = (name: string): string[] => ['--manager', this.url, '--home', join(home, name)]
    const isFree = isFreeOn(host)
    const port = (name: PortName) => async (): Promise<string> =>
      String((await isFree(ports[name])) ? ports[name] : await nextFreePort(ports.console, isFree))
    await Promise.all([
      this.#startProgram('proxy', {
        args: [...common('proxy'), '--id', 'local', '--host', host],
        port: ['--port', port('proxy')],
        env,
      }),
      this.#startProgram('storage', {
        args: [
          ...common('storage'),
          '--id',
          'local',
          '--host',
          host,
          '--volume',
          `local=${join(home, 'volumes/local')}`,
        ],
        port: ['--port', port('storage')],
        env,
      }),
      this.#startProgram('agent', {
        args: [...common('agent'), '--id', agentId, '--relay-host', host],
        port: ['--relay-port', port('relay')],
        env,
      }),
    ])
    const waiting = (['proxy', 'storage', 'relay'] as const).map(async name => {
      const url = `http://${reachableHost(host)}:${ports[name]}/readyz`
      if (!(await waitUntilReady(url, { mostMs: patienceMs, signal })))
        say(
          `The ${name === 'relay' ? 'agent' : name} is not ready yet, and goes on trying: ${await askReady(url)}`,
        )
    })
    await Promise.all(waiting)
  }

  /** Stops what runs: those that use the manager, then the manager, then the database. */
  async stop(): Promise<void> {
    const names = this.#running.map(({ name }) => name)
    const stopAll = (chosen: readonly string[]) =>
      Promise.all(
        this.#running.filter(({ name }) => chosen.includes(name)).map(program => program.stop()),
      )
    await stopAll(names.filter(name => name !== 'manager' && name !== 'postgres'))
    await stopAll(['manager'])
    await stopAll(['postgres'])
    for (const log of this.#logs.values()) log.close()
  }

  async #startProgram(name: string, options: StartOptions): Promise<void> {
    const log = this.#log(name)
    await this.#supervise(
      name,
      'SIGTERM',
      async () => {
        const chosen = options.port ? [options.port[0], await options.port[1]()] : []
        return startProgram({
          args: [name, ...options.args, ...chosen],
          env: {
            ...options.env,
            CAPSTAN_HOME: this.#options.home,
            NODE_COMPILE_CACHE:
              process.env['NODE_COMPILE_CACHE'] ?? join(this.#options.home, 'cache/node'),
          },
          log,
          onError: message => this.#options.say(`${name}: ${message} (${log.path})`),
        })
      },
      options.onEnd,
    )
  }

  async #supervise(
    name: string,
    stopWith: NodeJS.Signals,
    launch: Parameters<typeof supervise>[0]['launch'],
    onEnd: (what: string) => void = what => this.#sayEnded(name, what),
  ): Promise<void> {
    this.#options.signal.throwIfAborted()
    const program = await supervise({
      name,
      stopWith,
      launch,
      onFailure: onEnd,
      onChange: () => this.#record(),
    })
    this.#running.push(program)
    this.#record()
  }

  #sayEnded(name: string, what: string): void {
    if (!this.#options.signal.aborted)
      this.#options.say(`${name} ${what}; starting it again (${this.#log(name).path})`)
  }

  #record(): void {
    // Not the database: it has no parent to miss, and is ended by its own start (postgres/leftover.ts).
    const pids = this.#running
      .filter(({ name }) => name !== 'postgres')
      .flatMap(program => program.pid() ?? [])
    this.#options.lock.record({ url: this.#url, pids })
  }

  #log(name: string): RotatingLog {
    return this.#logs.getOrInsertComputed(
      name,
      () => new RotatingLog(join(this.#options.home, 'logs', `${name}.log`)),
    )
  }
}

interface StartOptions {
  readonly args: readonly string[]
  readonly env: Record<string, string>
  /** Option, and the port for it, looked for anew at each start. */
  readonly port?: readonly [string, () => Promise<string>]
  readonly onEnd?: (what: string) => void
}

/** Where programs of this machine reach what listens on `host`. */
const reachableHost = (host: string): string => {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return host.includes(':') ? `[${host}]` : host
}
