import type { QueuedSession } from '@capstan/contract/scheduler'
import { Tooltip } from '@mantine/core'
import type { Column } from '../ui/column.ts'
import { TextLink } from '../ui/links.tsx'
import { RelativeTime } from '../ui/RelativeTime.tsx'
import { sessionSlotsText } from '../ui/slot-words.ts'
import { StatusBadge } from '../ui/StatusBadge.tsx'
import { type AllWords, usePageWords } from '../words/page-words.ts'
import { reasonText } from '../words/reason.ts'

/** Columns of those who wait (SCH-01, SCH-02). */
export const queueColumns: readonly Column<QueuedSession, AllWords>[] = [
  {
    id: 'position',
    header: w => w.scheduler.column.position,
    align: 'right',
    cell: session => session.position,
  },
  {
    id: 'name',
    header: w => w.session.column.name,
    isFixed: true,
    cell: session => (
      <TextLink
        to="/scheduler/$sessionId"
        params={{ sessionId: session.id }}
        search={true}
        size="sm"
        className="clip"
        display="block"
      >
        {session.name}
      </TextLink>
    ),
  },
  {
    id: 'status',
    header: w => w.scheduler.column.status,
    cell: session => <Status session={session} />,
  },
  {
    id: 'userEmail',
    header: w => w.session.column.owner,
    cell: session => (
      <div className="clip" style={{ maxWidth: 200 }} title={session.userEmail}>
        {session.userEmail}
      </div>
    ),
  },
  {
    id: 'projectName',
    header: w => w.session.project,
    isHidden: true,
    cell: session => session.projectName,
  },
  {
    id: 'resources',
    header: w => w.session.column.resources,
    cell: session => <Resources session={session} />,
  },
  {
    id: 'priority',
    header: w => w.session.column.priority,
    align: 'right',
    cell: session => session.priority,
  },
  {
    id: 'createdAt',
    header: w => w.scheduler.column.waiting,
    cell: session => <RelativeTime at={session.createdAt} />,
  },
  {
    id: 'expectedAt',
    header: w => w.scheduler.column.expected,
    cell: session => <Expected session={session} />,
  },
]

function Status({ session: { startsNext, reason } }: { session: QueuedSession }) {
  const { w, f } = usePageWords()
  const why = reasonText(reason, f)
  return (
    <Tooltip label={why} disabled={!why}>
      <div>
        <StatusBadge
          tone={startsNext ? 'busy' : 'idle'}
          label={startsNext ? w.scheduler.startsNext : w.scheduler.waits}
          isBusy
        />
        {why && (
          <div className="cell-note" style={{ maxWidth: 420, whiteSpace: 'normal' }}>
            {why}
          </div>
        )}
      </div>
    </Tooltip>
  )
}

function Resources({ session }: { session: QueuedSession }) {
  const { w, f } = usePageWords()
  return <span style={{ whiteSpace: 'nowrap' }}>{sessionSlotsText(session, w, f)}</span>
}

function Expected({ session: { expectedAt, startsNext } }: { session: QueuedSession }) {
  const { w } = usePageWords()
  if (startsNext) return <>{w.scheduler.startsNext}</>
  return expectedAt === null ? <>{w.scheduler.unknown}</> : <RelativeTime at={expectedAt} />
}
