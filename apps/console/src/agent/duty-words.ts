import type { Agent } from '@capstan/contract/agent'
import type { Tone } from '../ui/StatusBadge.tsx'
import type { Format } from '../words/format.ts'
import type { AllWords } from '../words/page-words.ts'

export interface Duty {
  readonly tone: Tone
  readonly label: string
  /** What is still to come of a drain. */
  readonly note: string | undefined
  readonly isBusy: boolean
}

/** Whether a machine takes sessions, and how far one that is emptied is. */
export function describeDuty(
  { drain, isSchedulable, sessionCount }: Agent,
  w: AllWords,
  f: Format,
): Duty {
  if (drain === null)
    return {
      tone: isSchedulable ? 'good' : 'warn',
      label: isSchedulable ? w.common.yes : w.common.no,
      note: undefined,
      isBusy: false,
    }
  if (sessionCount === 0)
    return { tone: 'idle', label: w.agent.drained, note: w.agent.drainedNote, isBusy: false }
  const { deadlineAt, mode } = drain
  const rest = w.agent.sessionsLeft(sessionCount)
  const end = mode === 'finish' && deadlineAt !== null && f.dateTime(new Date(deadlineAt))
  return {
    tone: 'warn',
    label: w.agent.draining,
    note: end ? `${rest} · ${w.agent.until(end)}` : rest,
    isBusy: true,
  }
}
