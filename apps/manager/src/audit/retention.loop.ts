import type { App } from '../app.ts'
import { firstIdAt } from '../db/id.ts'
import { pruneBefore } from './operation.store.ts'

/** How long the log is kept unless the installation says otherwise. */
export const usualLogDays = 400

/** Entries that one statement deletes: no lock is held for long. */
const batch = 5000

const dayMs = 86_400_000

/** One turn: whatever is older than the log is kept goes, the oldest first. */
export async function pruneLog(app: App, size = batch): Promise<void> {
  const before = firstIdAt(new Date(app.now().getTime() - app.logDays * dayMs))
  let pruned = 0
  let count: number
  do {
    count = await pruneBefore(app.db, before, size)
    pruned += count
  } while (count === size)
  if (pruned > 0) app.log.info({ pruned, days: app.logDays }, 'log_pruned')
}
