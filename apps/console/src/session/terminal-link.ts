import { sessionApi } from '@capstan/contract/session'
import { type TerminalControl, TerminalNotice } from '@capstan/contract/terminal'
import { call } from '../api/call.ts'

export type TerminalState =
  | { readonly status: 'connecting' }
  | { readonly status: 'connected'; readonly how: 'new' | 'resumed' | 'replaced' }
  /** Another try follows at `retryAt` (milliseconds since 1970). */
  | { readonly status: 'lost'; readonly retryAt: number }
  | { readonly status: 'exited'; readonly exitCode: number }
  | { readonly status: 'failed'; readonly error: unknown }

interface Options {
  readonly sessionId: string
  /** Of a terminal opened before. */
  readonly terminalId: string | undefined
  readonly onTerminalId: (id: string) => void
  readonly onState: (state: TerminalState) => void
  /** The screen is about to be sent anew. */
  readonly onReset: () => void
  readonly onOutput: (bytes: Uint8Array) => void
}

const backOffMs = { first: 1000, most: 15_000 } as const

/** A terminal in a session over WebSocket, opened again with the same id whenever the connection breaks (SES-04). */
export class TerminalLink {
  readonly #options: Options
  #terminalId: string | undefined
  #socket: WebSocket | undefined
  #retry: ReturnType<typeof setTimeout> | undefined
  #size = { columns: 80, rows: 24 }
  #failures = 0
  #wasOpen = false
  #isOver = false

  constructor(options: Options) {
    this.#options = options
    this.#terminalId = options.terminalId
  }

  /** Connects; when already waiting for another try, does not wait. */
  connect(): void {
    clearTimeout(this.#retry)
    if (this.#isOver) return
    this.#options.onState({ status: 'connecting' })
    void this.#open().catch((error: unknown) => {
      if (this.#isOver) return
      // Before the first connection a refusal is an answer; after it the session may only be out of reach for a while.
      if (this.#wasOpen) this.#lost()
      else this.#options.onState({ status: 'failed', error })
    })
  }

  send(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(bytes)
  }

  resize(columns: number, rows: number): void {
    this.#size = { columns, rows }
    this.#control({ type: 'resize', columns, rows })
  }

  close(): void {
    this.#isOver = true
    clearTimeout(this.#retry)
    this.#socket?.close()
  }

  async #open(): Promise<void> {
    const { sessionId } = this.#options
    const opened = await call(sessionApi.openTerminal, {
      id: sessionId,
      ...(this.#terminalId !== undefined && { terminalId: this.#terminalId }),
    })
    if (this.#isOver) return
    this.#terminalId = opened.terminalId
    this.#options.onTerminalId(opened.terminalId)
    const socket = new WebSocket(toWebSocket(opened.url))
    socket.binaryType = 'arraybuffer'
    this.#socket = socket
    socket.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      if (this.#socket === socket) this.#take(data)
    })
    socket.addEventListener('close', () => {
      if (this.#socket === socket && !this.#isOver) this.#lost()
    })
  }

  #take(data: unknown): void {
    if (data instanceof ArrayBuffer) {
      // The first byte says which stream; a terminal shows both alike.
      this.#options.onOutput(new Uint8Array(data, 1))
      return
    }
    const notice = TerminalNotice.safeParse(parseJson(data))
    if (notice.success) this.#noticed(notice.data)
  }

  #noticed(notice: TerminalNotice): void {
    if (notice.type === 'error') {
      this.#isOver = true
      this.#socket?.close()
      this.#options.onState({ status: 'failed', error: new Error(notice.message) })
      return
    }
    if (notice.type === 'exit') {
      this.#isOver = true
      this.#options.onState({ status: 'exited', exitCode: notice.exitCode })
      return
    }
    if (this.#wasOpen || notice.isResumed) this.#options.onReset()
    this.#options.onState({
      status: 'connected',
      how: howOf(notice.isResumed, this.#wasOpen || this.#options.terminalId !== undefined),
    })
    this.#wasOpen = true
    this.#failures = 0
    this.#control({ type: 'resize', ...this.#size })
  }

  #control(control: TerminalControl): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(control))
  }

  #lost(): void {
    this.#socket = undefined
    const wait = Math.min(backOffMs.first * 2 ** this.#failures++, backOffMs.most)
    this.#options.onState({ status: 'lost', retryAt: Date.now() + wait })
    this.#retry = setTimeout(() => {
      this.connect()
    }, wait)
  }
}

function howOf(isResumed: boolean, wasThere: boolean): 'new' | 'resumed' | 'replaced' {
  if (isResumed) return 'resumed'
  return wasThere ? 'replaced' : 'new'
}

/** Addresses may come as `http`, which older browsers' WebSocket refuses. */
export const toWebSocket = (url: string): string => url.replace(/^http/, 'ws')

function parseJson(text: unknown): unknown {
  try {
    return JSON.parse(String(text))
  } catch {
    return undefined
  }
}
