import { type Agent, agentApi } from '@capstan/contract/agent'
import { deviceApi, type GivenDevice } from '@capstan/contract/device'
import { groupApi } from '@capstan/contract/group'
import { Group, NativeSelect, Skeleton, Text } from '@mantine/core'
import { IconServer2 } from '@tabler/icons-react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useMemo } from 'react'
import type * as z from 'zod'
import { useMay } from '../api/account.ts'
import { call, query } from '../api/call.ts'
import { ResourceTabs } from '../group/ResourceTabs.tsx'
import { Forbidden } from '../shell/PageError.tsx'
import { EmptyState } from '../ui/EmptyState.tsx'
import { ErrorPanel } from '../ui/ErrorPanel.tsx'
import { PageHeader } from '../ui/PageHeader.tsx'
import { useTableSearch } from '../ui/useTableSearch.ts'
import { usePageWords } from '../words/page-words.ts'
import { type DevicesOf, HeatMap, HeatScale } from './HeatMap.tsx'

const route = getRouteApi('/signed-in/shell/resources')

/** All connected machines at a glance; for administrators (ACC-03). */
export function OverviewPage() {
  const may = useMay()
  return may('agent.read') ? <Overview /> : <Forbidden />
}

/** A page of the list at a time; with a group, only its own. */
async function connectedIn(group: string | undefined, signal: AbortSignal): Promise<Agent[]> {
  const all: Agent[] = []
  let cursor: string | null = null
  do {
    const page: Awaited<ReturnType<typeof read>> = await read(group, cursor, signal)
    all.push(...page.items)
    cursor = page.nextCursor
  } while (cursor !== null)
  // The list's filter finds a part of a group's name too.
  return group === undefined ? all : all.filter(agent => agent.resourceGroup === group)
}

const read = async (group: string | undefined, cursor: string | null, signal: AbortSignal) =>
  call(
    agentApi.list,
    {
      status: ['connected'],
      sort: 'id',
      limit: 200,
      ...(group !== undefined && { resourceGroup: group }),
      ...(cursor !== null && { cursor }),
    },
    { signal },
  )

/** Accelerators of connected machines; with a group, only its own. */
async function devicesIn(group: string | undefined, signal: AbortSignal): Promise<GivenDevice[]> {
  const all: GivenDevice[] = []
  let cursor: string | undefined
  do {
    const page: z.output<typeof deviceApi.list.output> = await call(
      deviceApi.list,
      {
        agentStatus: ['connected'],
        limit: 1000,
        ...(group !== undefined && { resourceGroup: group }),
        ...(cursor !== undefined && { cursor }),
      },
      { signal },
    )
    all.push(...page.items)
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
  return all
}

const byAgent = (devices: readonly GivenDevice[]): DevicesOf =>
  new Map(
    [...Map.groupBy(devices, ({ agentId }) => agentId)].map(([agentId, own]) => [
      agentId,
      Map.groupBy(own, ({ slot }) => slot),
    ]),
  )

function Overview() {
  const { w } = usePageWords()
  const { change } = useTableSearch()
  const { group } = route.useSearch()
  const groups = useQuery(query(groupApi.list, { reach: 'all' })).data?.items ?? []
  const names = new Set([
    ...groups.map(({ name }) => name),
    ...(group === undefined ? [] : [group]),
  ])
  const answer = useQuery({
    queryKey: [agentApi.list.path, 'overview', group],
    queryFn: async ({ signal }) => connectedIn(group, signal),
    placeholderData: keepPreviousData,
  })
  const agents = answer.data
  const given = useQuery({
    queryKey: [deviceApi.list.path, 'overview', group],
    queryFn: async ({ signal }) => devicesIn(group, signal),
    placeholderData: keepPreviousData,
  })
  const devices = useMemo(() => byAgent(given.data ?? []), [given.data])
  return (
    <>
      <PageHeader title={w.overview.heading} purpose={w.overview.purpose} />
      <ResourceTabs />
      <Group justify="space-between" mb="md">
        <NativeSelect
          aria-label={w.session.column.group}
          value={group ?? ''}
          data={[
            { value: '', label: w.overview.allGroups },
            ...[...names].map(name => ({ value: name, label: name })),
          ]}
          onChange={event => {
            change({ group: event.currentTarget.value || undefined })
          }}
        />
        <HeatScale hasMarks={devices.size > 0} />
      </Group>
      {answer.error && <ErrorPanel error={answer.error} onRetry={() => void answer.refetch()} />}
      {answer.isPending && <Skeleton h={240} />}
      {agents?.length === 0 && (
        <EmptyState
          icon={<IconServer2 size={36} />}
          title={w.agent.empty}
          help={w.agent.emptyHelp}
        />
      )}
      {agents && agents.length > 0 && (
        <>
          <Text size="sm" c="dimmed" mb="xs" role="status">
            {w.overview.count(agents.length)}
          </Text>
          <HeatMap agents={agents} devices={devices} label={w.overview.purpose} />
        </>
      )}
    </>
  )
}
