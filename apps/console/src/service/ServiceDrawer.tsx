import { serviceApi, type ServiceDetails } from '@capstan/contract/service'
import { sessionApi } from '@capstan/contract/session'
import { Button, Code, Group, Skeleton, Stack, Text, Title } from '@mantine/core'
import { IconPlayerStop } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { query } from '../api/call.ts'
import { ConfirmPopover } from '../ui/ConfirmPopover.tsx'
import { CopyableId } from '../ui/CopyableId.tsx'
import { DetailsDrawer } from '../ui/DetailsDrawer.tsx'
import { ErrorPanel } from '../ui/ErrorPanel.tsx'
import { TextLink } from '../ui/links.tsx'
import { Notice } from '../ui/Notice.tsx'
import { Properties } from '../ui/Properties.tsx'
import { RelativeTime } from '../ui/RelativeTime.tsx'
import { slotsText } from '../ui/slot-words.ts'
import { SessionBadge } from '../ui/StatusBadge.tsx'
import { usePageWords } from '../words/page-words.ts'
import { reasonText } from '../words/reason.ts'
import { ScaleService } from './ScaleService.tsx'
import { ServiceBadge } from './ServiceBadge.tsx'
import { useEndQuestion } from './useEndQuestion.ts'

const route = getRouteApi('/signed-in/shell/services/$serviceId')

/** One model service and its replicas, at the right of the list. */
export function ServiceDrawer() {
  const { w } = usePageWords()
  const { serviceId } = route.useParams()
  const navigate = route.useNavigate()
  return (
    <DetailsDrawer
      query={query(serviceApi.show, { id: serviceId })}
      title={service => service?.name ?? w.common.loading}
      onClose={() => {
        void navigate({ to: '/services', search: true })
      }}
    >
      {service => (
        <Stack gap="lg" key={service.id}>
          <Head service={service} />
          {service.endedAt === null && <ScaleService service={service} />}
          <Replicas serviceId={service.id} />
          <About service={service} />
        </Stack>
      )}
    </DetailsDrawer>
  )
}

function Head({ service }: { service: ServiceDetails }) {
  const { w, f } = usePageWords()
  const question = useEndQuestion(service)
  return (
    <Stack gap="sm">
      <div role="status">
        <ServiceBadge service={service} />
        {service.reason && (
          <Text size="sm" c="dimmed" mt={4} className="preserve">
            {reasonText(service.reason, f)}
          </Text>
        )}
      </div>
      {service.notices.length > 0 && (
        <Notice tone="busy" title={w.session.noticesTitle}>
          {service.notices.map(notice => (
            <div key={notice}>{notice}</div>
          ))}
        </Notice>
      )}
      {service.endedAt === null && (
        <Group>
          <ConfirmPopover {...question}>
            <Button
              size="sm"
              variant="default"
              leftSection={<IconPlayerStop size={16} aria-hidden />}
            >
              {w.service.end}
            </Button>
          </ConfirmPopover>
        </Group>
      )}
    </Stack>
  )
}

/** Shown at once; the list of sessions has them all. */
const mostShown = 50

function Replicas({ serviceId }: { serviceId: string }) {
  const { w, f } = usePageWords()
  const answer = useQuery(
    query(sessionApi.list, { serviceId, state: 'live', sort: 'createdAt', limit: mostShown }),
  )
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
      <ul className="plain-list">
        {answer.data?.items.map(session => (
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
      {answer.data && answer.data.count > mostShown && (
        <Text size="sm" c="dimmed">
          {w.service.more(answer.data.count - mostShown)}
        </Text>
      )}
    </section>
  )
}

function About({ service }: { service: ServiceDetails }) {
  const { w, f } = usePageWords()
  const { column } = w.session
  return (
    <Properties
      items={[
        {
          label: w.service.command,
          value: <Code block>{service.startupCommand}</Code>,
          isWide: true,
        },
        { label: w.service.each, value: slotsText(service.resources, w, f) },
        { label: w.slot.shmem, value: f.bytes(service.shmemBytes) },
        { label: column.image, value: service.image.reference },
        { label: column.group, value: service.resourceGroup },
        { label: column.owner, value: service.userEmail },
        { label: w.session.project, value: service.projectName },
        { label: column.priority, value: f.number(service.priority) },
        ...(service.isPreemptible ? [{ label: column.preemptible, value: w.common.yes }] : []),
        ...(service.environNames.length > 0
          ? [{ label: w.service.variables, value: service.environNames.join(', ') }]
          : []),
        { label: column.created, value: <RelativeTime at={service.createdAt} /> },
        ...(service.endedAt === null
          ? []
          : [{ label: column.ended, value: <RelativeTime at={service.endedAt} /> }]),
        { label: 'Id', value: <CopyableId id={service.id} /> },
      ]}
    />
  )
}
