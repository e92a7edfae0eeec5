import { agentApi, type AgentDetails } from '@capstan/contract/agent'
import { Skeleton, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useMay } from '../api/account.ts'
import { query } from '../api/call.ts'
import { AmountBar } from '../ui/AmountBar.tsx'
import { ErrorPanel } from '../ui/ErrorPanel.tsx'
import { Properties } from '../ui/Properties.tsx'
import { RelativeTime } from '../ui/RelativeTime.tsx'
import { SideDrawer } from '../ui/SideDrawer.tsx'
import { AgentBadge } from '../ui/StatusBadge.tsx'
import { slotName, slotsText } from '../ui/slot-words.ts'
import { orderedSlots } from '../words/format.ts'
import { usePageWords } from '../words/page-words.ts'
import { AgentDevices } from './AgentDevices.tsx'
import { AgentIsolation } from './AgentIsolation.tsx'
import { AgentDuty } from './AgentDuty.tsx'
import { TextLink } from '../ui/links.tsx'
import { Notice } from '../ui/Notice.tsx'
import '../ui/plain-table.css'
import './AgentDrawer.css'

const route = getRouteApi('/signed-in/shell/agents/$agentId')
/** Live use comes with every heartbeat of the agent. */
const everyMs = 5000

/** One machine: what it has, what is in use, what it keeps apart, what runs on it (AGT-02). */
export function AgentDrawer() {
  const may = useMay()
  const { agentId } = route.useParams()
  const navigate = route.useNavigate()
  const { change } = route.useSearch()
  const answer = useQuery({
    ...query(agentApi.show, { id: agentId }),
    enabled: may('agent.read'),
    refetchInterval: ({ state }) => (state.data?.status === 'connected' ? everyMs : false),
  })
  const agent = answer.data
  return (
    <SideDrawer
      title={agentId}
      isHeld={change !== undefined}
      onClose={() => {
        void navigate({ to: '/agents', search: true })
      }}
    >
      {answer.error && !agent && (
        <ErrorPanel
          error={answer.error}
          onRetry={() => {
            void answer.refetch()
          }}
        />
      )}
      {answer.isPending && <Skeleton h={300} />}
      {agent && <Details agent={agent} />}
    </SideDrawer>
  )
}

function Details({ agent }: { agent: AgentDetails }) {
  const { w } = usePageWords()
  return (
    <Stack gap="xl">
      <Stack gap="sm">
        <AgentBadge status={agent.status} />
        {agent.statusReason && (
          <Text size="sm" c="dimmed">
            {agent.statusReason}
          </Text>
        )}
        {agent.problems.length > 0 && (
          <Notice tone="warn" title={w.agent.problemsTitle}>
            {agent.problems.map(problem => (
              <div key={problem.code}>{problem.message}</div>
            ))}
          </Notice>
        )}
        {agent.status !== 'connected' && agent.sessionCount > 0 && (
          <Notice tone="warn" title={w.agent.away(agent.sessionCount)}>
            {w.agent.awayText}
          </Notice>
        )}
        <AgentDuty agent={agent} />
      </Stack>
      <section aria-label={w.agent.resources}>
        <Title order={2} mb="sm">
          {w.agent.resources}
        </Title>
        <Properties
          items={orderedSlots(agent.capacity).map(slot => ({
            label: slotName(slot, w),
            value: (
              <AmountBar
                slot={slot}
                used={agent.used[slot] ?? 0}
                capacity={agent.capacity[slot] ?? 0}
                label={slotName(slot, w)}
              />
            ),
          }))}
        />
      </section>
      <AgentDevices agent={agent} />
      <AgentSessions agent={agent} />
      <AgentIsolation runtimes={agent.runtimes} />
      <Properties
        items={[
          { label: w.agent.column.group, value: agent.resourceGroup },
          { label: w.agent.column.address, value: agent.address },
          { label: w.agent.column.region, value: agent.region || '–' },
          { label: w.agent.column.architecture, value: agent.architecture },
          { label: w.agent.column.version, value: agent.version },
          { label: w.agent.column.firstContact, value: <RelativeTime at={agent.firstContactAt} /> },
          { label: w.agent.column.lastContact, value: <RelativeTime at={agent.lastContactAt} /> },
        ]}
      />
    </Stack>
  )
}

function AgentSessions({ agent }: { agent: AgentDetails }) {
  const { w, f } = usePageWords()
  return (
    <div>
      <Title order={2} mb="sm">
        {w.agent.sessionsOn}
      </Title>
      {agent.sessions.length === 0 && (
        <Text size="sm" c="dimmed">
          {w.agent.noSessions}
        </Text>
      )}
      {agent.sessions.length > 0 && (
        <div className="plain-scroll" tabIndex={0} role="region" aria-label={w.agent.sessionsOn}>
          <table className="plain-table">
            <thead>
              <tr>
                <th scope="col">{w.session.column.name}</th>
                <th scope="col">{w.session.column.owner}</th>
                <th scope="col">{w.session.column.resources}</th>
              </tr>
            </thead>
            <tbody>
              {agent.sessions.map(session => (
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
                  <td>{session.userEmail}</td>
                  <td>{slotsText(session.resources, w, f)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  )
}
