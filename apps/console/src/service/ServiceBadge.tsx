import type { Service } from '@capstan/contract/service'
import { StatusBadge, type Tone } from '../ui/StatusBadge.tsx'
import { usePageWords } from '../words/page-words.ts'

function toneOf({ runningCount, replicaCount, reason }: Service): Tone {
  if (runningCount >= replicaCount) return 'good'
  return reason === null ? 'busy' : 'warn'
}

/** How many of its replicas run, of those that are to. */
export function ServiceBadge({ service }: { service: Service }) {
  const { w } = usePageWords()
  const { runningCount, replicaCount, endedAt } = service
  if (endedAt !== null) return <StatusBadge tone="idle" label={w.service.ended} />
  if (replicaCount === 0) return <StatusBadge tone="idle" label={w.service.paused} />
  return (
    <StatusBadge
      tone={toneOf(service)}
      label={w.service.running(runningCount, replicaCount)}
      isBusy={runningCount !== replicaCount}
    />
  )
}
