import { setTimeout as sleep } from 'node:timers/promises'

export interface LoopOptions {
  readonly name: string
  /** How long to rest when nobody calls `wake`, in milliseconds. */
  readonly everyMs: number
  /** Reads the whole world, decides, acts. Takes no hint about what changed, so a restart loses nothing. */
  readonly run: (signal: AbortSignal) => Promise<void>
  readonly onError: (error: unknown) => void
  readonly signal: AbortSignal
}

export interface Loop {
  readonly name: string
  /** Runs a turn now, or right after the one that is running. */
  readonly wake: () => void
  readonly stopped: Promise<void>
}

/** Runs `run` now, then every `everyMs` and whenever `wake` is called; never twice at once. A failed turn waits for the next. */
export function startLoop({ name, everyMs, run, onError, signal }: LoopOptions): Loop {
  let woken = Promise.withResolvers<void>()
  const turn = async (): Promise<void> => {
    try {
      await run(signal)
    } catch (error) {
      if (!signal.aborted) onError(error)
    }
  }
  const rest = async (): Promise<void> => {
    const timer = new AbortController()
    await Promise.race([
      sleep(everyMs, undefined, { signal: AbortSignal.any([signal, timer.signal]) }).catch(
        () => {},
      ),
      woken.promise,
    ])
    timer.abort()
  }
  const stopped = (async () => {
    while (!signal.aborted) {
      woken = Promise.withResolvers<void>()
      await turn()
      if (!signal.aborted) await rest()
    }
  })()
  return { name, wake: () => woken.resolve(), stopped }
}
