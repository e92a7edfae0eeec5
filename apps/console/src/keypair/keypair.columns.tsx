import type { Keypair } from '@capstan/contract/keypair'
import type { Column } from '../ui/column.ts'
import { TextLink } from '../ui/links.tsx'
import { ActivityBadge } from '../ui/ActivityBadge.tsx'
import { RelativeTime } from '../ui/RelativeTime.tsx'
import { type AllWords, usePageWords } from '../words/page-words.ts'

/** Requests of the present window beside the limit (KEY-08). */
export function RateUse({ keypair }: { keypair: Keypair }) {
  const { f } = usePageWords()
  return (
    <span className="tabular">
      {f.number(keypair.windowCount)} / {f.number(keypair.rateLimit)}
    </span>
  )
}

function MainMark({ keypair }: { keypair: Keypair }) {
  const { w } = usePageWords()
  return <>{keypair.isMain && w.user.main}</>
}

function Count({ value }: { value: number }) {
  return <>{usePageWords().f.number(value)}</>
}

/** Columns of the list of keypairs (KEY-02). */
export const keypairColumns: readonly Column<Keypair, AllWords>[] = [
  {
    id: 'accessKey',
    header: w => w.keypair.column.accessKey,
    isFixed: true,
    sort: 'accessKey',
    filter: { kind: 'text' },
    cell: keypair => (
      <TextLink
        to="/credentials/$accessKey"
        params={{ accessKey: keypair.accessKey }}
        search={true}
        size="sm"
        ff="monospace"
      >
        {keypair.accessKey}
      </TextLink>
    ),
  },
  {
    id: 'userEmail',
    header: w => w.keypair.column.user,
    sort: 'userEmail',
    filter: { kind: 'text' },
    cell: keypair => (
      <TextLink to="/users/$userId" params={{ userId: keypair.userId }} size="sm">
        {keypair.userEmail}
      </TextLink>
    ),
  },
  {
    id: 'isMain',
    header: w => w.user.main,
    cell: keypair => <MainMark keypair={keypair} />,
  },
  {
    id: 'isActive',
    header: w => w.user.column.status,
    cell: keypair => <ActivityBadge isActive={keypair.isActive} />,
  },
  {
    id: 'policy',
    header: w => w.keypair.column.policy,
    filter: { kind: 'text', isWhole: true },
    cell: keypair => keypair.policy,
  },
  {
    id: 'rateLimit',
    header: w => w.keypair.column.rate,
    align: 'right',
    cell: keypair => <RateUse keypair={keypair} />,
  },
  {
    id: 'queryCount',
    header: w => w.keypair.column.queries,
    align: 'right',
    cell: keypair => <Count value={keypair.queryCount} />,
  },
  {
    id: 'lastUsedAt',
    header: w => w.keypair.column.lastUsed,
    cell: keypair => (keypair.lastUsedAt ? <RelativeTime at={keypair.lastUsedAt} /> : '–'),
  },
  {
    id: 'createdAt',
    header: w => w.keypair.column.created,
    sort: 'createdAt',
    cell: keypair => <RelativeTime at={keypair.createdAt} />,
  },
]
