import type { SessionDetails } from '@capstan/contract/session'
import { TextLink } from '../ui/links.tsx'
import { StatusBadge, type Tone } from '../ui/StatusBadge.tsx'
import { usePageWords } from '../words/page-words.ts'

type Awaited = SessionDetails['after'][number]

const tones: Readonly<Record<Awaited['state'], Tone>> = {
  waiting: 'idle',
  succeeded: 'good',
  failed: 'bad',
}

/** The sessions that one waits for, or has waited for, and how each stands. */
export function AwaitedList({ after }: { after: readonly Awaited[] }) {
  const { w } = usePageWords()
  return (
    <ul className="awaited">
      {after.map(({ id, name, status, state }) => (
        <li key={id}>
          <TextLink to="/sessions/$sessionId" params={{ sessionId: id }} search={{}} size="sm">
            {name}
          </TextLink>
          <StatusBadge
            tone={tones[state]}
            label={`${w.session.status[status]} · ${w.cluster.state[state]}`}
            isBusy={state === 'waiting'}
          />
        </li>
      ))}
    </ul>
  )
}
