import { type ResourceGroup, schedulers, selectors } from '@capstan/contract/group'
import { AmountBar } from '../ui/AmountBar.tsx'
import { ActivityBadge } from '../ui/ActivityBadge.tsx'
import type { Column } from '../ui/column.ts'
import { TextLink } from '../ui/links.tsx'
import { RelativeTime } from '../ui/RelativeTime.tsx'
import { slotName } from '../ui/slot-words.ts'
import { orderedSlots } from '../words/format.ts'
import { type AllWords, usePageWords } from '../words/page-words.ts'

type Words = ReturnType<typeof usePageWords>

function Word({ pick }: { pick: (words: Words) => string }) {
  return <>{pick(usePageWords())}</>
}

/** The first word of a choice: what stands after the colon explains it where there is room. */
const short = (text: string): string => text.split(':')[0] ?? text

/** Columns of the list of resource groups (GRP-01). */
export const groupColumns: readonly Column<ResourceGroup, AllWords>[] = [
  {
    id: 'name',
    header: w => w.project.column.name,
    isFixed: true,
    sort: 'name',
    filter: { kind: 'text' },
    cell: group => (
      <TextLink
        to="/resource-groups/$name"
        params={{ name: group.name }}
        search={true}
        size="sm"
        className="clip"
        display="block"
        title={group.name}
      >
        {group.name}
      </TextLink>
    ),
  },
  {
    id: 'description',
    header: w => w.user.column.description,
    filter: { kind: 'text' },
    cell: ({ description }) => (
      <div className="clip" style={{ maxWidth: 220 }} title={description}>
        {description || '–'}
      </div>
    ),
  },
  {
    id: 'isActive',
    header: w => w.user.column.status,
    cell: group => <ActivityBadge isActive={group.isActive} />,
  },
  {
    id: 'isPublic',
    header: w => w.group.column.public,
    filter: {
      kind: 'choice',
      choices: w => [
        { value: 'true', label: w.common.yes },
        { value: 'false', label: w.common.no },
      ],
    },
    cell: group => <Word pick={({ w }) => (group.isPublic ? w.common.yes : w.common.no)} />,
  },
  {
    id: 'scheduler',
    header: w => w.group.column.scheduler,
    sort: 'scheduler',
    filter: {
      kind: 'choice',
      choices: w => schedulers.map(value => ({ value, label: w.group.scheduler[value] })),
    },
    cell: group => <Word pick={({ w }) => short(w.group.scheduler[group.scheduler])} />,
  },
  {
    id: 'selector',
    header: w => w.group.column.selector,
    sort: 'selector',
    filter: {
      kind: 'choice',
      choices: w => selectors.map(value => ({ value, label: w.group.selector[value] })),
    },
    cell: group => <Word pick={({ w }) => short(w.group.selector[group.selector])} />,
  },
  {
    id: 'agentCount',
    header: w => w.group.column.agents,
    align: 'right',
    cell: group => (
      <TextLink to="/agents" search={{ resourceGroup: group.name }} size="sm">
        <Word pick={({ f }) => f.number(group.agentCount)} />
      </TextLink>
    ),
  },
  {
    id: 'pendingCount',
    header: w => w.group.column.pending,
    align: 'right',
    cell: group => (
      <TextLink to="/scheduler" search={{ group: group.name }} size="sm">
        <Word pick={({ f }) => f.number(group.pendingCount)} />
      </TextLink>
    ),
  },
  {
    id: 'capacity',
    header: w => w.agent.resources,
    cell: group => <Capacity group={group} />,
  },
  {
    id: 'allowedSessionTypes',
    header: w => w.group.column.types,
    isHidden: true,
    cell: group => (
      <Word
        pick={({ w }) => group.allowedSessionTypes.map(type => w.session.type[type]).join(', ')}
      />
    ),
  },
  {
    id: 'pendingTimeoutS',
    header: w => w.group.column.timeout,
    isHidden: true,
    cell: group => (
      <Word
        pick={({ w, f }) =>
          group.pendingTimeoutS === 0 ? w.group.noTimeout : f.duration(group.pendingTimeoutS)
        }
      />
    ),
  },
  {
    id: 'proxyAddress',
    header: w => w.group.column.proxy,
    isHidden: true,
    cell: group => group.proxyAddress ?? '–',
  },
  {
    id: 'createdAt',
    header: w => w.user.column.created,
    sort: 'createdAt',
    cell: group => <RelativeTime at={group.createdAt} />,
  },
]

function Capacity({ group }: { group: ResourceGroup }) {
  const { w } = usePageWords()
  const slots = orderedSlots(group.capacity)
  if (slots.length === 0) return <>–</>
  return (
    <div style={{ display: 'flex', gap: 12 }}>
      {slots.map(slot => (
        <div key={slot}>
          <div className="cell-note">{slotName(slot, w)}</div>
          <AmountBar
            slot={slot}
            used={group.used[slot] ?? 0}
            capacity={group.capacity[slot] ?? 0}
            label={`${slotName(slot, w)}, ${group.name}`}
          />
        </div>
      ))}
    </div>
  )
}
