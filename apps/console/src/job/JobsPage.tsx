import { type Job, jobApi } from '@capstan/contract/job'
import { IconListCheck } from '@tabler/icons-react'
import { getRouteApi, Outlet } from '@tanstack/react-router'
import { useMay } from '../api/account.ts'
import { query } from '../api/call.ts'
import { Forbidden } from '../shell/PageError.tsx'
import { DataTable } from '../ui/DataTable.tsx'
import { PageHeader } from '../ui/PageHeader.tsx'
import { choicesOf, listInput } from '../ui/table-search.ts'
import { useTableSearch } from '../ui/useTableSearch.ts'
import { type AllWords, usePageWords } from '../words/page-words.ts'
import { jobColumns } from './job.columns.tsx'
import { jobFilters } from './job.filters.ts'

const route = getRouteApi('/signed-in/shell/jobs')

/** What the server does to many at once (PLS-02); for administrators (ACC-03). */
export function JobsPage() {
  const may = useMay()
  return may('job.read') ? <JobList /> : <Forbidden />
}

function JobList() {
  const { w } = usePageWords()
  const search = route.useSearch()
  const { change } = useTableSearch()
  const { kind, status, ...input } = listInput(search, jobFilters)
  return (
    <>
      <PageHeader title={w.job.title} purpose={w.job.purpose} />
      <DataTable<Job, AllWords>
        id="job"
        label={w.job.title}
        query={query(jobApi.list, {
          ...input,
          ...(kind !== undefined && { kind: choicesOf(kind) }),
          ...(status !== undefined && { status: choicesOf(status) }),
        })}
        columns={jobColumns}
        words={w}
        search={search}
        onSearch={change}
        rowId={job => job.id}
        rowName={job => w.job.kind[job.kind]}
        empty={{ icon: <IconListCheck size={36} />, title: w.job.none, help: w.job.noneHelp }}
      />
      <Outlet />
    </>
  )
}
