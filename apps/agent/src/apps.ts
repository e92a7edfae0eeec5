import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { DesiredKernel } from '@capstan/contract/sync'
import type { Log } from '@capstan/runtime/log'
import { backoffMs } from '@capstan/runtime/retry'
import type Docker from 'dockerode'
import { exec, readFile } from './exec.ts'
import {
  type Action,
  fill,
  parseServiceDefinition,
  type ServiceDefinition,
  type Variables,
} from './service-definition.ts'

export interface AppState {
  name: string
  status: 'starting' | 'ready' | 'failed'
  message: string
}

/** Addresses change when a container is started anew: asked for each time. */
export async function addressOf(docker: Docker, containerId: string): Promise<string> {
  const { NetworkSettings } = await docker.getContainer(containerId).inspect()
  const address = Object.values(NetworkSettings.Networks).find(
    network => network.IPAddress,
  )?.IPAddress
  if (address === undefined) throw new Error('the container has no address')
  return address
}

export const answers = (host: string, port: number): Promise<boolean> =>
  new Promise(resolve => {
    const socket = connect({ host, port, timeout: 1000 })
    const end = (isUp: boolean): void => {
      socket.destroy()
      resolve(isUp)
    }
    socket.once('connect', () => end(true))
    socket.once('error', () => end(false))
    socket.once('timeout', () => end(false))
  })

/** Keeps the applications that somebody opened running inside a container. */
export class Apps {
  readonly #states = new Map<string, AppState>()
  readonly #docker: Docker
  readonly #containerId: string
  readonly #kernel: DesiredKernel
  readonly #report: (apps: AppState[]) => void
  readonly #log: Log
  #isClosed = false

  constructor(
    docker: Docker,
    containerId: string,
    kernel: DesiredKernel,
    report: (apps: AppState[]) => void,
    log: Log,
  ) {
    this.#docker = docker
    this.#containerId = containerId
    this.#kernel = kernel
    this.#report = report
    this.#log = log
  }

  want(names: readonly string[]): void {
    for (const name of names)
      if (!this.#states.has(name)) {
        this.#set(name, 'starting', 'Starting')
        void this.#keep(name)
      }
  }

  close(): void {
    this.#isClosed = true
  }

  #set(name: string, status: AppState['status'], message: string): void {
    this.#states.set(name, { name, status, message })
    this.#report([...this.#states.values()])
  }

  async #keep(name: string): Promise<void> {
    const app = this.#kernel.apps.find(candidate => candidate.name === name)
    const port = app?.ports[0]
    if (!app || port === undefined) return this.#set(name, 'failed', 'The image does not offer it')
    for (let attempt = 1; !this.#isClosed; attempt++) {
      try {
        const host = await addressOf(this.#docker, this.#containerId)
        if (!(await answers(host, port))) {
          if (app.protocol !== 'preopen') await this.#launch(name, app.ports)
          const deadline = Date.now() + 60_000
          while (!this.#isClosed && !(await answers(host, port))) {
            if (Date.now() > deadline)
              throw new Error(`port ${port} did not answer within a minute`)
            await sleep(100)
          }
        }
        this.#set(name, 'ready', '')
        attempt = 1
        while (!this.#isClosed && (await answers(host, port))) await sleep(5000)
        if (!this.#isClosed) this.#set(name, 'starting', 'It ended; starting it again')
      } catch (error) {
        if (this.#isClosed) return
        this.#set(
          name,
          attempt >= 3 ? 'failed' : 'starting',
          error instanceof Error ? error.message : String(error),
        )
        await sleep(backoffMs(attempt, 500, 30_000))
      }
    }
  }

  async #launch(name: string, ports: readonly number[]): Promise<void> {
    const text = await readFile(
      this.#docker,
      this.#containerId,
      `/etc/backend.ai/service-defs/${name}.json`,
    )
    if (text === undefined)
      throw new Error(`the image has no /etc/backend.ai/service-defs/${name}.json`)
    const definition = parseServiceDefinition(text)
    if (definition.noop) return
    const variables: Record<string, string | readonly number[]> = {
      ports,
      runtime_path: await this.#runtimePath(),
    }
    for (const action of definition.prestart) await this.#prestart(action, variables)
    await this.#run(name, definition, variables)
  }

  async #runtimePath(): Promise<string> {
    const { Config } = await this.#docker.getContainer(this.#containerId).inspect()
    return Config.Labels['ai.backend.runtime-path'] ?? '/usr/bin/python3'
  }

  async #prestart(
    { action, args, ref }: Action,
    variables: Record<string, string | readonly number[]>,
  ): Promise<void> {
    const text = (value: unknown): string => fill(String(value), variables as Variables)
    if (action === 'write_file' || action === 'write_tempfile') {
      const body = args['lines']
        ? (args['lines'] as string[]).map(text).join('\n') + '\n'
        : text(args['body'] ?? '')
      const name =
        action === 'write_file' ? text(args['filename']) : `/tmp/capstan-${crypto.randomUUID()}`
      const mode = String(args['mode'] ?? '644')
      await exec(this.#docker, this.#containerId, [
        '/bin/sh',
        '-c',
        'mkdir -p "$(dirname "$1")" && printf %s "$2" >"$1" && chmod "$3" "$1"',
        'sh',
        name,
        body,
        mode,
      ])
      if (ref) variables[ref] = name
    } else if (action === 'mkdir') {
      await exec(this.#docker, this.#containerId, ['mkdir', '-p', text(args['path'])])
    } else if (action === 'run_command') {
      const command = (args['command'] as string[]).map(text)
      const { output } = await exec(this.#docker, this.#containerId, command)
      if (ref) variables[ref] = output.trim()
    } else this.#log.info({ kernelId: this.#kernel.kernelId, action }, 'prestart')
  }

  async #run(
    name: string,
    { command, shell, env }: ServiceDefinition,
    variables: Record<string, string | readonly number[]>,
  ): Promise<void> {
    if (command === undefined) throw new Error('the service definition has no command')
    const filled =
      typeof command === 'string'
        ? [shell, '-c', fill(command, variables as Variables)]
        : command.map(part => fill(part, variables as Variables))
    const script = 'log=$1; shift; exec "$@" >"$log" 2>&1'
    const created = await this.#docker.getContainer(this.#containerId).exec({
      Cmd: ['/bin/sh', '-c', script, 'sh', `/tmp/${name}.log`, ...filled],
      User: '1000:1000',
      WorkingDir: '/home/work',
      Env: Object.entries(env).map(
        ([key, value]) => `${key}=${fill(value, variables as Variables)}`,
      ),
    })
    await created.start({ Detach: true })
  }
}
