import { setTimeout as sleep } from 'node:timers/promises'

export interface LoopOptions {
  readonly name: string
  /** How long to rest when nobody calls `wake`, in milliseconds. */
  readonly everyMs: number
  /**
   * Reads the whole world, decides, acts. Takes no hint about what changed, so a restart loses nothing. May answer after how
   * many milliseconds the next turn is due, where that is sooner.
   */
  readonly run: (signal: AbortSignal) => Promise<number | undefined | void>
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
  const turn = async (): Promise<number> => {
    try {
      return Math.min((await run(signal)) ?? everyMs, everyMs)
    } catch (error) {
      if (!signal.aborted) onError(error)
      return everyMs
    }
  }
  const rest = async (restMs: number): Promise<void> => {
    const timer = new AbortController()
    await Promise.race([
      sleep(restMs, undefined, { signal: AbortSignal.any([signal, timer.signal]) }).catch(() => {}),
      woken.promise,
    ])
    timer.abort()
  }
  const stopped = (async () => {
    while (!signal.aborted) {
      woken = Promise.withResolvers<void>()
      const restMs = await turn()
      if (!signal.aborted) await rest(restMs)
    }
  })()
  return { name, wake: () => woken.resolve(), stopped }
}
