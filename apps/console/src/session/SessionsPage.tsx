import { sessionApi, type Session } from '@capstan/contract/session'
import { IconPlus, IconStack2 } from '@tabler/icons-react'
import { getRouteApi, Outlet } from '@tanstack/react-router'
import { query } from '../api/call.ts'
import { useProject } from '../shell/project.tsx'
import { DataTable } from '../ui/DataTable.tsx'
import { LiveSwitch } from '../ui/LiveSwitch.tsx'
import { PageHeader } from '../ui/PageHeader.tsx'
import { listInput } from '../ui/table-search.ts'
import { useTableSearch } from '../ui/useTableSearch.ts'
import type { Words } from '../words/en.ts'
import { useWords } from '../words/words.tsx'
import { sessionColumns } from './session.columns.tsx'
import { sessionFilters } from './session.filters.ts'
import { EndMany } from './EndMany.tsx'
import { SessionRowActions } from './SessionActions.tsx'
import { ButtonLink } from '../ui/links.tsx'

const route = getRouteApi('/signed-in/shell/sessions')

/** Sessions of the project in view (SES-03). */
export function SessionsPage() {
  const { w } = useWords()
  const { project } = useProject()
  const search = route.useSearch()
  const { change } = useTableSearch()
  const state = search.state ?? 'live'
  const isLive = state === 'live'
  const create = (
    <ButtonLink to="/sessions/new" search={true} leftSection={<IconPlus size={16} aria-hidden />}>
      {w.session.create}
    </ButtonLink>
  )
  return (
    <>
      <PageHeader title={w.session.title} purpose={w.session.purpose} action={create} />
      <DataTable<Session, Words>
        id={`session.${state}`}
        label={w.session.title}
        query={query(sessionApi.list, {
          ...listInput(search, sessionFilters),
          state,
          ...(project && { projectId: project.id }),
        })}
        columns={sessionColumns[state]}
        words={w}
        search={search}
        onSearch={change}
        rowId={session => session.id}
        rowName={session => session.name}
        empty={{
          icon: <IconStack2 size={36} />,
          title: isLive ? w.session.emptyLive : w.session.emptyEnded,
          help: isLive ? w.session.emptyLiveHelp : w.session.emptyEndedHelp,
          ...(isLive && { action: create }),
        }}
        {...(isLive && {
          renderRowActions: session => <SessionRowActions session={session} />,
          renderBulkActions: ({ rows, clear }) => <EndMany sessions={rows} onDone={clear} />,
        })}
        switcher={<LiveSwitch label={w.session.column.status} words={w.session} />}
      />
      <Outlet />
    </>
  )
}
