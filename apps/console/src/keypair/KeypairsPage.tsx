import { type Keypair, keypairApi } from '@capstan/contract/keypair'
import { IconKey, IconPlus } from '@tabler/icons-react'
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
import { activityOf, StateSwitch } from '../ui/StateSwitch.tsx'
import { listInput } from '../ui/table-search.ts'
import { useTableSearch } from '../ui/useTableSearch.ts'
import { UserTabs } from '../user/UserTabs.tsx'
import { type AllWords, usePageWords } from '../words/page-words.ts'
import { keypairColumns } from './keypair.columns.tsx'
import { keypairFilters } from './keypair.filters.ts'
import { KeypairActions } from './KeypairActions.tsx'
import { manyKeypairActions } from './keypair.actions.ts'

const ManyKeypairDialog = lazy(async () => ({
  default: (await import('./ManyKeypairDialog.tsx')).ManyKeypairDialog,
}))

/** Keypairs of the people one administers (KEY-02); for administrators (ACC-03). */
export function KeypairsPage() {
  const may = useMay()
  return may('keypair.read') ? <KeypairList /> : <Forbidden />
}

const route = getRouteApi('/signed-in/shell/credentials')

function KeypairList() {
  const { w } = usePageWords()
  const search = route.useSearch()
  const { change } = useTableSearch()
  const state = search.state ?? 'active'
  const asked = { ...listInput(search, keypairFilters), ...activityOf(state) }
  const many = useManyChange(manyKeypairActions, asked)
  const add = (
    <ButtonLink
      to="/credentials/new"
      search={true}
      leftSection={<IconPlus size={16} aria-hidden />}
    >
      {w.keypair.add}
    </ButtonLink>
  )
  return (
    <>
      <PageHeader title={w.keypair.title} purpose={w.keypair.purpose} action={add} />
      <UserTabs />
      <DataTable<Keypair, AllWords>
        id="keypair"
        label={w.keypair.title}
        query={query(keypairApi.list, asked)}
        canSelectAll
        renderBulkActions={selection => (
          <ManyActions
            actions={manyKeypairActions}
            change={many}
            selection={selection}
            idOf={keypair => keypair.accessKey}
          />
        )}
        columns={keypairColumns}
        words={w}
        search={search}
        onSearch={change}
        rowId={keypair => keypair.accessKey}
        rowName={keypair => keypair.accessKey}
        renderRowActions={keypair => <KeypairActions keypair={keypair} />}
        switcher={<StateSwitch label={w.keypair.state} words={w.user} />}
        empty={{
          icon: <IconKey size={36} />,
          title: {
            active: w.keypair.empty,
            inactive: w.keypair.emptyInactive,
            all: w.keypair.emptyAll,
          }[state],
          help: state === 'inactive' ? w.keypair.emptyInactiveHelp : w.keypair.emptyHelp,
          ...(state !== 'inactive' && { action: add }),
        }}
      />
      {many.asked && (
        <Suspense>
          <ManyKeypairDialog key={many.asked.action} {...many.asked} change={many} />
        </Suspense>
      )}
      <Outlet />
    </>
  )
}
