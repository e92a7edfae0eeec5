import { jobApi } from '@capstan/contract/job'
import type { JobRequest } from '@capstan/contract/job-request'
import { Button, Group, Modal, Skeleton, Stack, Text } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type * as z from 'zod'
import { call } from '../api/call.ts'
import { ErrorPanel } from '../ui/ErrorPanel.tsx'
import { usePageWords } from '../words/page-words.ts'
import { useStartedToast } from './useStartedToast.tsx'

type Request = z.input<typeof JobRequest>

/** Problems that are named one by one. */
const mostShown = 20

/** What would be hit by a change of many, and a button to start it. `children`: fields of the change. */
export function ManyDialog({
  title,
  request,
  isDanger = false,
  onClose,
  onStarted,
  children,
}: {
  title: string
  /** None while the fields do not say what is to be done. */
  request: Request | undefined
  isDanger?: boolean
  onClose: () => void
  onStarted: () => void
  children?: ReactNode
}) {
  const { w } = usePageWords()
  const started = useStartedToast()
  const preview = useQuery({
    queryKey: ['job.preview', request] as const,
    // Not asked for while there is nothing to ask.
    queryFn: ({ signal }) => call(jobApi.preview, request!, { signal }),
    enabled: request !== undefined,
    gcTime: 0,
    retry: false,
  })
  const start = useMutation({
    mutationFn: (asked: Request) => call(jobApi.create, asked),
    onSuccess: job => {
      started(job)
      onStarted()
    },
  })
  const seen = preview.data
  const count = seen?.changeCount ?? 0
  return (
    <Modal
      opened
      onClose={onClose}
      title={title}
      size="lg"
      closeButtonProps={{ 'aria-label': w.common.close }}
    >
      <Stack gap="md">
        {children}
        {preview.error && <ErrorPanel error={preview.error} />}
        {request && preview.isPending && <Skeleton h={60} />}
        {seen && (
          <div role="status" aria-live="polite">
            <Text size="sm" fw={600}>
              {w.many.concerned(seen.count, seen.changeCount)}
            </Text>
            {seen.sample.length > 0 && (
              <Text size="sm" lineClamp={3}>
                {w.many.among}: {seen.sample.join(', ')}
              </Text>
            )}
            {seen.unchangedCount > 0 && (
              <Text size="sm">{w.many.unchanged(seen.unchangedCount)}</Text>
            )}
            {seen.liveSessionCount + seen.activeKeypairCount > 0 && (
              <Text size="sm">
                {w.many.atStake(seen.liveSessionCount, seen.activeKeypairCount)}
              </Text>
            )}
            {seen.problemCount > 0 && (
              <>
                <Text size="sm">{w.many.refused(seen.problemCount)}</Text>
                <ul style={{ margin: 0, paddingLeft: 20, fontSize: '0.875rem' }}>
                  {seen.problems.slice(0, mostShown).map(({ name, message }) => (
                    <li key={name}>
                      {name}: {message}
                    </li>
                  ))}
                  {seen.problemCount > mostShown && (
                    <li>{w.many.moreProblems(seen.problemCount - mostShown)}</li>
                  )}
                </ul>
              </>
            )}
          </div>
        )}
        {start.error && <ErrorPanel error={start.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {w.common.cancel}
          </Button>
          <Button
            disabled={!seen || count === 0}
            loading={start.isPending}
            {...(isDanger && { color: 'red.9' })}
            onClick={() => {
              if (request && seen)
                start.mutate(
                  request.kind === 'user.create'
                    ? request
                    : { ...request, expectedCount: seen.count },
                )
            }}
          >
            {w.many.apply(count)}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
