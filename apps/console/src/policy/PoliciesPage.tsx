import { Menu } from '@mantine/core'
import { IconGauge, IconPlus, IconSettings, IconTrash, IconUpload } from '@tabler/icons-react'
import { getRouteApi, Outlet, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useMay } from '../api/account.ts'
import { query } from '../api/call.ts'
import { Forbidden } from '../shell/PageError.tsx'
import { DataTable } from '../ui/DataTable.tsx'
import { ButtonLink } from '../ui/links.tsx'
import { PageHeader } from '../ui/PageHeader.tsx'
import { RowActions, RowButton } from '../ui/RowActions.tsx'
import { SectionTabs } from '../ui/SectionTabs.tsx'
import { listInput } from '../ui/table-search.ts'
import { useTableSearch } from '../ui/useTableSearch.ts'
import { type AllWords, usePageWords } from '../words/page-words.ts'
import { policyColumns } from './policy.columns.tsx'
import { kinds, type Policy, policyKinds, type PolicyKindName } from './policy.kinds.ts'
import { RemovePolicy } from './RemovePolicy.tsx'

/** The resource policies of one kind (POL-01); for administrators (ACC-03). */
export function PoliciesPage() {
  const may = useMay()
  const { kind } = route.useParams()
  return may('policy.read') ? <PolicyList key={kind} kind={kind} /> : <Forbidden />
}

const route = getRouteApi('/signed-in/shell/policies/$kind')

function PolicyList({ kind }: { kind: PolicyKindName }) {
  const { w } = usePageWords()
  const may = useMay()
  const search = route.useSearch()
  const { change } = useTableSearch()
  const navigate = useNavigate()
  const create = may('policy.create') && (
    <ButtonLink
      to="/policies/$kind/-/new"
      params={{ kind }}
      search={true}
      leftSection={<IconPlus size={16} aria-hidden />}
    >
      {w.policy.create}
    </ButtonLink>
  )
  return (
    <>
      <PageHeader title={w.policy.title} purpose={w.policy.purpose[kind]} action={create} />
      <SectionTabs
        label={w.policy.title}
        items={policyKinds.map(each => ({
          link: { to: '/policies/$kind', params: { kind: each } },
          label: w.policy.kind[each],
        }))}
      />
      <DataTable<Policy, AllWords>
        id={`policy.${kind}`}
        label={w.policy.kind[kind]}
        query={query(kinds[kind].api.list, listInput(search, ['name']))}
        columns={policyColumns[kind]}
        words={w}
        search={search}
        onSearch={change}
        rowId={policy => policy.name}
        rowName={policy => policy.name}
        {...(may('policy.update') && {
          renderRowActions: policy => <Actions kind={kind} policy={policy} />,
        })}
        tools={
          may('policy.create') && (
            <Menu.Item
              leftSection={<IconUpload size={16} aria-hidden />}
              onClick={() => {
                void navigate({
                  to: '/policies/$kind/-/import',
                  params: { kind },
                  search: true,
                })
              }}
            >
              {w.policy.import}
            </Menu.Item>
          )
        }
        empty={{
          icon: <IconGauge size={36} />,
          title: w.policy.empty,
          help: w.policy.purpose[kind],
          action: create,
        }}
      />
      <Outlet />
    </>
  )
}

function Actions({ kind, policy }: { kind: PolicyKindName; policy: Policy }) {
  const { w } = usePageWords()
  const navigate = useNavigate()
  const [isRemoving, setRemoving] = useState(false)
  return (
    <RowActions>
      <RowButton
        icon={IconSettings}
        label={w.user.edit}
        name={`${w.user.edit}: ${policy.name}`}
        onClick={() => {
          void navigate({
            to: '/policies/$kind/$name',
            params: { kind, name: policy.name },
            search: true,
          })
        }}
      />
      <RowButton
        icon={IconTrash}
        tone="danger"
        label={w.policy.remove}
        name={`${w.policy.remove}: ${policy.name}`}
        onClick={() => {
          setRemoving(true)
        }}
      />
      {isRemoving && (
        <RemovePolicy
          kind={kind}
          policy={policy}
          onClose={() => {
            setRemoving(false)
          }}
        />
      )}
    </RowActions>
  )
}
