import { schedulerApi } from '@capstan/contract/scheduler'
import type { SessionDetails } from '@capstan/contract/session'
import { Button, Group } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { query } from '../api/call.ts'
import type { Property } from '../ui/Properties.tsx'
import { RelativeTime } from '../ui/RelativeTime.tsx'
import { type AllWords, usePageWords } from '../words/page-words.ts'
import { ChangePriority } from './ChangePriority.tsx'

const everyMs = 4000

/** Of a session that waits: where it stands, about when it starts, and its priority, which its owner may change. */
export const turnProperties = (session: SessionDetails, w: AllWords): Property[] => [
  { label: w.scheduler.column.position, value: <Position id={session.id} /> },
  { label: w.scheduler.column.expected, value: <Expected id={session.id} /> },
  {
    label: w.session.column.priority,
    value: <PriorityOf session={session} />,
    isWide: true,
  },
]

/** Others come and go in the queue, and nobody is told of each; the server plans anew every three seconds at most. */
const useOutlook = (id: string) =>
  useQuery({ ...query(schedulerApi.showOutlook, { id }), refetchInterval: everyMs }).data?.outlook

function Position({ id }: { id: string }) {
  const { w, f } = usePageWords()
  const outlook = useOutlook(id)
  return outlook ? w.turn.position(f.number(outlook.position), f.number(outlook.waitingCount)) : '–'
}

function Expected({ id }: { id: string }) {
  const { w } = usePageWords()
  const outlook = useOutlook(id)
  if (!outlook) return '–'
  if (outlook.startsNext) return w.scheduler.startsNext
  if (outlook.expectedAt === null) return w.scheduler.unknown
  return <RelativeTime at={outlook.expectedAt} />
}

function PriorityOf({ session }: { session: SessionDetails }) {
  const { w, f } = usePageWords()
  const [isChanging, setChanging] = useState(false)
  if (isChanging)
    return (
      <ChangePriority
        session={session}
        onClose={() => {
          setChanging(false)
        }}
      />
    )
  return (
    <Group gap="sm">
      {f.number(session.priority)}
      <Button
        size="compact-xs"
        variant="default"
        onClick={() => {
          setChanging(true)
        }}
      >
        {w.scheduler.priority.change}
      </Button>
    </Group>
  )
}
