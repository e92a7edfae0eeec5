import { serviceApi, type ServiceDetails } from '@capstan/contract/service'
import { Button, Code, Group, Stack, Text } from '@mantine/core'
import { IconPlayerStop } from '@tabler/icons-react'
import { getRouteApi } from '@tanstack/react-router'
import { query } from '../api/call.ts'
import { ConfirmPopover } from '../ui/ConfirmPopover.tsx'
import { CopyableId } from '../ui/CopyableId.tsx'
import { DetailsDrawer } from '../ui/DetailsDrawer.tsx'
import { Notice } from '../ui/Notice.tsx'
import { Properties } from '../ui/Properties.tsx'
import { RelativeTime } from '../ui/RelativeTime.tsx'
import { slotsText } from '../ui/slot-words.ts'
import { usePageWords } from '../words/page-words.ts'
import { reasonText } from '../words/reason.ts'
import { EndedReplicas, Replicas } from './Replicas.tsx'
import { RetryNow } from './RetryNow.tsx'
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
          <EndedReplicas serviceId={service.id} />
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
        <Group gap="xs">
          {service.reason?.code === 'replicas_fail' && <RetryNow service={service} />}
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
