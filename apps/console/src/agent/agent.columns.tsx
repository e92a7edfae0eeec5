import type { Agent } from '@capstan/contract/agent'
import { Group } from '@mantine/core'
import { AmountBar } from '../ui/AmountBar.tsx'
import type { Column } from '../ui/column.ts'
import { RelativeTime } from '../ui/RelativeTime.tsx'
import { AgentBadge, StatusBadge } from '../ui/StatusBadge.tsx'
import { slotName } from '../ui/slot-words.ts'
import { orderedSlots } from '../words/format.ts'
import { type AllWords, usePageWords } from '../words/page-words.ts'
import { TextLink } from '../ui/links.tsx'
import { describeDuty } from './duty-words.ts'

const id: Column<Agent, AllWords> = {
  id: 'id',
  header: w => w.agent.column.id,
  isFixed: true,
  sort: 'id',
  filter: { kind: 'text' },
  cell: agent => <IdCell agent={agent} />,
}

const status: Column<Agent, AllWords> = {
  id: 'status',
  header: w => w.agent.column.status,
  cell: agent => <AgentBadge status={agent.status} />,
}

const address: Column<Agent, AllWords> = {
  id: 'address',
  header: w => w.agent.column.address,
  filter: { kind: 'text' },
  cell: agent => agent.address,
}

const region: Column<Agent, AllWords> = {
  id: 'region',
  header: w => w.agent.column.region,
  cell: agent => agent.region || '–',
}

const architecture: Column<Agent, AllWords> = {
  id: 'architecture',
  header: w => w.agent.column.architecture,
  cell: agent => agent.architecture,
}

const group: Column<Agent, AllWords> = {
  id: 'resourceGroup',
  header: w => w.agent.column.group,
  sort: 'resourceGroup',
  filter: { kind: 'text' },
  cell: agent => <GroupCell agent={agent} />,
}

const sessions: Column<Agent, AllWords> = {
  id: 'sessionCount',
  header: w => w.agent.column.sessions,
  align: 'right',
  cell: agent => agent.sessionCount,
}

const firstContact: Column<Agent, AllWords> = {
  id: 'firstContactAt',
  header: w => w.agent.column.firstContact,
  sort: 'firstContactAt',
  cell: agent => <RelativeTime at={agent.firstContactAt} />,
}

const lastContact = (isHidden: boolean): Column<Agent, AllWords> => ({
  id: 'lastContactAt',
  header: w => w.agent.column.lastContact,
  sort: 'lastContactAt',
  isHidden,
  cell: agent => <RelativeTime at={agent.lastContactAt} />,
})

const version: Column<Agent, AllWords> = {
  id: 'version',
  header: w => w.agent.column.version,
  cell: agent => agent.version,
}

const schedulable: Column<Agent, AllWords> = {
  id: 'isSchedulable',
  header: w => w.agent.column.schedulable,
  cell: agent => <SchedulableCell agent={agent} />,
}

const slot = (name: 'cpu' | 'mem'): Column<Agent, AllWords> => ({
  id: name,
  header: w => w.slot[name],
  cell: agent => <SlotBars agent={agent} slots={[name]} />,
})

const accelerators: Column<Agent, AllWords> = {
  id: 'accelerators',
  header: w => w.slot.accelerators,
  cell: agent => (
    <SlotBars
      agent={agent}
      slots={orderedSlots(agent.capacity).filter(each => each !== 'cpu' && each !== 'mem')}
    />
  ),
}

const left: Column<Agent, AllWords> = {
  id: 'lostAt',
  header: w => w.agent.column.left,
  sort: 'lostAt',
  cell: agent => <RelativeTime at={agent.lostAt} />,
}

const reason: Column<Agent, AllWords> = {
  id: 'statusReason',
  header: w => w.agent.column.reason,
  cell: agent => agent.statusReason ?? '–',
}

/** Columns of the list, by which agents it holds (AGT-01). */
export const agentColumns: Readonly<
  Record<'connected' | 'terminated', readonly Column<Agent, AllWords>[]>
> = {
  connected: [
    id,
    schedulable,
    slot('cpu'),
    slot('mem'),
    accelerators,
    sessions,
    group,
    address,
    region,
    architecture,
    firstContact,
    lastContact(true),
    version,
  ],
  terminated: [id, status, left, reason, lastContact(false), firstContact, address, group, version],
}

function IdCell({ agent }: { agent: Agent }) {
  const { w } = usePageWords()
  return (
    <>
      <TextLink
        to="/agents/$agentId"
        params={{ agentId: agent.id }}
        search={true}
        size="sm"
        className="clip"
        display="block"
      >
        {agent.id}
      </TextLink>
      {agent.problems.length > 0 && (
        <div className="cell-warn">{w.agent.problems(agent.problems.length)}</div>
      )}
    </>
  )
}

function SchedulableCell({ agent }: { agent: Agent }) {
  const { w, f } = usePageWords()
  const { tone, label, note, isBusy } = describeDuty(agent, w, f)
  return (
    <>
      <StatusBadge tone={tone} label={label} isBusy={isBusy} />
      {note && <div className="cell-note">{note}</div>}
    </>
  )
}

function GroupCell({ agent: { resourceGroup, requestedGroup } }: { agent: Agent }) {
  const { w } = usePageWords()
  return (
    <>
      {resourceGroup}
      {requestedGroup !== null && (
        <div className="cell-warn">{w.agent.asksFor(requestedGroup)}</div>
      )}
    </>
  )
}

function SlotBars({ agent, slots }: { agent: Agent; slots: readonly string[] }) {
  const { w } = usePageWords()
  if (slots.length === 0) return <>–</>
  return (
    <Group gap="sm" wrap="nowrap">
      {slots.map(each => (
        <div key={each}>
          {each !== 'cpu' && each !== 'mem' && <div className="cell-note">{slotName(each, w)}</div>}
          <AmountBar
            slot={each}
            used={agent.used[each] ?? 0}
            capacity={agent.capacity[each] ?? 0}
            label={`${slotName(each, w)}, ${agent.id}`}
          />
        </div>
      ))}
    </Group>
  )
}
