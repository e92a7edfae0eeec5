import type { SessionStatus } from '@capstan/contract/session'
import type { AgentStatus } from '@capstan/contract/agent'
import type { CSSProperties } from 'react'
import { useWords } from '../words/words.tsx'
import './small.css'

export type Tone = 'good' | 'busy' | 'warn' | 'bad' | 'idle'

/** A coloured dot and a word; never the colour alone. A hollow dot: on its way to somewhere. */
export function StatusBadge({
  tone,
  label,
  isBusy = false,
}: {
  tone: Tone
  label: string
  isBusy?: boolean
}) {
  // A custom property, which the type of style objects does not know.
  const style = { '--tone': `var(--capstan-${tone})` } as CSSProperties
  return (
    <span className="status">
      <span className="status-dot" data-busy={isBusy || undefined} style={style} aria-hidden />
      {label}
    </span>
  )
}

const sessionTones: Readonly<Record<SessionStatus, Tone>> = {
  pending: 'idle',
  scheduled: 'busy',
  preparing: 'busy',
  pulling: 'busy',
  creating: 'busy',
  running: 'good',
  terminating: 'warn',
  terminated: 'idle',
  cancelled: 'idle',
  error: 'bad',
}

const moving: ReadonlySet<SessionStatus> = new Set([
  'pending',
  'scheduled',
  'preparing',
  'pulling',
  'creating',
  'terminating',
])

/** State of a session or of one of its containers; `isNodeLost`: the state is the last one known. */
export function SessionBadge({
  status,
  isNodeLost = false,
}: {
  status: SessionStatus
  isNodeLost?: boolean
}) {
  const { w } = useWords()
  const label = w.session.status[status]
  if (isNodeLost) return <StatusBadge tone="warn" label={`${label} · ${w.session.nodeLost}`} />
  return <StatusBadge tone={sessionTones[status]} label={label} isBusy={moving.has(status)} />
}

const agentTones: Readonly<Record<AgentStatus, Tone>> = {
  connected: 'good',
  lost: 'bad',
  terminated: 'idle',
}

export function AgentBadge({ status }: { status: AgentStatus }) {
  const { w } = useWords()
  return <StatusBadge tone={agentTones[status]} label={w.agentStatus[status]} />
}
