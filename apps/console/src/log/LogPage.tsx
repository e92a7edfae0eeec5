import { type Operation, operationApi } from '@capstan/contract/operation'
import { SegmentedControl, Text } from '@mantine/core'
import { IconHistory } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Outlet } from '@tanstack/react-router'
import { useAccount, useMay } from '../api/account.ts'
import { query } from '../api/call.ts'
import { DataTable } from '../ui/DataTable.tsx'
import { PageHeader } from '../ui/PageHeader.tsx'
import { choicesOf, listInput, spanOf } from '../ui/table-search.ts'
import { useTableSearch } from '../ui/useTableSearch.ts'
import { type AllWords, usePageWords } from '../words/page-words.ts'
import { logColumns } from './log.columns.tsx'
import { logFilters } from './log.filters.ts'
import { sentenceOf } from './sentence.ts'

const route = getRouteApi('/signed-in/shell/log')

/** What was done, by whom, and how it ended (PLS-05): one's own, and for administrators everybody's whom they administer. */
export function LogPage() {
  const { w } = usePageWords()
  const { role } = useAccount()
  const search = route.useSearch()
  const { change } = useTableSearch()
  const { operation, outcome, at, ...input } = listInput(search, logFilters)
  const outcomes = choicesOf(outcome)
  const isAdmin = role !== 'user'
  const asked = {
    ...input,
    ...spanOf(at),
    ...(operation !== undefined && { noun: choicesOf(operation) }),
    // Both are all of them.
    ...(outcomes.length === 1 &&
      ({ outcome: outcomes[0] === 'failed' ? 'failed' : 'done' } as const)),
    ...(search.whose === 'mine' && { isMine: true }),
  }
  return (
    <>
      <PageHeader title={w.log.title} purpose={isAdmin ? w.log.purposeAll : w.log.purpose} />
      <DataTable<Operation, AllWords>
        id="log"
        label={w.log.title}
        query={query(operationApi.list, asked)}
        columns={logColumns}
        words={w}
        search={search}
        onSearch={change}
        rowId={each => each.id}
        rowName={each => sentenceOf(each, w)}
        switcher={isAdmin && <WhoseSwitch />}
        empty={{ icon: <IconHistory size={36} />, title: w.log.empty, help: w.log.emptyHelp }}
      />
      <Retention />
      <Outlet />
    </>
  )
}

function WhoseSwitch() {
  const { w } = usePageWords()
  const { whose } = route.useSearch()
  const { change } = useTableSearch()
  return (
    <SegmentedControl
      size="sm"
      aria-label={w.log.whose}
      value={whose ?? 'everybody'}
      data={[
        { value: 'everybody', label: w.log.everybody },
        { value: 'mine', label: w.log.mine },
      ]}
      onChange={value => {
        change({
          whose: value === 'mine' ? 'mine' : undefined,
          cursor: undefined,
          page: undefined,
        })
      }}
    />
  )
}

/** How long the log is kept, for those who may see how the installation is set up. */
function Retention() {
  const { w, f } = usePageWords()
  const may = useMay()
  const answer = useQuery({ ...query(operationApi.retention, {}), enabled: may('system.read') })
  return (
    answer.data && (
      <Text size="sm" c="dimmed" mt="sm">
        {w.log.kept(f.number(answer.data.days))}
      </Text>
    )
  )
}
