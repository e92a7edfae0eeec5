import { type User, userApi } from '@capstan/contract/user'
import { Group } from '@mantine/core'
import { IconPlus, IconUsers } from '@tabler/icons-react'
import { getRouteApi, Outlet } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { useMay } from '../api/account.ts'
import { query } from '../api/call.ts'
import { ManyActions } from '../job/ManyActions.tsx'
import { useManyChange } from '../job/useManyChange.ts'
import { Forbidden } from '../shell/PageError.tsx'
import { DataTable } from '../ui/DataTable.tsx'
import { ButtonLink } from '../ui/links.tsx'
import { PageHeader } from '../ui/PageHeader.tsx'
import { StateSwitch } from '../ui/StateSwitch.tsx'
import { choicesOf, listInput } from '../ui/table-search.ts'
import { useTableSearch } from '../ui/useTableSearch.ts'
import { usePageWords } from '../words/page-words.ts'
import { manyUserActions } from './user.actions.ts'
import { UserActions } from './UserActions.tsx'
import { UserTabs } from './UserTabs.tsx'
import { userColumns } from './user.columns.tsx'
import { userFilters } from './user.filters.ts'

const ManyUserDialog = lazy(async () => ({
  default: (await import('./ManyUserDialog.tsx')).ManyUserDialog,
}))

/** The people of the cluster, or of one's domain (USR-01, USR-12); for administrators (ACC-03). */
export function UsersPage() {
  const may = useMay()
  return may('user.read') ? <UserList /> : <Forbidden />
}

const route = getRouteApi('/signed-in/shell/users')

const statusesIn: Record<'active' | 'inactive', User['status'][]> = {
  active: ['active'],
  inactive: ['inactive', 'before-verification', 'deleted'],
}

function UserList() {
  const { w } = usePageWords()
  const search = route.useSearch()
  const { change } = useTableSearch()
  const state = search.state ?? 'active'
  const { role, ...input } = listInput(search, userFilters)
  const asked = {
    ...input,
    ...(role !== undefined && { role: choicesOf(role) }),
    ...(state !== 'all' && { status: statusesIn[state] }),
  }
  const many = useManyChange(manyUserActions, asked)
  const create = (
    <Group gap="xs">
      <ButtonLink to="/users/-/many" search={true} variant="default">
        {w.many.createMany}
      </ButtonLink>
      <ButtonLink to="/users/new" search={true} leftSection={<IconPlus size={16} aria-hidden />}>
        {w.user.create}
      </ButtonLink>
    </Group>
  )
  return (
    <>
      <PageHeader title={w.user.title} purpose={w.user.purpose} action={create} />
      <UserTabs />
      <DataTable
        id="user"
        label={w.user.title}
        query={query(userApi.list, asked)}
        columns={userColumns}
        words={w}
        search={search}
        onSearch={change}
        rowId={user => user.id}
        rowName={user => user.email}
        renderRowActions={user => <UserActions user={user} />}
        canSelectAll
        renderBulkActions={selection => (
          <ManyActions
            actions={manyUserActions}
            change={many}
            selection={selection}
            idOf={user => user.id}
          />
        )}
        switcher={<StateSwitch label={w.user.state} words={w.user} />}
        empty={{
          icon: <IconUsers size={36} />,
          title: { active: w.user.empty, inactive: w.user.emptyInactive, all: w.user.emptyAll }[
            state
          ],
          help: state === 'inactive' ? w.user.emptyInactiveHelp : w.user.emptyHelp,
          ...(state !== 'inactive' && { action: create }),
        }}
      />
      {many.asked && (
        <Suspense>
          <ManyUserDialog key={many.asked.action} {...many.asked} change={many} />
        </Suspense>
      )}
      <Outlet />
    </>
  )
}
