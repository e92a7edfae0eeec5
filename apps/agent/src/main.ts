import { cpus, totalmem } from 'node:os'
import { mkdirSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { api } from '@capstan/contract/api'
import { createClient } from '@capstan/contract/client'
import { AppError } from '@capstan/contract/errors'
import { type Desired, heartbeatMs, type ImageTask } from '@capstan/contract/sync'
import { readSecret } from '@capstan/runtime/home'
import type { Log } from '@capstan/runtime/log'
import { backoffMs, pause } from '@capstan/runtime/retry'
import { version } from '@capstan/runtime/version'
import Docker from 'dockerode'
import type { JWK } from 'jose'
import type * as z from 'zod'
import { Engine } from './engine.ts'
import { KernelKeeper } from './kernels.ts'
import { startRelay } from './relay.ts'
import { NodeMeter, UsageMeter } from './usage.ts'

export interface AgentOptions {
  readonly manager: string
  readonly joinToken?: string | undefined
  readonly id: string
  readonly home: string
  readonly runtimes?: readonly ('docker' | 'process')[] | undefined
  readonly relayHost: string
  readonly relayPort: number
  readonly address?: string | undefined
  readonly resourceGroup: string
  readonly region: string
  readonly signal: AbortSignal
  readonly log: Log
}
type Observed = z.input<typeof api.sync.sync.input>['observed']

export async function runAgent(options: AgentOptions): Promise<void> {
  const { id, log, signal } = options
  mkdirSync(options.home, { recursive: true, mode: 0o700 })
  const docker = new Docker()
  const engine = new Engine(docker, id)
  const keepers = new Map<string, KernelKeeper>()
  let desired: z.output<typeof Desired> | undefined
  let isSynced = false
  let engineProblem: string | undefined
  let engineVersion = ''
  const relay = await startRelay({
    host: options.relayHost,
    port: options.relayPort,
    agentId: id,
    log,
    docker,
    ticketKey: () => desired?.ticketKey as JWK | undefined,
    containerOf: kernelId => keepers.get(kernelId)?.containerId ?? undefined,
    ready: async () => (isSynced ? undefined : 'has not reached the manager yet'),
  })
  const address = options.address ?? relay.url
  let token = readSecret(join(options.home, 'token'))
  const call = createClient({
    baseUrl: options.manager,
    headers: () => ({ authorization: `Bearer ${token ?? ''}` }),
  })
  const join_ = async (): Promise<void> => {
    if (options.joinToken === undefined) throw new Error('no join token was given')
    const joined = await createClient({ baseUrl: options.manager })(api.sync.join, {
      joinToken: options.joinToken,
      id,
    })
    token = joined.token
    await writeFile(join(options.home, 'token'), token, { mode: 0o600 })
  }
  let poll = new AbortController()
  let isDirty = false
  const changed = (): void => {
    isDirty = true
    poll.abort('changed')
  }
  const sendLog = async (
    kernelId: string,
    offset: number,
    data: Buffer,
    isComplete: boolean,
  ): Promise<number> => {
    const answer = await call(api.sync.appendLog, {
      id,
      kernelId,
      offset,
      data: data.toString('base64'),
      isComplete,
    })
    return answer.offset
  }
  const tasks = new Map<
    string,
    {
      task: ImageTask
      status: 'running' | 'done' | 'failed'
      progress: number
      message: string
      child?: ChildProcess
    }
  >()
  const runTask = (task: ImageTask): void => {
    const entry: {
      task: ImageTask
      status: 'running' | 'done' | 'failed'
      progress: number
      message: string
      child?: ChildProcess
    } = { task, status: 'running', progress: 0, message: 'Starting' }
    tasks.set(task.id, entry)
    const end = (status: 'done' | 'failed', message: string): void => {
      entry.status = status
      entry.progress = status === 'done' ? 1 : entry.progress
      entry.message = message.slice(-2000)
      imagesHash = ''
      changed()
    }
    if (task.kind === 'pull') {
      void (async () => {
        const stream = await docker.pull(task.reference)
        await new Promise<void>((resolve, reject) =>
          docker.modem.followProgress(
            stream,
            (error: Error | null) => (error ? reject(error) : resolve()),
            (event: { status?: string }) => {
              entry.message = event.status ?? ''
              changed()
            },
          ),
        )
      })().then(
        () => end('done', 'Pulled'),
        (error: unknown) => end('failed', String(error)),
      )
      return
    }
    const script = fileURLToPath(new URL('../../../images/base/build.sh', import.meta.url))
    const child = spawn('bash', [script, '--progress'], { stdio: ['ignore', 'pipe', 'pipe'] })
    entry.child = child
    let errors = ''
    child.stderr.on('data', (data: Buffer) => {
      errors = (errors + String(data)).slice(-2000)
    })
    createInterface(child.stdout).on('line', line => {
      const match = /^progress ([\d.]+) (.*)$/.exec(line)
      if (match) {
        entry.progress = Number(match[1])
        entry.message = match[2]!
        changed()
      }
    })
    child.on('exit', code =>
      code === 0 ? end('done', 'Built') : end('failed', errors || `ended with ${code}`),
    )
  }

  const reconcile = async (): Promise<void> => {
    if (!desired) return
    const { clusterId, kernels } = desired
    const found = new Map<string, Awaited<ReturnType<Engine['list']>>[number]>()
    try {
      for (const container of await engine.list(clusterId)) found.set(container.kernelId, container)
      engineVersion ||= (await docker.version()).Version
      engineProblem = undefined
    } catch (error) {
      engineProblem = String(error)
      return
    }
    const wanted = new Set(kernels.map(kernel => kernel.kernelId))
    for (const kernel of kernels) {
      const known = keepers.get(kernel.kernelId)
      if (known) known.desired = kernel
      else
        keepers.set(
          kernel.kernelId,
          new KernelKeeper(
            kernel,
            { engine, clusterId, changed, sendLog, log },
            found.get(kernel.kernelId),
          ),
        )
      keepers.get(kernel.kernelId)!.poke()
    }
    for (const [kernelId, keeper] of keepers)
      if (!wanted.has(kernelId)) {
        keeper.close()
        keepers.delete(kernelId)
      }
    for (const container of found.values())
      if (!wanted.has(container.kernelId)) void engine.remove(container.id).catch(() => {})
    for (const task of desired.imageTasks) if (!tasks.has(task.id)) runTask(task)
    for (const [taskId, entry] of tasks)
      if (!desired.imageTasks.some(task => task.id === taskId)) {
        entry.child?.kill('SIGTERM')
        tasks.delete(taskId)
      }
  }

  let imagesHash = ''
  const usage = new UsageMeter()
  const node = new NodeMeter(options.home)
  let lastUsageAt = 0
  const observe = async (): Promise<{ observed: Observed; hash: string }> => {
    const images = engineProblem === undefined ? await engine.images().catch(() => []) : []
    const hash = JSON.stringify(images)
    const isTime = performance.now() - lastUsageAt > 4500
    if (isTime) {
      lastUsageAt = performance.now()
      for (const keeper of keepers.values())
        if (keeper.containerId !== null)
          keeper.observation = {
            ...keeper.observation,
            usage: await usage.sample(keeper.containerId),
          }
      usage.forget(new Set([...keepers.values()].flatMap(keeper => keeper.containerId ?? [])))
    }
    const observed: Observed = {
      version,
      architecture: process.arch === 'arm64' ? 'aarch64' : 'x86_64',
      region: options.region,
      address,
      resourceGroup: options.resourceGroup,
      clock: new Date().toISOString(),
      runtimes:
        engineProblem === undefined
          ? [
              {
                name: 'docker',
                version: engineVersion,
                canBuild: process.getuid?.() === 0,
                isolation: [
                  {
                    aspect: 'File system',
                    isEnforced: true,
                    note: 'The container sees only its image and its own files',
                  },
                  { aspect: 'Memory', isEnforced: true, note: 'Held by the kernel' },
                ],
              },
            ]
          : [],
      capacity: { cpu: cpus().length, mem: Math.floor(totalmem() * 0.9) },
      devices: [],
      images: hash === imagesHash ? null : images,
      imageTasks: [...tasks.values()].map(({ task, status, progress, message }) => ({
        id: task.id,
        status,
        progress,
        message,
      })),
      kernels: [...keepers.values()].map(keeper => keeper.observation),
      usage: await node.sample(),
      problems:
        engineProblem === undefined ? [] : [{ code: 'engine_gone', message: engineProblem }],
    }
    return { observed, hash }
  }

  const events = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        const stream = (await docker.getEvents({
          filters: {
            type: ['container'],
            event: ['die', 'oom', 'start', 'destroy'],
            label: [`capstan.agent=${id}`],
          },
        })) as NodeJS.ReadableStream & { destroy: () => void }
        signal.addEventListener('abort', () => stream.destroy(), { once: true })
        let rest = ''
        for await (const chunk of stream) {
          rest += String(chunk)
          for (let at = rest.indexOf('\n'); at >= 0; at = rest.indexOf('\n')) {
            const event = JSON.parse(rest.slice(0, at)) as {
              Action: string
              Actor: { Attributes: Record<string, string> }
            }
            rest = rest.slice(at + 1)
            const keeper = keepers.get(event.Actor.Attributes['capstan.kernel'] ?? '')
            if (keeper && event.Action === 'oom') keeper.isOutOfMemory = true
            keeper?.poke()
          }
        }
      } catch {
        /* The engine is away: reported by reconcile. */
      }
      await pause(500, signal)
    }
  }
  const watching = events()
  const looking = (async () => {
    while (!signal.aborted) {
      await reconcile().catch((error: unknown) => log.warn({ err: error }, 'reconcile_failed'))
      await pause(3000, signal)
    }
  })()
  await reconcile()
  let desiredHash = ''
  for (let attempt = 1; !signal.aborted; attempt++) {
    try {
      if (token === undefined) await join_()
      isDirty = false
      poll = new AbortController()
      const { observed, hash } = await observe()
      const answer = await call(
        api.sync.sync,
        { id, observed, desiredHash, waitMs: isDirty ? 0 : heartbeatMs - 1000 },
        { signal: AbortSignal.any([signal, poll.signal]) },
      )
      imagesHash = hash
      desiredHash = answer.desiredHash
      isSynced = true
      attempt = 0
      if (answer.desired) {
        desired = answer.desired
        await reconcile()
      }
    } catch (error) {
      if (signal.aborted) break
      if (poll.signal.aborted) {
        attempt = 0
        continue
      }
      if (error instanceof AppError && error.status === 401) {
        token = undefined
        rmSync(join(options.home, 'token'), { force: true })
      }
      log.warn({ err: error }, 'sync_failed')
      await pause(backoffMs(attempt, 200, 5000), signal)
    }
  }
  await call(api.sync.leave, { id, reason: 'stopped' }).catch(() => {})
  for (const keeper of keepers.values()) keeper.close()
  for (const { child } of tasks.values()) child?.kill('SIGTERM')
  await relay.close()
  await Promise.race([
    Promise.all([watching, looking]),
    new Promise(resolve => setTimeout(resolve, 1000)),
  ])
}
