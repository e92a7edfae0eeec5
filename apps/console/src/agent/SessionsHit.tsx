import type { Session } from '@capstan/contract/session'
import { Skeleton, Text } from '@mantine/core'
import { ErrorPanel } from '../ui/ErrorPanel.tsx'
import { TextLink } from '../ui/links.tsx'
import { SessionBadge } from '../ui/StatusBadge.tsx'
import { usePageWords } from '../words/page-words.ts'
import type { DutyValues } from './duty-request.ts'
import '../ui/plain-table.css'
import type { SessionsOn } from './useSessionsOn.ts'

/** Sessions that are named one by one. */
const mostNamed = 50

/** Which sessions an action on machines hits, and what becomes of them. */
export function SessionsHit({
  on: { isPending, error, hasMore },
  hit,
  values,
}: {
  on: SessionsOn
  hit: readonly Session[]
  values: DutyValues
}) {
  const { w, f } = usePageWords()
  if (error) return <ErrorPanel error={error} />
  if (isPending) return <Skeleton h={60} />
  const { mode, deadlineAt } = values
  const end = mode === 'finish' && deadlineAt !== '' && f.dateTime(new Date(deadlineAt))
  const fate = end ? w.agent.fateUntil(end) : w.agent.fate[mode]
  return (
    <div role="status" aria-live="polite">
      <Text size="sm" fw={600}>
        {w.agent.hit(hit.length, hasMore)}
      </Text>
      {hit.length > 0 && (
        <>
          <Text size="sm" mb="xs">
            {fate}
          </Text>
          <div className="plain-scroll" tabIndex={0} role="region" aria-label={w.agent.sessionsOn}>
            <table className="plain-table">
              <thead>
                <tr>
                  <th scope="col">{w.session.column.name}</th>
                  <th scope="col">{w.session.column.status}</th>
                  <th scope="col">{w.session.column.owner}</th>
                  <th scope="col">{w.session.column.agent}</th>
                </tr>
              </thead>
              <tbody>
                {hit.slice(0, mostNamed).map(session => (
                  <tr key={session.id}>
                    <td>
                      <TextLink
                        to="/sessions/$sessionId"
                        params={{ sessionId: session.id }}
                        size="sm"
                      >
                        {session.name}
                      </TextLink>
                    </td>
                    <td>
                      <SessionBadge status={session.status} isNodeLost={session.isNodeLost} />
                    </td>
                    <td>{session.userEmail}</td>
                    <td>{session.agentIds.join(', ')}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          {hit.length > mostNamed && (
            <Text size="sm">{w.agent.moreHit(hit.length - mostNamed)}</Text>
          )}
        </>
      )}
    </div>
  )
}
