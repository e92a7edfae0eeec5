import { type Agent, agentApi } from '@capstan/contract/agent'
import { Button, Tabs } from '@mantine/core'
import { IconPlus, IconServer2 } from '@tabler/icons-react'
import { getRouteApi, Outlet } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { useMay } from '../api/account.ts'
import { query } from '../api/call.ts'
import { type ManyChange, useManyChange } from '../job/useManyChange.ts'
import { ResourceTabs } from '../group/ResourceTabs.tsx'
import { Forbidden } from '../shell/PageError.tsx'
import type { Selection } from '../ui/BulkBar.tsx'
import { DataTable } from '../ui/DataTable.tsx'
import { PageHeader } from '../ui/PageHeader.tsx'
import { listInput } from '../ui/table-search.ts'
import { useTableSearch } from '../ui/useTableSearch.ts'
import { usePageWords } from '../words/page-words.ts'
import { type AgentAction, agentActions } from './agent.actions.ts'
import { agentColumns } from './agent.columns.tsx'
import { agentFilters } from './agent.filters.ts'
import { ButtonLink } from '../ui/links.tsx'

const DutyDialog = lazy(async () => ({ default: (await import('./DutyDialog.tsx')).DutyDialog }))

/** Machines that are connected (AGT-01), and those that were (AGT-03); for administrators (ACC-03). */
export function AgentsPage() {
  const may = useMay()
  return may('agent.read') ? <AgentList /> : <Forbidden />
}

const route = getRouteApi('/signed-in/shell/agents')

function AgentList() {
  const { w } = usePageWords()
  const may = useMay()
  const search = route.useSearch()
  const { change } = useTableSearch()
  const state = search.state ?? 'connected'
  const isConnected = state === 'connected'
  const asked = {
    ...listInput(search, agentFilters),
    status: isConnected ? (['connected'] as const) : (['lost', 'terminated'] as const),
  }
  const many = useManyChange(agentActions, asked)
  const connect = may('join_token.create') && (
    <ButtonLink
      to="/agents/-/connect"
      search={true}
      leftSection={<IconPlus size={16} aria-hidden />}
    >
      {w.connectAgent}
    </ButtonLink>
  )
  return (
    <>
      <PageHeader title={w.agent.title} purpose={w.agent.purpose} action={connect} />
      <ResourceTabs />
      <Tabs
        mb="md"
        value={state}
        onChange={value => {
          change({
            state: value === 'terminated' ? value : undefined,
            sort: undefined,
            cursor: undefined,
            page: undefined,
          })
        }}
      >
        <Tabs.List>
          <Tabs.Tab value="connected">{w.agent.connected}</Tabs.Tab>
          <Tabs.Tab value="terminated">{w.agent.terminated}</Tabs.Tab>
        </Tabs.List>
      </Tabs>
      <DataTable
        id={`agent.${state}`}
        label={w.agent.title}
        query={query(agentApi.list, { ...asked, status: [...asked.status] })}
        columns={agentColumns[state]}
        words={w}
        search={search}
        onSearch={change}
        rowId={agent => agent.id}
        rowName={agent => agent.id}
        {...(may('agent.update') && {
          renderBulkActions: (selection: Selection<Agent>) => (
            <BulkActions selection={selection} many={many} />
          ),
        })}
        empty={{
          icon: <IconServer2 size={36} />,
          title: isConnected ? w.agent.empty : w.agent.emptyLeft,
          help: isConnected ? w.agent.emptyHelp : w.agent.emptyLeftHelp,
          ...(isConnected && { action: connect }),
        }}
      />
      <Outlet />
      {many.asked?.target.by === 'ids' && (
        <Suspense>
          <DutyDialog
            action={many.asked.action}
            agentIds={many.asked.target.ids}
            onClose={many.close}
            onDone={many.finish}
          />
        </Suspense>
      )}
    </>
  )
}

function BulkActions({
  selection,
  many,
}: {
  selection: Selection<Agent>
  many: ManyChange<AgentAction>
}) {
  const { w } = usePageWords()
  return agentActions.map(action => (
    <Button
      key={action}
      size="xs"
      variant="light"
      onClick={() => {
        many.begin(
          action,
          selection,
          selection.rows.map(({ id }) => id),
        )
      }}
    >
      {w.agent.action[action]}
    </Button>
  ))
}
