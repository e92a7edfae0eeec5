import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { ImageTask, ObservedImageTask } from '@capstan/contract/sync'
import type * as z from 'zod'
import type { Driver, PullProgress } from './driver.ts'

type State = z.input<typeof ObservedImageTask>

const buildScript = fileURLToPath(new URL('../../../images/base/build.sh', import.meta.url))

/** Whether this process may build the base image: the script wants Debian's tools, and root. */
export const canBuild = (): boolean => process.platform === 'linux' && process.getuid?.() === 0

interface Running {
  state: State
  readonly cancel: AbortController
}

/** Pulls and builds of images that the manager asks for. A task that is no longer wanted is given up. */
export class ImageTasks {
  readonly #running = new Map<string, Running>()
  readonly #driver: Driver
  readonly #changed: (state: State) => void

  constructor(driver: Driver, changed: (state: State) => void) {
    this.#driver = driver
    this.#changed = changed
  }

  get states(): State[] {
    return [...this.#running.values()].map(({ state }) => state)
  }

  want(tasks: readonly ImageTask[]): void {
    for (const task of tasks) if (!this.#running.has(task.id)) this.#begin(task)
    for (const [id, { cancel }] of this.#running)
      if (!tasks.some(task => task.id === id)) {
        cancel.abort()
        this.#running.delete(id)
      }
  }

  close(): void {
    for (const { cancel } of this.#running.values()) cancel.abort()
  }

  #begin(task: ImageTask): void {
    const running: Running = {
      state: { id: task.id, status: 'running', progress: 0, message: 'Starting' },
      cancel: new AbortController(),
    }
    this.#running.set(task.id, running)
    const tell = (change: Partial<State>): void => {
      running.state = { ...running.state, ...change }
      this.#changed(running.state)
    }
    const { signal } = running.cancel
    const work = task.kind === 'pull' ? this.#pull(task, tell, signal) : build(tell, signal)
    work.then(
      () => tell({ status: 'done', progress: 1, message: 'Done' }),
      (error: unknown) => tell({ status: 'failed', message: messageOf(error) }),
    )
  }

  #pull(
    { reference }: ImageTask,
    tell: (change: Partial<State>) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const onProgress = ({ current, total, message }: PullProgress): void =>
      tell({
        progress: total > 0 ? Math.min(1, current / total) : 0,
        message: message.slice(0, 500),
      })
    return this.#driver.pull(reference, onProgress, signal)
  }
}

const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).slice(0, 1900)

/** Runs the build script; each of its lines `progress 0.35 Words` is told. Rejects with what it said when it fails. */
async function build(tell: (change: Partial<State>) => void, signal: AbortSignal): Promise<void> {
  // A process group of its own: what the script started ends with it.
  const child = spawn('bash', [buildScript, '--progress'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  signal.addEventListener('abort', () => endGroup(child), { once: true })
  let errors = ''
  child.stderr.on('data', (data: Buffer) => {
    errors = (errors + data.toString()).slice(-1900)
  })
  createInterface(child.stdout).on('line', line => {
    const step = /^progress ([\d.]+) (.*)$/.exec(line)
    if (step) tell({ progress: Math.min(1, Number(step[1])), message: step[2]! })
  })
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code !== 0) throw new Error(errors.trim() || `the build ended with exit code ${code}`)
}

function endGroup({ pid, exitCode }: ChildProcess): void {
  if (pid !== undefined && exitCode === null) process.kill(-pid, 'SIGTERM')
}
