import { groupApi, type ResourceGroup } from '@capstan/contract/group'
import {
  IconBan,
  IconPlayerPlay,
  IconPlus,
  IconServerCog,
  IconSettings,
  IconTrash,
} from '@tabler/icons-react'
import { getRouteApi, Outlet, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
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
import { groupColumns } from './group.columns.tsx'
import { groupFilters } from './group.filters.ts'
import { RemoveGroup } from './RemoveGroup.tsx'
import { ResourceTabs } from './ResourceTabs.tsx'
import { useGroupQuestion } from './useGroupActivity.ts'

/** The resource groups (GRP-01); for administrators (ACC-03). */
export function GroupsPage() {
  const may = useMay()
  return may('agent.read') ? <GroupList /> : <Forbidden />
}

const route = getRouteApi('/signed-in/shell/resource-groups')

function GroupList() {
  const { w } = usePageWords()
  const may = useMay()
  const search = route.useSearch()
  const { change } = useTableSearch()
  const state = search.state ?? 'active'
  const create = may('group.create') && (
    <ButtonLink
      to="/resource-groups/-/new"
      search={true}
      leftSection={<IconPlus size={16} aria-hidden />}
    >
      {w.group.create}
    </ButtonLink>
  )
  return (
    <>
      <PageHeader title={w.group.title} purpose={w.group.purpose} action={create} />
      <ResourceTabs />
      <DataTable<ResourceGroup, AllWords>
        id="group"
        label={w.group.title}
        query={query(groupApi.list, {
          ...listInput(search, groupFilters),
          ...activityOf(state),
          reach: 'all',
        })}
        columns={groupColumns}
        words={w}
        search={search}
        onSearch={change}
        rowId={group => group.name}
        rowName={group => group.name}
        {...(may('group.update') && {
          renderRowActions: group => <Actions group={group} />,
        })}
        switcher={<StateSwitch label={w.group.state} words={w.user} />}
        empty={{
          icon: <IconServerCog size={36} />,
          title: {
            active: w.group.empty,
            inactive: w.group.emptyInactive,
            all: w.group.emptyAll,
          }[state],
          help: w.group.purpose,
          ...(state !== 'inactive' && { action: create }),
        }}
      />
      <Outlet />
    </>
  )
}

function Actions({ group }: { group: ResourceGroup }) {
  const { w } = usePageWords()
  const navigate = useNavigate()
  const question = useGroupQuestion(group)
  const [isRemoving, setRemoving] = useState(false)
  const { name, isActive } = group
  const label = isActive ? w.user.deactivate : w.user.activate
  return (
    <RowActions>
      <RowButton
        icon={IconSettings}
        label={w.user.edit}
        name={`${w.user.edit}: ${name}`}
        onClick={() => {
          void navigate({ to: '/resource-groups/$name', params: { name }, search: true })
        }}
      />
      <ConfirmedRowButton
        icon={isActive ? IconBan : IconPlayerPlay}
        tone={isActive ? 'danger' : 'strong'}
        label={label}
        name={`${label}: ${name}`}
        confirmation={question}
      />
      <RowButton
        icon={IconTrash}
        tone="danger"
        label={w.group.remove}
        name={`${w.group.remove}: ${name}`}
        onClick={() => {
          setRemoving(true)
        }}
      />
      {isRemoving && (
        <RemoveGroup
          name={name}
          onClose={() => {
            setRemoving(false)
          }}
        />
      )}
    </RowActions>
  )
}
