import { sessionStatuses, sessionTypes, type Session } from '@capstan/contract/session'
import { Tooltip } from '@mantine/core'
import type { Column } from '../ui/column.ts'
import { ImageName } from '../ui/ImageName.tsx'
import { RelativeTime } from '../ui/RelativeTime.tsx'
import { SessionBadge } from '../ui/StatusBadge.tsx'
import { sessionSlotsText } from '../ui/slot-words.ts'
import type { Words } from '../words/en.ts'
import { reasonText } from '../words/reason.ts'
import { useWords } from '../words/words.tsx'
import { TextLink } from '../ui/links.tsx'

const ended = new Set(['terminated', 'cancelled', 'error'])

const statusChoices = (of: readonly Session['status'][]) => (w: Words) =>
  of.map(value => ({ value, label: w.session.status[value] }))

const name: Column<Session> = {
  id: 'name',
  header: w => w.session.column.name,
  isFixed: true,
  sort: 'name',
  filter: { kind: 'text' },
  cell: session => (
    <TextLink
      to="/sessions/$sessionId"
      params={{ sessionId: session.id }}
      search={true}
      size="sm"
      className="clip"
      display="block"
    >
      {session.name}
    </TextLink>
  ),
}

const status = (of: readonly Session['status'][]): Column<Session> => ({
  id: 'status',
  header: w => w.session.column.status,
  sort: 'status',
  filter: { kind: 'choice', choices: statusChoices(of) },
  cell: session => <StatusCell session={session} />,
})

const type: Column<Session> = {
  id: 'type',
  header: w => w.session.column.type,
  sort: 'type',
  filter: {
    kind: 'choice',
    choices: w => sessionTypes.map(value => ({ value, label: w.session.type[value] })),
  },
  cell: session => <Word pick={w => w.session.type[session.type]} />,
}

const image: Column<Session> = {
  id: 'image',
  header: w => w.session.column.image,
  filter: { kind: 'text' },
  cell: session => <ImageName image={session.image} />,
}

const resources: Column<Session> = {
  id: 'resources',
  header: w => w.session.column.resources,
  cell: session => <ResourcesCell session={session} />,
}

const group: Column<Session> = {
  id: 'resourceGroup',
  header: w => w.session.column.group,
  isHidden: true,
  cell: session => session.resourceGroup,
}

const agent: Column<Session> = {
  id: 'agentId',
  header: w => w.session.column.agent,
  isHidden: true,
  filter: { kind: 'text' },
  cell: session => session.agentIds.join(', ') || '–',
}

const owner: Column<Session> = {
  id: 'userEmail',
  header: w => w.session.column.owner,
  sort: 'userEmail',
  filter: { kind: 'text' },
  cell: session => (
    <div className="clip" style={{ maxWidth: 200 }} title={session.userEmail}>
      {session.userEmail}
    </div>
  ),
}

const priority: Column<Session> = {
  id: 'priority',
  header: w => w.session.column.priority,
  align: 'right',
  isHidden: true,
  cell: session => session.priority,
}

const preemptible: Column<Session> = {
  id: 'isPreemptible',
  header: w => w.session.column.preemptible,
  isHidden: true,
  cell: session => <Word pick={w => (session.isPreemptible ? w.common.yes : w.common.no)} />,
}

const startsAt: Column<Session> = {
  id: 'startsAt',
  header: w => w.session.column.startsAt,
  isHidden: true,
  cell: session => <RelativeTime at={session.startsAt} />,
}

const created: Column<Session> = {
  id: 'createdAt',
  header: w => w.session.column.created,
  sort: 'createdAt',
  cell: session => <RelativeTime at={session.createdAt} />,
}

const result: Column<Session> = {
  id: 'result',
  header: w => w.session.column.result,
  cell: session => (
    <Word
      pick={w =>
        session.exitCode === null
          ? w.session.result[session.result]
          : `${w.session.result[session.result]} (${session.exitCode})`
      }
    />
  ),
}

const endedAt: Column<Session> = {
  id: 'endedAt',
  header: w => w.session.column.ended,
  cell: session => <RelativeTime at={session.endedAt} />,
}

const liveStatuses = sessionStatuses.filter(each => !ended.has(each))
const endedStatuses = sessionStatuses.filter(each => ended.has(each))

/** Columns of the list, by which sessions it holds. */
export const sessionColumns: Readonly<Record<'live' | 'ended', readonly Column<Session>[]>> = {
  live: [
    name,
    status(liveStatuses),
    type,
    image,
    resources,
    created,
    owner,
    group,
    agent,
    priority,
    preemptible,
    startsAt,
  ],
  ended: [
    name,
    status(endedStatuses),
    result,
    type,
    image,
    resources,
    endedAt,
    created,
    owner,
    group,
  ],
}

function Word({ pick }: { pick: (w: Words) => string }) {
  return <>{pick(useWords().w)}</>
}

function StatusCell({ session }: { session: Session }) {
  const { w, f } = useWords()
  const why = session.isNodeLost ? w.session.nodeLostHelp : reasonText(session.reason, f)
  return (
    <Tooltip label={why} disabled={!why}>
      <div>
        <SessionBadge status={session.status} isNodeLost={session.isNodeLost} />
        {why && session.status !== 'running' && <div className="cell-note clip">{why}</div>}
      </div>
    </Tooltip>
  )
}

function ResourcesCell({ session }: { session: Session }) {
  const { w, f } = useWords()
  return <span style={{ whiteSpace: 'nowrap' }}>{sessionSlotsText(session, w, f)}</span>
}
