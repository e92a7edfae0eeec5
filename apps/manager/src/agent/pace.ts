import { heartbeatFor } from '@capstan/core/heartbeat'
import { sql } from 'kysely'
import type { App } from '../app.ts'

/** How long a count of the agents is good for, in milliseconds. */
const countedForMs = 5000

/** How often agents are to be heard of, in milliseconds: by their number, which is counted now and then. */
export function pace(app: App): () => Promise<number> {
  let counted: { readonly at: number; readonly everyMs: Promise<number> } | undefined
  const count = async (): Promise<number> => {
    const { rows } = await sql<{ count: number }>`
      select count(*)::int as count from agent where status = 'connected'`.execute(app.db)
    return heartbeatFor(rows[0]?.count ?? 0)
  }
  return () => {
    const now = performance.now()
    if (!counted || now - counted.at > countedForMs) {
      counted = { at: now, everyMs: count() }
      // Whoever asks is told of a failure; the next one counts anew.
      counted.everyMs.catch(() => (counted = undefined))
    }
    return counted.everyMs
  }
}
