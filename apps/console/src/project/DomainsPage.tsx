import { type Domain, domainApi } from '@capstan/contract/domain'
import { IconPlayerPlay, IconPlus, IconSettings, IconTrash, IconWorld } from '@tabler/icons-react'
import { getRouteApi, Outlet, useNavigate } from '@tanstack/react-router'
import { useMay } from '../api/account.ts'
import { query } from '../api/call.ts'
import { Forbidden } from '../shell/PageError.tsx'
import { DataTable } from '../ui/DataTable.tsx'
import { ButtonLink } from '../ui/links.tsx'
import { PageHeader } from '../ui/PageHeader.tsx'
import { ConfirmedRowButton, RowActions, RowButton } from '../ui/RowActions.tsx'
import { activityOf, StateSwitch } from '../ui/StateSwitch.tsx'
import { listInput } from '../ui/table-search.ts'
import { useTableSearch } from '../ui/useTableSearch.ts'
import { type AllWords, usePageWords } from '../words/page-words.ts'
import { domainColumns } from './project.columns.tsx'
import { domainFilters } from './project.filters.ts'
import { ProjectTabs } from './ProjectTabs.tsx'
import { useDomainQuestion } from './project.questions.ts'

/** The domains that one administers (PRJ-01); for administrators (ACC-03). */
export function DomainsPage() {
  const may = useMay()
  return may('domain.read') ? <DomainList /> : <Forbidden />
}

const route = getRouteApi('/signed-in/shell/domains')

function DomainList() {
  const { w } = usePageWords()
  const may = useMay()
  const search = route.useSearch()
  const { change } = useTableSearch()
  const state = search.state ?? 'active'
  const create = may('domain.create') && (
    <ButtonLink to="/domains/-/new" search={true} leftSection={<IconPlus size={16} aria-hidden />}>
      {w.domain.create}
    </ButtonLink>
  )
  return (
    <>
      <PageHeader title={w.domain.title} purpose={w.domain.purpose} action={create} />
      <ProjectTabs />
      <DataTable<Domain, AllWords>
        id="domain"
        label={w.domain.title}
        query={query(domainApi.list, { ...listInput(search, domainFilters), ...activityOf(state) })}
        columns={domainColumns}
        words={w}
        search={search}
        onSearch={change}
        rowId={domain => domain.name}
        rowName={domain => domain.name}
        {...(may('domain.update') && {
          renderRowActions: domain => <Actions domain={domain} />,
        })}
        switcher={<StateSwitch label={w.domain.state} words={w.user} />}
        empty={{
          icon: <IconWorld size={36} />,
          title: {
            active: w.domain.empty,
            inactive: w.domain.emptyInactive,
            all: w.domain.emptyAll,
          }[state],
          help: w.domain.purpose,
          ...(state !== 'inactive' && { action: create }),
        }}
      />
      <Outlet />
    </>
  )
}

function Actions({ domain }: { domain: Domain }) {
  const { w } = usePageWords()
  const navigate = useNavigate()
  const question = useDomainQuestion(domain)
  const { name, isActive } = domain
  const label = isActive ? w.user.deactivate : w.user.activate
  return (
    <RowActions>
      <RowButton
        icon={IconSettings}
        label={w.user.edit}
        name={`${w.user.edit}: ${name}`}
        onClick={() => {
          void navigate({ to: '/domains/$name', params: { name }, search: true })
        }}
      />
      <ConfirmedRowButton
        icon={isActive ? IconTrash : IconPlayerPlay}
        tone={isActive ? 'danger' : 'strong'}
        label={label}
        name={`${label}: ${name}`}
        confirmation={question}
      />
    </RowActions>
  )
}
