import { mkdir } from 'node:fs/promises'
import { heartbeatMs } from '@capstan/contract/sync'
import { createHttpApp, listen } from '@capstan/runtime/http'
import type { Log } from '@capstan/runtime/log'
import { startLoop } from '@capstan/runtime/loop'
import { Reporter } from './reporter.ts'
import type { Volume } from './volume.ts'

export interface StorageOptions {
  /** Origin of the manager. */
  readonly manager: string
  /** Needed the first time; later the token kept in `home` does. */
  readonly joinToken: string | undefined
  readonly id: string
  /** Where this program keeps its token. */
  readonly home: string
  readonly host: string
  readonly port: number
  /** URL at which browsers reach this program. Default: made of host and port. */
  readonly address?: string
  readonly volumes: readonly Volume[]
  readonly signal: AbortSignal
  readonly log: Log
}

/** The storage proxy: stands beside file systems, and tells the manager what they hold. Resolves when stopped. */
export async function runStorage(options: StorageOptions): Promise<void> {
  const { host, port, volumes, signal, log } = options
  for (const { path } of volumes) await mkdir(path, { recursive: true, mode: 0o711 })
  const reporter = new Reporter(options)
  const http = createHttpApp({ log, ready: () => Promise.resolve(reporter.problem) })
  const listening = await listen({ fetch: http.fetch, host, port })
  log.info({ url: listening.url, volumes: volumes.map(({ name }) => name) }, 'listening')
  const loop = startLoop({
    name: 'report',
    everyMs: heartbeatMs,
    run: turn => reporter.report(options.address ?? listening.url, turn),
    onError: error => log.warn({ err: error }, 'report_failed'),
    signal,
  })
  await loop.stopped
  await listening.close()
}
