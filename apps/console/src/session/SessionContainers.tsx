import type { Kernel, SessionDetails } from '@capstan/contract/session'
import { Card, Progress, Stack, Text } from '@mantine/core'
import { CopyableId } from '../ui/CopyableId.tsx'
import { Properties } from '../ui/Properties.tsx'
import { RelativeTime } from '../ui/RelativeTime.tsx'
import { SessionBadge } from '../ui/StatusBadge.tsx'
import { useWords } from '../words/words.tsx'

/** The containers that a session is made of. */
export function SessionContainers({ session }: { session: SessionDetails }) {
  const { w } = useWords()
  if (session.kernels.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {w.session.kernel.none}
      </Text>
    )
  return (
    <Stack>
      {session.kernels.map(kernel => (
        <KernelCard key={kernel.id} kernel={kernel} />
      ))}
    </Stack>
  )
}

function KernelCard({ kernel }: { kernel: Kernel }) {
  const { w } = useWords()
  const { progress } = kernel
  return (
    <Card className="surface" padding="md">
      <Stack gap="sm">
        <SessionBadge status={kernel.status} />
        {kernel.reason && (
          <Text size="sm" className="preserve">
            {kernel.reason.message}
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
            { label: w.session.column.agent, value: kernel.agentId ?? '–' },
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
      </Stack>
    </Card>
  )
}
