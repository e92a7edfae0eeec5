import type { Job } from '@capstan/contract/job'
import { Progress } from '@mantine/core'
import { StatusBadge, type Tone } from '../ui/StatusBadge.tsx'
import { usePageWords } from '../words/page-words.ts'

const tones: Readonly<Record<Job['status'], Tone>> = {
  queued: 'idle',
  running: 'busy',
  done: 'good',
  failed: 'bad',
  cancelled: 'idle',
}

/** State of a job; one that ended with failures says so by its tone. */
export function JobBadge({ job }: { job: Job }) {
  const { w } = usePageWords()
  const tone = job.status === 'done' && job.failedCount > 0 ? 'warn' : tones[job.status]
  return (
    <StatusBadge
      tone={tone}
      label={w.job.status[job.status]}
      isBusy={job.status === 'queued' || job.status === 'running'}
    />
  )
}

/** How far a job is: a bar with the figures. */
export function JobProgress({ job }: { job: Job }) {
  const { w, f } = usePageWords()
  const settled = job.doneCount + job.unchangedCount + job.failedCount
  const text = w.job.counts(f.number(settled), f.number(job.totalCount))
  return (
    <div style={{ minWidth: 120 }}>
      <Progress.Root size="sm">
        <Progress.Section
          value={job.progress * 100}
          aria-label={`${w.job.kind[job.kind]}: ${f.percent(job.progress)}`}
          {...(job.failedCount > 0 && { color: 'orange.8' })}
        />
      </Progress.Root>
      <span className="tabular" style={{ fontSize: '0.8125rem' }}>
        {text}
      </span>
    </div>
  )
}
