import { type Session, sessionApi } from '@capstan/contract/session'
import { Skeleton, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { query } from '../api/call.ts'
import { ErrorPanel } from '../ui/ErrorPanel.tsx'
import { TextLink } from '../ui/links.tsx'
import { SessionBadge } from '../ui/StatusBadge.tsx'
import { usePageWords } from '../words/page-words.ts'
import { reasonText } from '../words/reason.ts'

/** Shown at once; the list of sessions has them all. */
const mostShown = 50

/** The sessions that stand for a service now, and how each is. */
export function Replicas({ serviceId }: { serviceId: string }) {
  const { w } = usePageWords()
  const answer = useQuery(
    query(sessionApi.list, { serviceId, state: 'live', sort: 'createdAt', limit: mostShown }),
  )
  const more = (answer.data?.count ?? 0) - mostShown
  return (
    <section aria-label={w.service.replicas}>
      <Title order={3} mb="xs">
        {w.service.replicas}
      </Title>
      {answer.isPending && <Skeleton h={60} />}
      {answer.error && !answer.data && <ErrorPanel error={answer.error} />}
      {answer.data?.items.length === 0 && (
        <Text size="sm" c="dimmed">
          {w.service.noReplicas}
        </Text>
      )}
      <ReplicaList sessions={answer.data?.items ?? []} />
      {more > 0 && (
        <Text size="sm" c="dimmed">
          {w.service.more(more)}
        </Text>
      )}
    </section>
  )
}

/** The latest that have ended, of which one may want the log; nothing where none has. */
export function EndedReplicas({ serviceId }: { serviceId: string }) {
  const { w } = usePageWords()
  const answer = useQuery(
    query(sessionApi.list, { serviceId, state: 'ended', sort: '-createdAt', limit: 3 }),
  )
  if (!answer.data || answer.data.items.length === 0) return null
  return (
    <section aria-label={w.service.endedLately}>
      <Title order={3} mb="xs">
        {w.service.endedLately}
      </Title>
      <ReplicaList sessions={answer.data.items} />
    </section>
  )
}

function ReplicaList({ sessions }: { sessions: readonly Session[] }) {
  const { f } = usePageWords()
  return (
    <ul className="plain-list">
      {sessions.map(session => (
        <li key={session.id}>
          <div style={{ flex: '1 1 160px', minWidth: 0 }}>
            <TextLink
              to="/sessions/$sessionId"
              params={{ sessionId: session.id }}
              search={{}}
              size="sm"
              className="clip"
              display="block"
            >
              {session.name}
            </TextLink>
            {session.status !== 'running' && session.reason && (
              <div className="cell-note">{reasonText(session.reason, f)}</div>
            )}
          </div>
          <Text size="sm" component="div" miw={110}>
            <SessionBadge status={session.status} isNodeLost={session.isNodeLost} />
          </Text>
          <Text size="sm" c="dimmed" className="clip" maw={160}>
            {session.agentIds.join(', ') || '–'}
          </Text>
        </li>
      ))}
    </ul>
  )
}
