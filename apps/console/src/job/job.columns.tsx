import { type Job, jobStatuses } from '@capstan/contract/job'
import { jobKinds } from '@capstan/contract/job-kinds'
import type { Column } from '../ui/column.ts'
import { TextLink } from '../ui/links.tsx'
import { RelativeTime } from '../ui/RelativeTime.tsx'
import { type AllWords, usePageWords } from '../words/page-words.ts'
import { JobBadge, JobProgress } from './JobProgress.tsx'

function KindLink({ job }: { job: Job }) {
  const { w } = usePageWords()
  return (
    <TextLink to="/jobs/$jobId" params={{ jobId: job.id }} search={true} size="sm">
      {w.job.kind[job.kind]}
    </TextLink>
  )
}

/** Columns of the list of jobs. */
export const jobColumns: readonly Column<Job, AllWords>[] = [
  {
    id: 'kind',
    header: w => w.job.column.kind,
    isFixed: true,
    filter: {
      kind: 'choice',
      choices: w => jobKinds.map(value => ({ value, label: w.job.kind[value] })),
    },
    cell: job => <KindLink job={job} />,
  },
  {
    id: 'status',
    header: w => w.job.column.status,
    filter: {
      kind: 'choice',
      choices: w => jobStatuses.map(value => ({ value, label: w.job.status[value] })),
    },
    cell: job => <JobBadge job={job} />,
  },
  {
    id: 'progress',
    header: w => w.job.column.progress,
    cell: job => <JobProgress job={job} />,
  },
  {
    id: 'failedCount',
    header: w => w.job.column.failed,
    align: 'right',
    cell: job => job.failedCount,
  },
  {
    id: 'createdBy',
    header: w => w.job.column.createdBy,
    filter: { kind: 'text' },
    cell: job => job.createdBy,
  },
  {
    id: 'createdAt',
    header: w => w.job.column.created,
    sort: 'createdAt',
    cell: job => <RelativeTime at={job.createdAt} />,
  },
]
