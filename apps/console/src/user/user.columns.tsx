import { userRoles } from '@capstan/contract/role'
import type { User } from '@capstan/contract/user'
import type { Column } from '../ui/column.ts'
import { RelativeTime } from '../ui/RelativeTime.tsx'
import { StatusBadge, type Tone } from '../ui/StatusBadge.tsx'
import { TextLink } from '../ui/links.tsx'
import type { AllWords } from '../words/page-words.ts'
import { usePageWords } from '../words/page-words.ts'

const tones: Readonly<Record<User['status'], Tone>> = {
  active: 'good',
  inactive: 'idle',
  'before-verification': 'warn',
  deleted: 'idle',
}

export function UserBadge({ status }: { status: User['status'] }) {
  const { w } = usePageWords()
  return <StatusBadge tone={tones[status]} label={w.user.status[status]} />
}

function Word({ pick }: { pick: (w: AllWords) => string }) {
  return <>{pick(usePageWords().w)}</>
}

const clipped = (text: string, maxWidth: number) => (
  <div className="clip" style={{ maxWidth }} title={text}>
    {text || '–'}
  </div>
)

/** Columns of the list of people (USR-01). */
export const userColumns: readonly Column<User, AllWords>[] = [
  {
    id: 'email',
    header: w => w.user.column.email,
    isFixed: true,
    sort: 'email',
    filter: { kind: 'text' },
    cell: user => (
      <TextLink
        to="/users/$userId"
        params={{ userId: user.id }}
        search={true}
        size="sm"
        className="clip"
        display="block"
        title={user.email}
      >
        {user.email}
      </TextLink>
    ),
  },
  {
    id: 'name',
    header: w => w.user.column.name,
    sort: 'name',
    filter: { kind: 'text' },
    cell: user => clipped(user.name, 160),
  },
  {
    id: 'fullName',
    header: w => w.user.column.fullName,
    isHidden: true,
    filter: { kind: 'text' },
    cell: user => clipped(user.fullName, 200),
  },
  {
    id: 'role',
    header: w => w.user.column.role,
    sort: 'role',
    filter: {
      kind: 'choice',
      choices: w => userRoles.map(value => ({ value, label: w.user.role[value] })),
    },
    cell: user => <Word pick={w => w.user.role[user.role]} />,
  },
  {
    id: 'description',
    header: w => w.user.column.description,
    filter: { kind: 'text' },
    cell: user => clipped(user.description, 260),
  },
  {
    id: 'status',
    header: w => w.user.column.status,
    cell: user => <UserBadge status={user.status} />,
  },
  {
    id: 'domainName',
    header: w => w.user.column.domain,
    isHidden: true,
    filter: { kind: 'text', isWhole: true },
    cell: user => user.domainName,
  },
  {
    id: 'policy',
    header: w => w.user.column.policy,
    isHidden: true,
    filter: { kind: 'text', isWhole: true },
    cell: user => user.policy,
  },
  {
    id: 'createdAt',
    header: w => w.user.column.created,
    sort: 'createdAt',
    cell: user => <RelativeTime at={user.createdAt} />,
  },
]
