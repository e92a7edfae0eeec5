import { sessionApi } from '@capstan/contract/session'
import { Group, Paper, Skeleton, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { query } from '../api/call.ts'
import { useProject } from '../shell/project.tsx'
import { ErrorPanel } from '../ui/ErrorPanel.tsx'
import { RelativeTime } from '../ui/RelativeTime.tsx'
import { SessionBadge } from '../ui/StatusBadge.tsx'
import { useWords } from '../words/words.tsx'
import { TextLink } from '../ui/links.tsx'

const count = 5

export function RecentSessions() {
  const { w } = useWords()
  const { project } = useProject()
  const answer = useQuery(
    query(sessionApi.list, {
      sort: '-createdAt',
      limit: count,
      ...(project && { projectId: project.id }),
    }),
  )
  return (
    <Paper className="surface start-card" component="section" aria-label={w.start.recent}>
      <Group justify="space-between" mb="xs">
        <Title order={2}>{w.start.recent}</Title>
        <TextLink to="/sessions" size="sm">
          {w.start.allSessions}
        </TextLink>
      </Group>
      {answer.isPending && <Skeleton h={60} />}
      {answer.error && !answer.data && <ErrorPanel error={answer.error} />}
      {answer.data?.items.length === 0 && (
        <Text size="sm" c="dimmed">
          {w.start.noRecent}
        </Text>
      )}
      <ul className="plain-list">
        {answer.data?.items.map(session => (
          <li key={session.id}>
            <TextLink
              to="/sessions/$sessionId"
              params={{ sessionId: session.id }}
              size="sm"
              fw={500}
              className="clip"
              style={{ flex: '1 1 160px' }}
            >
              {session.name}
            </TextLink>
            <Text size="sm" component="div" miw={180}>
              <SessionBadge status={session.status} isNodeLost={session.isNodeLost} />
            </Text>
            <Text size="sm" c="dimmed" miw={120} ta="right">
              <RelativeTime at={session.createdAt} />
            </Text>
          </li>
        ))}
      </ul>
    </Paper>
  )
}
