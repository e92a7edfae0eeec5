import type { Answer, Send } from '@capstan/contract/client'
import { type Dispatcher, Pool } from 'undici'

/**
 * Sends requests to one origin over connections that nobody else uses, as a machine of its own would. As `fetch`, without what
 * that makes of each request and each answer beside: where thousands of agents are played, it is most of what they cost.
 */
export function ownConnections(origin: string): Send {
  const pool = new Pool(origin)
  return (url, { method = 'GET', headers, body, signal }) =>
    new Promise((resolve, reject) => {
      pool.dispatch(
        {
          path: url.slice(origin.length),
          method,
          // Our client gives both in these forms alone.
          headers: headers as Record<string, string>,
          body: (body ?? null) as string | null,
        },
        new Exchange(resolve, reject, signal ?? undefined),
      )
    })
}

/** One request and its answer. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #resolve: (answer: Answer) => void
  readonly #reject: (error: unknown) => void
  readonly #signal: AbortSignal | undefined
  readonly #pieces: Buffer[] = []
  #head:
    | { readonly status: number; readonly headers: Readonly<Record<string, unknown>> }
    | undefined
  #abort: (() => void) | undefined

  constructor(
    resolve: (answer: Answer) => void,
    reject: (error: unknown) => void,
    signal: AbortSignal | undefined,
  ) {
    this.#resolve = resolve
    this.#reject = reject
    this.#signal = signal
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    const signal = this.#signal
    if (!signal) return
    this.#abort = () => controller.abort(signal.reason)
    if (signal.aborted) this.#abort()
    else signal.addEventListener('abort', this.#abort, { once: true })
  }

  onResponseStart(
    _: Dispatcher.DispatchController,
    status: number,
    headers: Readonly<Record<string, unknown>>,
  ): void {
    this.#head = { status, headers }
  }

  onResponseData(_: Dispatcher.DispatchController, piece: Buffer): void {
    this.#pieces.push(piece)
  }

  onResponseEnd(): void {
    this.#stopListening()
    // An answer begins before it ends.
    const { status, headers } = this.#head!
    const text = Buffer.concat(this.#pieces).toString()
    this.#resolve({
      ok: status >= 200 && status < 300,
      status,
      headers: { get: name => (name in headers ? String(headers[name]) : null) },
      text: async () => text,
      json: async () => JSON.parse(text),
    })
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.#stopListening()
    this.#reject(error)
  }

  #stopListening(): void {
    if (this.#abort) this.#signal?.removeEventListener('abort', this.#abort)
  }
}
