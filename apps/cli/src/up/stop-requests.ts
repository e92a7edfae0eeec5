import { isAlive, markOf, parentOf } from './process.ts'

export interface StopRequests {
  readonly signal: AbortSignal
  /** Resolves when we are asked to stop. */
  readonly asked: Promise<void>
}

/** A second request this soon is the same one: npm passes on a Ctrl-C that the terminal has given us already. */
const sameRequestMs = 1500

/**
 * Aborts on Ctrl-C, on SIGTERM, when the terminal is closed, and when the npm that started us is gone. A second Ctrl-C later
 * on ends this process at once: its children notice and stop by themselves.
 */
export function stopRequests(): StopRequests {
  // A closed terminal, or a reader that has had enough, takes no more of our words: no reason to end in disorder.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
  const stop = new AbortController()
  const asked = Promise.withResolvers<void>()
  let at = 0
  const ask = (): void => {
    if (stop.signal.aborted) {
      if (performance.now() - at > sameRequestMs) process.exit(130)
      return
    }
    at = performance.now()
    console.log('\nStopping …')
    stop.abort()
    asked.resolve()
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, ask)
  if (process.env['npm_lifecycle_event'] === 'start') onLauncherGone(ask)
  return { signal: stop.signal, asked: asked.promise }
}

/** Between npm and us stands its shell, which outlives a killed npm. */
function onLauncherGone(tell: () => void): void {
  const launchers = [process.ppid, parentOf(process.ppid)].flatMap(pid => markOf(pid) ?? [])
  const look = setInterval(() => {
    if (launchers.every(isAlive)) return
    clearInterval(look)
    tell()
  }, 1000)
  look.unref()
}
