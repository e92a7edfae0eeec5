import { type Kernel, type SessionDetails, sessionStatuses } from '@capstan/contract/session'
import { Accordion, Card, Group, Progress, Stack, Text } from '@mantine/core'
import { useMay } from '../api/account.ts'
import { CopyableId } from '../ui/CopyableId.tsx'
import { Properties } from '../ui/Properties.tsx'
import { RelativeTime } from '../ui/RelativeTime.tsx'
import { SessionBadge } from '../ui/StatusBadge.tsx'
import { TextLink } from '../ui/links.tsx'
import { type AllWords, usePageWords } from '../words/page-words.ts'
import { reasonText } from '../words/reason.ts'

/** The containers that a session is made of: the only one open, of several each in a line. */
export function SessionContainers({ session }: { session: SessionDetails }) {
  const { w } = usePageWords()
  const { kernels } = session
  const [only] = kernels
  if (!only)
    return (
      <Text size="sm" c="dimmed">
        {w.session.kernel.none}
      </Text>
    )
  if (kernels.length === 1)
    return (
      <Card className="surface" padding="md">
        <SessionBadge status={only.status} />
        <KernelDetails kernel={only} />
      </Card>
    )
  return (
    <Stack gap="xs">
      <Text size="sm" c="dimmed">
        {statesText(kernels, w)}
      </Text>
      <Accordion multiple variant="separated" keepMounted={false}>
        {kernels.map(kernel => (
          <Accordion.Item key={kernel.id} value={kernel.id}>
            <Accordion.Control>
              <Group gap="md" wrap="nowrap">
                <Text fw={600} size="sm" miw={56}>
                  {kernel.hostname}
                </Text>
                <SessionBadge status={kernel.status} />
                <Text size="sm" c="dimmed" className="clip">
                  {kernel.agentId ?? '–'}
                </Text>
              </Group>
            </Accordion.Control>
            <Accordion.Panel>
              <KernelDetails kernel={kernel} />
            </Accordion.Panel>
          </Accordion.Item>
        ))}
      </Accordion>
    </Stack>
  )
}

/** How many containers are in which state, the furthest first: `3 running · 1 pulling`. */
function statesText(kernels: readonly Kernel[], w: AllWords): string {
  const counts = Map.groupBy(kernels, ({ status }) => status)
  return sessionStatuses
    .toReversed()
    .flatMap(status => {
      const count = counts.get(status)?.length ?? 0
      return count === 0 ? [] : [w.cluster.states(count, w.session.status[status])]
    })
    .join(' · ')
}

function KernelDetails({ kernel }: { kernel: Kernel }) {
  const { w, f } = usePageWords()
  const may = useMay()
  const { agentId } = kernel
  const { progress } = kernel
  return (
    <Stack gap="sm" mt="xs">
      {kernel.reason && (
        <Text size="sm" className="preserve">
          {reasonText(kernel.reason, f)}
        </Text>
      )}
      {progress && (
        <div role="status">
          <Text size="sm">{progress.message}</Text>
          <Progress
            mt={4}
            aria-label={w.session.kernel.progress}
            value={progress.total > 0 ? (progress.current / progress.total) * 100 : 0}
          />
        </div>
      )}
      <Properties
        items={[
          { label: w.session.kernel.host, value: kernel.hostname },
          {
            label: w.session.column.agent,
            value:
              agentId !== null && may('agent.read') ? (
                <TextLink to="/agents/$agentId" params={{ agentId }} search={{}} size="sm">
                  {agentId}
                </TextLink>
              ) : (
                (agentId ?? '–')
              ),
          },
          {
            label: w.session.kernel.container,
            value: kernel.containerId === null ? '–' : <CopyableId id={kernel.containerId} />,
          },
          { label: w.session.started, value: <RelativeTime at={kernel.startedAt} /> },
          { label: w.session.column.ended, value: <RelativeTime at={kernel.endedAt} /> },
          { label: w.session.exitCode, value: kernel.exitCode ?? '–' },
          ...kernel.apps.map(app => ({
            label: app.name,
            value: app.message ? `${app.status}: ${app.message}` : app.status,
          })),
        ]}
      />
      <TextLink
        to="."
        search={before => ({ ...before, tab: 'log', container: kernel.hostname })}
        size="sm"
      >
        {w.cluster.logOf(kernel.hostname)}
      </TextLink>
    </Stack>
  )
}
