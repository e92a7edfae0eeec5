import { setTimeout as sleep } from 'node:timers/promises'
import type { DesiredKernel } from '@capstan/contract/sync'
import type { Log } from '@capstan/runtime/log'
import type Docker from 'dockerode'

/** Sends bytes that begin at an offset; answers where the manager's log ends now. */
export type SendLog = (
  kernelId: string,
  offset: number,
  data: Buffer,
  isComplete: boolean,
) => Promise<number>

const pieceBytes = 256 * 1024

/** Carries a container's output to the manager: from what it holds on, in order, each byte once. */
export class LogPump {
  readonly #docker: Docker
  readonly #containerId: string
  readonly #kernel: DesiredKernel
  readonly #send: SendLog
  readonly #log: Log
  #isClosed = false
  #offset: number
  #running: Promise<void>

  constructor(docker: Docker, containerId: string, kernel: DesiredKernel, send: SendLog, log: Log) {
    this.#docker = docker
    this.#containerId = containerId
    this.#kernel = kernel
    this.#send = send
    this.#log = log
    this.#offset = kernel.logOffset
    this.#running = this.#follow()
  }

  /** Resolves when all output of an ended container is with the manager. */
  async finish(): Promise<void> {
    await this.#running
    for (;;) {
      try {
        await this.#copy(false)
        await this.#send(this.#kernel.kernelId, this.#offset, Buffer.alloc(0), true)
        return
      } catch (error) {
        if (this.#isClosed) return
        this.#log.warn({ kernelId: this.#kernel.kernelId, err: error }, 'log_not_sent')
        await sleep(1000)
      }
    }
  }

  close(): void {
    this.#isClosed = true
  }

  async #follow(): Promise<void> {
    while (!this.#isClosed) {
      try {
        await this.#copy(true)
        return
      } catch (error) {
        this.#log.debug({ kernelId: this.#kernel.kernelId, err: error }, 'log_follow_broke')
        const { State } = await this.#docker
          .getContainer(this.#containerId)
          .inspect()
          .catch(() => ({ State: { Running: true } }))
        if (!State.Running) return
        await sleep(1000)
      }
    }
  }

  /** Reads from the beginning, skips what was sent, sends the rest in pieces; with `follow`, until the container ends. */
  async #copy(follow: boolean): Promise<void> {
    const container = this.#docker.getContainer(this.#containerId)
    const options = { stdout: true, stderr: true }
    const source = follow
      ? await container.logs({ ...options, follow: true })
      : await container.logs({ ...options, follow: false })
    const chunks = Buffer.isBuffer(source) ? [source] : source
    let seen = 0
    let rest: Buffer = Buffer.alloc(0)
    let pending: Buffer[] = []
    let pendingSize = 0
    let lastSent = 0
    const flush = async (): Promise<void> => {
      while (pendingSize > 0) {
        const all = Buffer.concat(pending)
        const piece = all.subarray(0, pieceBytes)
        pending = all.length > piece.length ? [all.subarray(piece.length)] : []
        pendingSize = all.length - piece.length
        await this.#deliver(piece)
      }
      lastSent = Date.now()
    }
    let timer: NodeJS.Timeout | undefined
    let flushing = Promise.resolve()
    const later = (): void => {
      flushing = flushing.then(flush)
      timer = undefined
    }
    for await (const chunk of chunks as AsyncIterable<Buffer>) {
      rest = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
      while (rest.length >= 8) {
        const size = rest.readUInt32BE(4)
        if (rest.length < 8 + size) break
        const data = rest.subarray(8, 8 + size)
        rest = rest.subarray(8 + size)
        const skip = Math.max(0, Math.min(size, this.#offset + pendingSize - seen))
        seen += size
        if (skip < size) {
          pending.push(Buffer.from(data.subarray(skip)))
          pendingSize += size - skip
        }
      }
      if (pendingSize >= pieceBytes) {
        clearTimeout(timer)
        later()
        await flushing
      } else if (pendingSize > 0 && timer === undefined)
        timer = setTimeout(later, Math.max(0, lastSent + 200 - Date.now()))
    }
    clearTimeout(timer)
    await flushing
    await flush()
  }

  async #deliver(piece: Buffer): Promise<void> {
    let rest = piece
    while (rest.length > 0) {
      const end = await this.#send(this.#kernel.kernelId, this.#offset, rest, false)
      const taken = end - this.#offset
      this.#offset = end
      rest = taken >= rest.length ? Buffer.alloc(0) : rest.subarray(Math.max(0, taken))
    }
  }
}
