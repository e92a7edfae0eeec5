import { setTimeout as sleep } from 'node:timers/promises'

export interface LoopOptions {
  readonly name: string
  /** How long to rest when nobody calls `wake`, in milliseconds. */
  readonly everyMs: number
  /**
   * After a turn, `wake` is heard when this part of what the turn took has passed, or a second: what comes close together is
   * seen by one turn. A short turn is followed by the next at once, nearly. Default 0.
   */
  readonly restPart?: number
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

/** However long a turn took, no wake-up waits longer than this. Milliseconds. */
const longestRestMs = 1000

/** Runs `run` now, then every `everyMs` and whenever `wake` is called; never twice at once. A failed turn waits for the next. */
export function startLoop({
  name,
  everyMs,
  restPart = 0,
  run,
  onError,
  signal,
}: LoopOptions): Loop {
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
      const begunAt = performance.now()
      const dueMs = await turn()
      const restMs = Math.min(longestRestMs, dueMs, restPart * (performance.now() - begunAt))
      if (restMs > 0 && !signal.aborted) await sleep(restMs, undefined, { signal }).catch(() => {})
      if (!signal.aborted) await rest(dueMs - restMs)
    }
  })()
  return { name, wake: () => woken.resolve(), stopped }
}
