import { createHash } from 'node:crypto'
import { accessSync, constants, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { runTool } from './run-tool.ts'

const tool = 'nvidia-cuda-mps-control'
const patienceMs = 10_000

/** One GPU's daemon: where its clients reach it. */
export const pipeFolder = (folder: string, uuid: string): string =>
  join(folder, nameOf(uuid), 'pipe')

/** Short: the path of a socket may have 107 bytes. */
const nameOf = (uuid: string): string =>
  createHash('sha256').update(uuid).digest('hex').slice(0, 12)

/**
 * The control daemons of NVIDIA's Multi-Process Service, one a GPU of which shares are given out. They outlive the agent, as
 * sessions do: which ones run is read from their folders.
 */
export class Mps {
  readonly folder: string
  #last: Promise<void> = Promise.resolve()

  constructor(folder: string) {
    this.folder = folder
  }

  /** Whether the tool is installed. */
  get isInstalled(): boolean {
    return (process.env['PATH'] ?? '').split(delimiter).some(part => {
      try {
        accessSync(join(part, tool), constants.X_OK)
        return true
      } catch {
        return false
      }
    })
  }

  /** Returns when the daemon of this GPU runs. */
  ensure(uuid: string): Promise<void> {
    return this.#inTurn(() => this.#ensure(uuid))
  }

  /** Makes daemons run for these GPUs, and ends all others of ours. Throws the first failure, after each was tried. */
  keep(uuids: readonly string[]): Promise<void> {
    return this.#inTurn(async () => {
      const wanted = new Set(uuids.map(nameOf))
      const others = namesIn(this.folder).filter(name => !wanted.has(name))
      // Each has a folder of its own, and none waits for one that hangs.
      const each = [
        ...others.map(name => this.#end(join(this.folder, name))),
        ...[...new Set(uuids)].map(uuid => this.#ensure(uuid)),
      ]
      await Promise.allSettled(each)
      await Promise.all(each)
    })
  }

  /** One call at a time: two daemons of one folder would be in each other's way. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#last.then(work)
    this.#last = done.catch(() => {})
    return done
  }

  async #ensure(uuid: string): Promise<void> {
    const own = join(this.folder, nameOf(uuid))
    if (isRunning(own)) return
    for (const part of ['pipe', 'log']) mkdirSync(join(own, part), { recursive: true, mode: 0o755 })
    const { exitCode, stderr, stdout } = await runTool(tool, ['-d'], {
      timeoutMs: patienceMs,
      env: { ...environOf(own), CUDA_VISIBLE_DEVICES: uuid },
    })
    if (exitCode !== 0)
      throw new Error(
        `${tool} cannot be started for ${uuid}: ${(stderr || stdout).trim().slice(0, 300)}`,
      )
  }

  async #end(own: string): Promise<void> {
    if (isRunning(own)) {
      const options = { timeoutMs: patienceMs, input: 'quit\n', env: environOf(own) }
      await runTool(tool, [], options).catch(() => {})
      // Looked at again at the next turn.
      if (isRunning(own)) return
    }
    rmSync(own, { recursive: true, force: true })
  }
}

const environOf = (own: string): Record<string, string> => ({
  CUDA_MPS_PIPE_DIRECTORY: join(own, 'pipe'),
  CUDA_MPS_LOG_DIRECTORY: join(own, 'log'),
})

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/** The daemon writes its number down in its folder; after a restart of the machine another process may have it. */
function isRunning(own: string): boolean {
  try {
    const pid = readFileSync(join(own, 'pipe', `${tool}.pid`), 'utf8').trim()
    // The kernel keeps the first 15 letters.
    return readFileSync(`/proc/${Number(pid)}/comm`, 'utf8').trim() === tool.slice(0, 15)
  } catch {
    return false
  }
}
