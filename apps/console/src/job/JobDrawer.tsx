import { type Job, jobApi } from '@capstan/contract/job'
import type { JobRequest } from '@capstan/contract/job-request'
import { toRequest } from '@capstan/contract/client'
import { Button, Group, Stack, Text, Title } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import type * as z from 'zod'
import { useAccount } from '../api/account.ts'
import { call, query } from '../api/call.ts'
import { ConfirmPopover } from '../ui/ConfirmPopover.tsx'
import { DetailsDrawer } from '../ui/DetailsDrawer.tsx'
import { fieldLabel, fieldValue } from '../ui/field-words.ts'
import { Properties } from '../ui/Properties.tsx'
import { RelativeTime } from '../ui/RelativeTime.tsx'
import { toastDone, toastError } from '../ui/toast.ts'
import { useRefresh } from '../ui/useRefresh.ts'
import { usePageWords } from '../words/page-words.ts'
import { JobBadge, JobProgress } from './JobProgress.tsx'
import { ReasonText } from './ReasonText.tsx'
import { JobResults } from './JobResults.tsx'

const route = getRouteApi('/signed-in/shell/jobs/$jobId')

/** One job: how far it is, what became of each thing, and what can be done now. */
export function JobDrawer() {
  const { w } = usePageWords()
  const { jobId } = route.useParams()
  const navigate = route.useNavigate()
  return (
    <DetailsDrawer
      query={query(jobApi.show, { id: jobId })}
      title={job => (job ? w.job.kind[job.kind] : '')}
      onClose={() => {
        void navigate({ to: '/jobs', search: true })
      }}
    >
      {job => <Details job={job} />}
    </DetailsDrawer>
  )
}

function Details({ job }: { job: Job }) {
  const { w, f } = usePageWords()
  const changes = Object.entries(job.changes).filter(([, value]) => value !== false)
  return (
    <Stack gap="xl">
      <Group justify="space-between">
        <JobBadge job={job} />
        <JobActions job={job} />
      </Group>
      <div role="status" aria-live="polite">
        <JobProgress job={job} />
        {job.isCancelling && <Text size="sm">{w.job.cancelling}</Text>}
      </div>
      {job.failure && (
        <Text size="sm">
          {w.job.failure}: <ReasonText reason={job.failure} />
        </Text>
      )}
      <Properties
        items={[
          { label: w.job.column.createdBy, value: job.createdBy },
          { label: w.job.column.created, value: <RelativeTime at={job.createdAt} /> },
          ...(changes.length > 0
            ? [
                {
                  label: w.job.what,
                  value: changes.map(([name, value]) => (
                    <div key={name}>
                      {fieldLabel(name, w)}: {fieldValue(name, value, w, f)}
                    </div>
                  )),
                  isWide: true,
                },
              ]
            : []),
        ]}
      />
      {job.passwords !== 'none' && <Passwords job={job} />}
      <JobResults job={job} />
    </Stack>
  )
}

function JobActions({ job }: { job: Job }) {
  const { w } = usePageWords()
  const navigate = route.useNavigate()
  const refresh = useRefresh(jobApi.list, jobApi.show)
  const cancel = useMutation({
    mutationFn: () => call(jobApi.cancel, { id: job.id }),
    onSuccess: refresh,
    onError: toastError,
  })
  const retry = useMutation({
    mutationFn: () => call(jobApi.create, retryOf(job)),
    onSuccess: ({ id }) => {
      toastDone(w.job.retried)
      refresh()
      void navigate({ to: '/jobs/$jobId', params: { jobId: id }, search: true })
    },
    onError: toastError,
  })
  if (job.endedAt === null)
    return (
      <ConfirmPopover
        title={w.job.cancelTitle}
        text={w.job.cancelText}
        confirm={w.job.cancel}
        onConfirm={() => {
          cancel.mutate()
        }}
      >
        <Button size="xs" variant="default" disabled={job.isCancelling}>
          {w.job.cancel}
        </Button>
      </ConfirmPopover>
    )
  if (job.failedCount === 0 || job.kind === 'user.create') return null
  return (
    <Button
      size="xs"
      variant="default"
      loading={retry.isPending}
      onClick={() => {
        retry.mutate()
      }}
    >
      {w.job.retry}
    </Button>
  )
}

/** The same once more, of those at which it failed. */
const retryOf = ({ id, kind, changes }: Job): z.input<typeof JobRequest> => {
  const target = { by: 'failed', jobId: id }
  // A job holds the changes that its request had.
  return (kind === 'keypair.remove' ? { kind, target } : { kind, target, changes }) as z.input<
    typeof JobRequest
  >
}

function Passwords({ job }: { job: Job }) {
  const { w } = usePageWords()
  const account = useAccount()
  const refresh = useRefresh(jobApi.show, jobApi.list)
  const forget = useMutation({
    mutationFn: () => call(jobApi.forgetPasswords, { id: job.id }),
    onSuccess: refresh,
    onError: toastError,
  })
  const isMine = account.email === job.createdBy
  return (
    <section aria-label={w.job.passwords}>
      <Title order={2} mb="xs">
        {w.job.passwords}
      </Title>
      <Text size="sm" mb="sm">
        {job.passwords === 'gone' ? w.job.passwordsGone : w.job.passwordsText}
      </Text>
      {job.passwords === 'ready' && isMine && (
        <Group gap="xs">
          <Button
            size="xs"
            component="a"
            href={toRequest(jobApi.passwords, { id: job.id }).target}
            download
            leftSection={<IconDownload size={14} aria-hidden />}
          >
            {w.job.download}
          </Button>
          <ConfirmPopover
            title={w.job.forgetTitle}
            text={w.job.forgetText}
            confirm={w.job.forget}
            isDanger
            onConfirm={() => {
              forget.mutate()
            }}
          >
            <Button size="xs" variant="default" loading={forget.isPending}>
              {w.job.forget}
            </Button>
          </ConfirmPopover>
        </Group>
      )}
    </section>
  )
}
