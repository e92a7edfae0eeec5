import { setTimeout as sleep } from 'node:timers/promises'
import type { DesiredKernel } from '@capstan/contract/sync'
import { AppError } from '@capstan/contract/errors'
import type { Log } from '@capstan/runtime/log'
import type { Driver } from './driver.ts'

/** Sends bytes that begin at an offset; answers where the manager's log ends now. */
export type SendLog = (
  kernelId: string,
  offset: number,
  data: Buffer,
  isComplete: boolean,
) => Promise<number>

export interface LogPumpOptions {
  readonly driver: Driver
  readonly containerId: string
  readonly kernel: DesiredKernel
  readonly send: SendLog
  readonly log: Log
}

/** Largest piece that is sent at once, in bytes. */
const pieceBytes = 256 * 1024

/** Engines drop nothing of a log that is smaller than this, in bytes: a hundredth of what ours are told to keep. */
const keptWholeBytes = 1024 * 1024

/** Output is gathered so long before it is sent. Milliseconds. */
const gatherMs = 200

/** Carries a container's output to the manager: from what it holds on, in order, each byte once. */
export class LogPump {
  readonly #options: LogPumpOptions
  readonly #following: Promise<void>
  #offset: number
  #isClosed = false

  constructor(options: LogPumpOptions) {
    this.#options = options
    this.#offset = options.kernel.logOffset
    this.#following = this.#follow()
  }

  close(): void {
    this.#isClosed = true
  }

  /** Resolves when all output of an ended container is with the manager, or nobody wants it any more. */
  async finish(): Promise<void> {
    const { kernel, send, log } = this.#options
    await this.#following
    while (!this.#isClosed) {
      try {
        await this.#copy(false)
        // That a log is whole is also in the report: of one that holds nothing, nobody need be told apart.
        if (this.#offset > 0) await send(kernel.kernelId, this.#offset, Buffer.alloc(0), true)
        return
      } catch (error) {
        if (error instanceof AppError && error.code === 'kernel_not_found') return
        log.debug({ kernelId: kernel.kernelId, err: error }, 'log_not_sent')
        await sleep(1000)
      }
    }
  }

  async #follow(): Promise<void> {
    const { driver, containerId, kernel, log } = this.#options
    while (!this.#isClosed) {
      try {
        await this.#copy(true)
      } catch (error) {
        log.debug({ kernelId: kernel.kernelId, err: error }, 'log_follow_broke')
        await sleep(1000)
      }
      const state = await driver.inspect(containerId).catch(() => ({ phase: 'running' }))
      if (state?.phase !== 'running') return
      await sleep(gatherMs)
    }
  }

  /** Reads from the first byte, skips what was sent, sends the rest in pieces; with `follow`, until the container ends. */
  async #copy(follow: boolean): Promise<void> {
    let seen = await this.#droppedBytes()
    let pending: Buffer[] = []
    let pendingSize = 0
    let sending = Promise.resolve()
    let timer: NodeJS.Timeout | undefined
    const flush = async (): Promise<void> => {
      const all = Buffer.concat(pending)
      pending = []
      for (let at = 0; at < all.length; at += pieceBytes) {
        const piece = all.subarray(at, at + pieceBytes)
        await this.#deliver(piece)
        pendingSize -= piece.length
      }
    }
    const sendSoon = (): void => {
      timer = undefined
      sending = sending.then(flush)
      // Told by the next await; without this a rejection in between would count as unhandled.
      sending.catch(() => {})
    }
    try {
      for await (const data of this.#options.driver.output(this.#options.containerId, { follow })) {
        if (this.#isClosed) return
        const skip = Math.max(0, Math.min(data.length, this.#offset + pendingSize - seen))
        seen += data.length
        if (skip === data.length) continue
        pending.push(Buffer.from(data.subarray(skip)))
        pendingSize += data.length - skip
        if (pendingSize >= pieceBytes) {
          clearTimeout(timer)
          sendSoon()
          await sending
        } else timer ??= setTimeout(sendSoon, gatherMs)
      }
      await sending
      await flush()
    } finally {
      clearTimeout(timer)
    }
  }

  /**
   * How much of the beginning of what was sent the engine has no more: it starts a log anew that has grown too large. What was
   * written between that and now, while nobody read, cannot be told from what was sent, and is passed over.
   */
  async #droppedBytes(): Promise<number> {
    if (this.#offset < keptWholeBytes) return 0
    let there = 0
    const { driver, containerId } = this.#options
    for await (const { length } of driver.output(containerId, { follow: false })) there += length
    return Math.max(0, this.#offset - there)
  }

  /** The manager answers where its log ends: after a lost answer that is past this piece, or inside it. */
  async #deliver(piece: Buffer): Promise<void> {
    const end = this.#offset + piece.length
    while (this.#offset < end) {
      const rest = piece.subarray(piece.length - (end - this.#offset))
      const reached = await this.#options.send(
        this.#options.kernel.kernelId,
        this.#offset,
        rest,
        false,
      )
      if (reached < this.#offset) throw new Error(`the manager's log went back to ${reached}`)
      this.#offset = Math.min(end, reached)
    }
  }
}
