import type { Log } from '@capstan/runtime/log'
import { backoffMs, pause } from '@capstan/runtime/retry'
import pg from 'pg'
import { connectionOf } from './db.ts'

export interface ListenOptions {
  readonly url: string
  readonly channels: Readonly<Record<string, (payload: string) => void>>
  /** Called each time the connection stands again: announcements in between were missed. */
  readonly onConnect: () => void
  readonly log: Log
  readonly signal: AbortSignal
}

/** Holds one connection that listens to the database's announcements, for as long as the signal lets it. */
export async function listenToDatabase({
  url,
  channels,
  onConnect,
  log,
  signal,
}: ListenOptions): Promise<void> {
  for (let attempt = 1; !signal.aborted; attempt++) {
    const client = new pg.Client({ ...connectionOf(url), keepAlive: true })
    const ended = new Promise<void>(resolve => {
      client.on('end', resolve)
      client.on('error', error => {
        log.warn({ err: error }, 'listen_connection_broke')
        resolve()
      })
      signal.addEventListener('abort', () => resolve(), { once: true })
    })
    try {
      await client.connect()
      client.on('notification', ({ channel, payload }) => channels[channel]?.(payload ?? ''))
      for (const channel of Object.keys(channels)) await client.query(`listen ${channel}`)
      attempt = 1
      onConnect()
      await ended
    } catch (error) {
      log.warn({ err: error }, 'listen_failed')
    }
    await client.end().catch(() => {})
    if (!signal.aborted) await pause(backoffMs(attempt, 100, 3000), signal)
  }
}
