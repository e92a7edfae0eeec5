import { type Service, serviceApi } from '@capstan/contract/service'
import { IconPlayerStop, IconPlus, IconRefreshDot } from '@tabler/icons-react'
import { getRouteApi, Outlet } from '@tanstack/react-router'
import { query } from '../api/call.ts'
import { useProject } from '../shell/project.tsx'
import { DataTable } from '../ui/DataTable.tsx'
import { ButtonLink } from '../ui/links.tsx'
import { LiveSwitch } from '../ui/LiveSwitch.tsx'
import { PageHeader } from '../ui/PageHeader.tsx'
import { ConfirmedRowButton, RowActions } from '../ui/RowActions.tsx'
import { listInput } from '../ui/table-search.ts'
import { useTableSearch } from '../ui/useTableSearch.ts'
import { type AllWords, usePageWords } from '../words/page-words.ts'
import { serviceColumns } from './service.columns.tsx'
import { serviceFilters } from './service.filters.ts'
import { useEndQuestion } from './useEndQuestion.ts'

const route = getRouteApi('/signed-in/shell/services')

/** Model services of the project in view. */
export function ServicesPage() {
  const { w } = usePageWords()
  const { project } = useProject()
  const search = route.useSearch()
  const { change } = useTableSearch()
  const state = search.state ?? 'live'
  const isLive = state === 'live'
  const create = (
    <ButtonLink to="/services/new" search={true} leftSection={<IconPlus size={16} aria-hidden />}>
      {w.service.create}
    </ButtonLink>
  )
  return (
    <>
      <PageHeader title={w.service.title} purpose={w.service.purpose} action={create} />
      <DataTable<Service, AllWords>
        id={`service.${state}`}
        label={w.service.title}
        query={query(serviceApi.list, {
          ...listInput(search, serviceFilters),
          state,
          ...(project && { projectId: project.id }),
        })}
        columns={serviceColumns[state]}
        words={w}
        search={search}
        onSearch={change}
        rowId={service => service.id}
        rowName={service => service.name}
        empty={{
          icon: <IconRefreshDot size={36} />,
          title: isLive ? w.service.emptyLive : w.service.emptyEnded,
          help: isLive ? w.service.emptyLiveHelp : w.service.emptyEndedHelp,
          ...(isLive && { action: create }),
        }}
        {...(isLive && { renderRowActions: service => <Actions service={service} /> })}
        switcher={<LiveSwitch label={w.session.column.status} words={w.service} />}
      />
      <Outlet />
    </>
  )
}

function Actions({ service }: { service: Service }) {
  const { w } = usePageWords()
  return (
    <RowActions>
      <ConfirmedRowButton
        icon={IconPlayerStop}
        tone="danger"
        label={w.service.end}
        name={w.service.endOne(service.name)}
        confirmation={useEndQuestion(service)}
      />
    </RowActions>
  )
}
