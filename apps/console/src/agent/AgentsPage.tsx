import { agentApi } from '@capstan/contract/agent'
import { Tabs } from '@mantine/core'
import { IconPlus, IconServer2 } from '@tabler/icons-react'
import { getRouteApi, Outlet } from '@tanstack/react-router'
import { useMay } from '../api/account.ts'
import { query } from '../api/call.ts'
import { ResourceTabs } from '../group/ResourceTabs.tsx'
import { Forbidden } from '../shell/PageError.tsx'
import { DataTable } from '../ui/DataTable.tsx'
import { PageHeader } from '../ui/PageHeader.tsx'
import { listInput } from '../ui/table-search.ts'
import { useTableSearch } from '../ui/useTableSearch.ts'
import { usePageWords } from '../words/page-words.ts'
import { agentColumns } from './agent.columns.tsx'
import { agentFilters } from './agent.filters.ts'
import { ButtonLink } from '../ui/links.tsx'

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
        query={query(agentApi.list, {
          ...listInput(search, agentFilters),
          status: isConnected ? ['connected'] : ['lost', 'terminated'],
        })}
        columns={agentColumns[state]}
        words={w}
        search={search}
        onSearch={change}
        rowId={agent => agent.id}
        rowName={agent => agent.id}
        empty={{
          icon: <IconServer2 size={36} />,
          title: isConnected ? w.agent.empty : w.agent.emptyLeft,
          help: isConnected ? w.agent.emptyHelp : w.agent.emptyLeftHelp,
          ...(isConnected && { action: connect }),
        }}
      />
      <Outlet />
    </>
  )
}
