import type { AllowedVolumes } from '@capstan/contract/allowed-volumes'
import type { Slots } from '@capstan/contract/slots'
import type { Column } from '../ui/column.ts'
import { TextLink } from '../ui/links.tsx'
import { RelativeTime } from '../ui/RelativeTime.tsx'
import { slotsText } from '../ui/slot-words.ts'
import { type AllWords, usePageWords } from '../words/page-words.ts'
import {
  kinds,
  limitName,
  type NumberLimit,
  type Policy,
  type PolicyKind,
  type PolicyKindName,
  policyKinds,
} from './policy.kinds.ts'

/** A limit for people; ∞ where there is none (POL-01). */
export function Limit({ limit, value }: { limit: NumberLimit; value: unknown }) {
  const { w, f } = usePageWords()
  if (typeof value !== 'number') return <span title={w.policy.unlimited}>∞</span>
  if (limit.unit === 'bytes') return <>{f.bytes(value)}</>
  return <>{limit.unit === 'seconds' ? f.duration(value) : f.number(value)}</>
}

/** Limits by slot; ∞ where there are none. */
export function SlotLimits({ slots }: { slots: Slots }) {
  const { w, f } = usePageWords()
  const text = slotsText(slots, w, f)
  const none = Object.keys(slots).filter(slot => slots[slot] === 0)
  if (text === '' && none.length === 0) return <span title={w.policy.unlimited}>∞</span>
  return (
    <div className="clip" style={{ maxWidth: 260 }}>
      {[text, ...none.map(slot => w.policy.noneOf(slot))].filter(Boolean).join(' · ')}
    </div>
  )
}

/** Where the followers of a policy are listed. */
export function Followers({ kind, policy }: { kind: PolicyKindName; policy: Policy }) {
  const { f } = usePageWords()
  const text = f.number(policy.followerCount)
  if (policy.followerCount === 0) return <>{text}</>
  // Inactive ones follow it too.
  const search = { policy: policy.name, state: 'all' } as const
  if (kind === 'keypair')
    return (
      <TextLink to="/credentials" search={search} size="sm">
        {text}
      </TextLink>
    )
  return kind === 'user' ? (
    <TextLink to="/users" search={search} size="sm">
      {text}
    </TextLink>
  ) : (
    <TextLink to="/projects" search={search} size="sm">
      {text}
    </TextLink>
  )
}

const resourceColumns: readonly Column<Policy, AllWords>[] = [
  {
    id: 'maxResources',
    header: w => w.policy.resources,
    cell: policy => <SlotLimits slots={policy['maxResources'] as Slots} />,
  },
  {
    id: 'maxPendingResources',
    header: w => w.policy.pendingResources,
    isHidden: true,
    cell: policy => <SlotLimits slots={policy['maxPendingResources'] as Slots} />,
  },
  {
    id: 'allowedVolumes',
    header: w => w.policy.volumes,
    isHidden: true,
    cell: policy => Object.keys(policy['allowedVolumes'] as AllowedVolumes).join(', ') || '–',
  },
]

const columnsOf = ({ name, hasResources, numbers }: PolicyKind): Column<Policy, AllWords>[] => [
  {
    id: 'name',
    header: w => w.policy.name,
    isFixed: true,
    sort: 'name',
    filter: { kind: 'text' },
    cell: policy => (
      <TextLink
        to="/policies/$kind/$name"
        params={{ kind: name, name: policy.name }}
        search={true}
        size="sm"
        className="clip"
        display="block"
        title={policy.name}
      >
        {policy.name}
      </TextLink>
    ),
  },
  ...(hasResources ? resourceColumns : []),
  ...numbers.map((limit): Column<Policy, AllWords> => ({
    id: limit.name,
    header: w => limitName(limit.name, w),
    align: 'right',
    isHidden: ['maxSftpCount', 'maxPendingCount'].includes(limit.name),
    cell: policy => <Limit limit={limit} value={policy[limit.name]} />,
  })),
  {
    id: 'followerCount',
    header: w => w.policy.followers[name],
    align: 'right',
    cell: policy => <Followers kind={name} policy={policy} />,
  },
  {
    id: 'createdAt',
    header: w => w.user.column.created,
    sort: 'createdAt',
    cell: policy => <RelativeTime at={policy.createdAt} />,
  },
]

/** Columns of the list of each kind of policy. */
export const policyColumns: Readonly<Record<PolicyKindName, readonly Column<Policy, AllWords>[]>> =
  Object.fromEntries(policyKinds.map(name => [name, columnsOf(kinds[name])])) as Record<
    PolicyKindName,
    Column<Policy, AllWords>[]
  >
