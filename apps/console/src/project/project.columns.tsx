import type { Domain } from '@capstan/contract/domain'
import { type Project, projectTypes } from '@capstan/contract/project'
import type { Column } from '../ui/column.ts'
import { TextLink } from '../ui/links.tsx'
import { ActivityBadge } from '../ui/ActivityBadge.tsx'
import { RelativeTime } from '../ui/RelativeTime.tsx'
import { type AllWords, usePageWords } from '../words/page-words.ts'

function Count({ value }: { value: number }) {
  return <>{usePageWords().f.number(value)}</>
}

function TypeWord({ type }: { type: Project['type'] }) {
  return <>{usePageWords().w.project.type[type]}</>
}

const clipped = (text: string) => (
  <div className="clip" style={{ maxWidth: 280 }} title={text}>
    {text || '–'}
  </div>
)

/** Columns of the list of projects (PRJ-01). */
export const projectColumns: readonly Column<Project, AllWords>[] = [
  {
    id: 'name',
    header: w => w.project.column.name,
    isFixed: true,
    sort: 'name',
    filter: { kind: 'text' },
    cell: project => (
      <TextLink
        to="/projects/$projectId"
        params={{ projectId: project.id }}
        search={true}
        size="sm"
        className="clip"
        display="block"
        title={project.name}
      >
        {project.name}
      </TextLink>
    ),
  },
  {
    id: 'domainName',
    header: w => w.user.column.domain,
    filter: { kind: 'text' },
    cell: project => project.domainName,
  },
  {
    id: 'type',
    header: w => w.project.column.type,
    filter: {
      kind: 'choice',
      choices: w => projectTypes.map(value => ({ value, label: w.project.type[value] })),
    },
    cell: project => <TypeWord type={project.type} />,
  },
  {
    id: 'description',
    header: w => w.user.column.description,
    filter: { kind: 'text' },
    cell: project => clipped(project.description),
  },
  {
    id: 'isActive',
    header: w => w.user.column.status,
    cell: project => <ActivityBadge isActive={project.isActive} />,
  },
  {
    id: 'memberCount',
    header: w => w.project.members,
    align: 'right',
    cell: project => <Count value={project.memberCount} />,
  },
  {
    id: 'policy',
    header: w => w.project.column.policy,
    filter: { kind: 'text', isWhole: true },
    cell: project => project.policy,
  },
  {
    id: 'allowedGroups',
    header: w => w.project.groups,
    isHidden: true,
    cell: project => clipped(project.allowedGroups.join(', ')),
  },
  {
    id: 'allowedVolumes',
    header: w => w.policy.volumes,
    isHidden: true,
    cell: project => clipped(Object.keys(project.allowedVolumes).join(', ')),
  },
  {
    id: 'createdAt',
    header: w => w.user.column.created,
    sort: 'createdAt',
    cell: project => <RelativeTime at={project.createdAt} />,
  },
]

/** Columns of the list of domains (PRJ-01). */
export const domainColumns: readonly Column<Domain, AllWords>[] = [
  {
    id: 'name',
    header: w => w.project.column.name,
    isFixed: true,
    sort: 'name',
    filter: { kind: 'text' },
    cell: domain => (
      <TextLink
        to="/domains/$name"
        params={{ name: domain.name }}
        search={true}
        size="sm"
        className="clip"
        display="block"
        title={domain.name}
      >
        {domain.name}
      </TextLink>
    ),
  },
  {
    id: 'description',
    header: w => w.user.column.description,
    filter: { kind: 'text' },
    cell: domain => clipped(domain.description),
  },
  {
    id: 'isActive',
    header: w => w.user.column.status,
    cell: domain => <ActivityBadge isActive={domain.isActive} />,
  },
  {
    id: 'userCount',
    header: w => w.user.title,
    align: 'right',
    cell: domain => (
      <TextLink to="/users" search={{ domainName: domain.name, state: 'all' }} size="sm">
        <Count value={domain.userCount} />
      </TextLink>
    ),
  },
  {
    id: 'projectCount',
    header: w => w.project.title,
    align: 'right',
    cell: domain => (
      <TextLink to="/projects" search={{ domainName: domain.name, state: 'all' }} size="sm">
        <Count value={domain.projectCount} />
      </TextLink>
    ),
  },
  {
    id: 'allowedGroups',
    header: w => w.project.groups,
    cell: domain => clipped(domain.allowedGroups.join(', ')),
  },
  {
    id: 'allowedVolumes',
    header: w => w.policy.volumes,
    isHidden: true,
    cell: domain => clipped(Object.keys(domain.allowedVolumes).join(', ')),
  },
  {
    id: 'createdAt',
    header: w => w.user.column.created,
    sort: 'createdAt',
    cell: domain => <RelativeTime at={domain.createdAt} />,
  },
]
