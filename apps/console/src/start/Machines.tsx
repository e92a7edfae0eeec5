import { agentApi } from '@capstan/contract/agent'
import { Group, Paper, Skeleton, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { query } from '../api/call.ts'
import { AmountBar } from '../ui/AmountBar.tsx'
import { ErrorPanel } from '../ui/ErrorPanel.tsx'
import { AgentBadge } from '../ui/StatusBadge.tsx'
import { slotName } from '../ui/slot-words.ts'
import { orderedSlots } from '../words/format.ts'
import { useWords } from '../words/words.tsx'
import { TextLink } from '../ui/links.tsx'

const count = 5

/** The connected machines, for those who administer them. */
export function Machines() {
  const { w } = useWords()
  const answer = useQuery(query(agentApi.list, { status: ['connected'], limit: count, sort: 'id' }))
  return (
    <Paper className="surface start-card" component="section" aria-label={w.start.machines}>
      <Group justify="space-between" mb="xs">
        <Title order={2}>{w.start.machines}</Title>
        <TextLink to="/agents/-/connect" size="sm">
          {w.connectAgent}
        </TextLink>
      </Group>
      {answer.isPending && <Skeleton h={60} />}
      {answer.error && !answer.data && <ErrorPanel error={answer.error} />}
      {answer.data?.items.length === 0 && (
        <Text size="sm" c="dimmed">
          {w.start.noNode}
        </Text>
      )}
      <ul className="plain-list">
        {answer.data?.items.map(agent => (
          <li key={agent.id}>
            <div style={{ flex: '1 1 160px', minWidth: 0 }}>
              <TextLink to="/agents/$agentId" params={{ agentId: agent.id }} size="sm" fw={500}>
                {agent.id}
              </TextLink>
              <Text size="sm" component="div">
                <AgentBadge status={agent.status} />
              </Text>
            </div>
            {orderedSlots(agent.capacity).map(slot => (
              <Text key={slot} size="sm" component="div">
                <Text span size="xs" c="dimmed">
                  {slotName(slot, w)}
                </Text>
                <AmountBar
                  slot={slot}
                  used={agent.used[slot] ?? 0}
                  capacity={agent.capacity[slot] ?? 0}
                  label={`${slotName(slot, w)}, ${agent.id}`}
                />
              </Text>
            ))}
          </li>
        ))}
      </ul>
    </Paper>
  )
}
