import { isEnded } from '@capstan/core/session'
import type { SessionDetails } from '@capstan/contract/session'
import { Code, Stack } from '@mantine/core'
import { times, toAmounts, toSlots } from '@capstan/core/slots'
import { AwaitedList } from './AwaitedList.tsx'
import { CopyableId } from '../ui/CopyableId.tsx'
import { TextLink } from '../ui/links.tsx'
import { Properties, type Property } from '../ui/Properties.tsx'
import { RelativeTime } from '../ui/RelativeTime.tsx'
import { sessionSlotsText, slotsText } from '../ui/slot-words.ts'
import { useNow } from '../ui/now.ts'
import type { Format } from '../words/format.ts'
import { type AllWords, usePageWords } from '../words/page-words.ts'
import { turnProperties } from './SessionTurn.tsx'
import { SessionUsage } from './SessionUsage.tsx'

/** What was asked for, where it runs, and how much of it is used. */
export function SessionOverview({ session }: { session: SessionDetails }) {
  const { w, f } = usePageWords()
  const now = useNow()
  const { startedAt, endedAt } = session
  const end = endedAt === null ? now : new Date(endedAt)
  const ranForS = startedAt === null ? 0 : (end.getTime() - new Date(startedAt).getTime()) / 1000
  return (
    <Stack gap="xl">
      {!isEnded(session.status) && session.kernels.some(kernel => kernel.startedAt !== null) && (
        <SessionUsage session={session} />
      )}
      <Properties
        items={[
          { label: w.session.column.type, value: w.session.type[session.type] },
          ...(session.serviceId === null
            ? []
            : [{ label: w.service.one, value: <ServiceLink id={session.serviceId} /> }]),
          { label: w.session.column.resources, value: sessionSlotsText(session, w, f) },
          ...clusterProperties(session, w, f),
          { label: w.slot.shmem, value: f.bytes(session.shmemBytes) },
          { label: w.session.column.image, value: session.image.reference },
          { label: w.session.column.group, value: session.resourceGroup },
          { label: w.session.column.agent, value: session.agentIds.join(', ') || '–' },
          { label: w.session.column.owner, value: session.userEmail },
          { label: w.session.project, value: session.projectName },
          ...(session.status === 'pending'
            ? turnProperties(session, w)
            : [{ label: w.session.column.priority, value: f.number(session.priority) }]),
          ...(session.isPreemptible
            ? [{ label: w.session.column.preemptible, value: w.common.yes }]
            : []),
          ...(session.startsAt === null
            ? []
            : [
                {
                  label: w.session.column.startsAt,
                  value: f.dateTime(new Date(session.startsAt)),
                },
              ]),
          { label: w.session.column.created, value: <RelativeTime at={session.createdAt} /> },
          { label: w.session.started, value: <RelativeTime at={startedAt} /> },
          ...(startedAt === null
            ? []
            : [{ label: w.session.ranFor, value: f.duration(Math.max(ranForS, 0)) }]),
          ...(endedAt === null
            ? []
            : [
                { label: w.session.column.ended, value: <RelativeTime at={endedAt} /> },
                { label: w.session.column.result, value: w.session.result[session.result] },
              ]),
          ...(session.exitCode === null
            ? []
            : [{ label: w.session.exitCode, value: String(session.exitCode) }]),
          ...(session.after.length === 0
            ? []
            : [
                {
                  label: w.cluster.afterLabel,
                  value: <AwaitedList after={session.after} />,
                  isWide: true,
                },
              ]),
          { label: w.session.id, value: <CopyableId id={session.id} /> },
          ...(session.startupCommand === null
            ? []
            : [
                {
                  label: w.session.startupCommand,
                  value: <Code block>{session.startupCommand}</Code>,
                  isWide: true,
                },
              ]),
          ...(session.environNames.length === 0
            ? []
            : [
                {
                  label: `${w.session.environment} · ${w.session.environmentHelp}`,
                  value: <span className="mono">{session.environNames.join(', ')}</span>,
                  isWide: true,
                },
              ]),
        ]}
      />
    </Stack>
  )
}

/** What is to say of a session of several containers. */
function clusterProperties(
  { clusterSize, clusterMode, resources }: SessionDetails,
  w: AllWords,
  f: Format,
): Property[] {
  if (clusterSize === 1) return []
  const total = toSlots(times(toAmounts(resources), clusterSize))
  return [
    { label: w.cluster.inAllLabel, value: slotsText(total, w, f) },
    { label: w.cluster.size, value: w.cluster.about(clusterSize, clusterMode) },
  ]
}

function ServiceLink({ id }: { id: string }) {
  const { w } = usePageWords()
  return (
    <TextLink to="/services/$serviceId" params={{ serviceId: id }} search={{}} size="sm">
      {w.service.view}
    </TextLink>
  )
}
