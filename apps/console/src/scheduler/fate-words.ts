import type { Fate } from '@capstan/contract/scheduler'
import type { AllWords } from '../words/page-words.ts'

/** What becomes of a session that waits, in few words. */
export function fateText({ outcome, position }: Fate, w: AllWords): string {
  if (outcome === 'starts') return w.scheduler.startsNext
  if (outcome === 'cancelled') return w.scheduler.cancelled
  return position === null ? w.scheduler.waits : w.scheduler.at(position)
}
