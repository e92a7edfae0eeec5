import type { Log } from './log.ts'

/** Longest time that a program takes to stop in good order, in milliseconds. */
const graceMs = 10_000

/**
 * A signal that aborts when this process is asked to stop: SIGTERM, SIGINT, or the end of the parent that it was
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
  process.on('SIGTERM', () => ask('SIGTERM'))
  process.on('SIGINT', () => ask('SIGINT'))
  if (process.connected) process.on('disconnect', () => ask('parent is gone'))
  return stop.signal
}
