import { groupApi } from '@capstan/contract/group'
import { type QueuedSession, schedulerApi } from '@capstan/contract/scheduler'
import { Button, Group, NativeSelect } from '@mantine/core'
import { IconAdjustments, IconArrowsUpDown, IconFlask, IconListNumbers } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Outlet } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { useMay } from '../api/account.ts'
import { query } from '../api/call.ts'
import { useManyChange } from '../job/useManyChange.ts'
import { Forbidden } from '../shell/PageError.tsx'
import { PageLoading } from '../shell/PageLoading.tsx'
import { DataTable } from '../ui/DataTable.tsx'
import { EmptyState } from '../ui/EmptyState.tsx'
import { ErrorPanel } from '../ui/ErrorPanel.tsx'
import { ButtonLink } from '../ui/links.tsx'
import { RowActions, RowButton } from '../ui/RowActions.tsx'
import { PageHeader } from '../ui/PageHeader.tsx'
import { sizeOf } from '../ui/table-search.ts'
import { useTableSearch } from '../ui/useTableSearch.ts'
import { type AllWords, usePageWords } from '../words/page-words.ts'
import { queueColumns } from './queue.columns.tsx'

const PriorityDialog = lazy(async () => ({
  default: (await import('./PriorityDialog.tsx')).PriorityDialog,
}))

/** What can be done with those that wait, one or several at once. */
const queueActions = ['priority'] as const

const route = getRouteApi('/signed-in/shell/scheduler')

/** All that waits in a resource group, in the order in which it will be started (SCH-01); for administrators (ACC-03). */
export function SchedulerPage() {
  const { w } = usePageWords()
  const may = useMay()
  const groups = useQuery({
    ...query(groupApi.list, { reach: 'all' }),
    enabled: may('scheduler.read'),
  })
  const { group: wanted } = route.useSearch()
  if (!may('scheduler.read')) return <Forbidden />
  if (groups.error) return <ErrorPanel error={groups.error} onRetry={() => void groups.refetch()} />
  if (!groups.data) return <PageLoading />
  const names = groups.data.items.map(({ name }) => name)
  const group = [wanted, 'default', names[0]].find(
    name => name !== undefined && names.includes(name),
  )
  return (
    <>
      <PageHeader
        title={w.scheduler.title}
        purpose={w.scheduler.purpose}
        action={group !== undefined && <Buttons group={group} />}
      />
      {group === undefined ? (
        <EmptyState
          icon={<IconListNumbers size={36} />}
          title={w.scheduler.noGroup}
          help={w.scheduler.emptyHelp}
        />
      ) : (
        <Queue group={group} names={names} />
      )}
      <Outlet />
    </>
  )
}

function Buttons({ group }: { group: string }) {
  const { w } = usePageWords()
  const may = useMay()
  return (
    <Group gap="xs">
      <ButtonLink
        to="/scheduler/-/defaults"
        search={true}
        variant="default"
        leftSection={<IconAdjustments size={16} aria-hidden />}
      >
        {w.scheduler.defaults}
      </ButtonLink>
      {may('scheduler.update') && (
        <ButtonLink
          from="/scheduler"
          to="/scheduler/-/what-if"
          search={before => ({ ...before, group })}
          leftSection={<IconFlask size={16} aria-hidden />}
        >
          {w.scheduler.whatIf}
        </ButtonLink>
      )}
    </Group>
  )
}

function Queue({ group, names }: { group: string; names: readonly string[] }) {
  const { w } = usePageWords()
  const search = route.useSearch()
  const { change } = useTableSearch()
  const many = useManyChange(queueActions, {})
  const picked = many.asked?.target
  const { cursor } = search
  return (
    <>
      <DataTable<QueuedSession, AllWords>
        id="queue"
        label={w.scheduler.title}
        query={query(schedulerApi.queue, {
          name: group,
          limit: sizeOf(search),
          ...(cursor !== undefined && { cursor }),
        })}
        columns={queueColumns}
        words={w}
        search={search}
        onSearch={change}
        rowId={session => session.id}
        rowName={session => session.name}
        renderRowActions={session => (
          <RowActions>
            <RowButton
              icon={IconArrowsUpDown}
              label={w.scheduler.priority.change}
              name={w.scheduler.priority.changeOf(session.name)}
              onClick={() => {
                change({ change: 'priority', picked: session.id })
              }}
            />
          </RowActions>
        )}
        renderBulkActions={selection => (
          <Button
            size="xs"
            variant="light"
            onClick={() => {
              const ids = selection.rows.map(({ id }) => id)
              many.begin('priority', selection, ids)
            }}
          >
            {w.scheduler.priority.change}
          </Button>
        )}
        switcher={
          <NativeSelect
            aria-label={w.scheduler.group}
            value={group}
            data={[...names]}
            onChange={event => {
              change({ group: event.currentTarget.value, cursor: undefined, page: undefined })
            }}
          />
        }
        empty={{
          icon: <IconListNumbers size={36} />,
          title: w.scheduler.empty,
          help: w.scheduler.emptyHelp,
        }}
      />
      {picked?.by === 'ids' && (
        <Suspense>
          <PriorityDialog
            group={group}
            ids={picked.ids}
            onClose={many.close}
            onDone={many.finish}
          />
        </Suspense>
      )}
    </>
  )
}
