import type { Log } from './log.ts'

/** Longest time that a program takes to stop in good order, in milliseconds. */
const graceMs = 10_000

/**
 * A signal that aborts when this process is asked to stop: SIGTERM, SIGINT, a closed terminal (SIGHUP), or the end of the parent that it was
 * started by with an IPC channel (so that no process outlives a killed `capstan up`).
 */
export function stopSignal(log: Log): AbortSignal {
  const stop = new AbortController()
  const ask = (reason: string): void => {
    if (stop.signal.aborted) return
    log.info({ reason }, 'stopping')
    stop.abort(reason)
    setTimeout(() => {
      log.error({ afterMs: graceMs }, 'stop_forced')
      process.exit(1)
    }, graceMs).unref()
  }
  for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(name, () => ask(name))
  if (process.connected) process.on('disconnect', () => ask('parent is gone'))
  return stop.signal
}
