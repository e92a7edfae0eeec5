import type { SessionDetails } from '@capstan/contract/session'
import { Text, Timeline } from '@mantine/core'
import { reasonText } from '../words/reason.ts'
import { useWords } from '../words/words.tsx'

/** Every state it has been in, since when, for how long, and why (SES-02). */
export function SessionHistory({ session }: { session: SessionDetails }) {
  const { w, f } = useWords()
  return (
    <Timeline bulletSize={14} lineWidth={2} active={session.history.length}>
      {session.history.map((entry, index) => {
        const at = new Date(entry.at)
        const next = session.history[index + 1]
        const lastedS = next && (new Date(next.at).getTime() - at.getTime()) / 1000
        return (
          <Timeline.Item key={`${entry.at} ${entry.status}`} title={w.session.status[entry.status]}>
            <Text size="sm" c="dimmed" className="tabular">
              {f.dateTime(at)}
              {lastedS !== undefined && lastedS >= 1 && ` · ${f.duration(lastedS)}`}
            </Text>
            {entry.reason && (
              <Text size="sm" className="preserve">
                {reasonText(entry.reason, f)}
              </Text>
            )}
          </Timeline.Item>
        )
      })}
    </Timeline>
  )
}
