import { itemStatuses, type ItemStatus, type Job, jobApi } from '@capstan/contract/job'
import { Button, NativeSelect, Skeleton, Text, Title } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { call } from '../api/call.ts'
import { ErrorPanel } from '../ui/ErrorPanel.tsx'
import { StatusBadge, type Tone } from '../ui/StatusBadge.tsx'
import { usePageWords } from '../words/page-words.ts'
import { ReasonText } from './ReasonText.tsx'

const tones: Readonly<Record<ItemStatus, Tone>> = {
  waiting: 'idle',
  done: 'good',
  unchanged: 'idle',
  failed: 'bad',
  cancelled: 'idle',
}

/** What became of each thing, those that failed first looked for. */
export function JobResults({ job: { id, failedCount } }: { job: Job }) {
  const { w } = usePageWords()
  const [chosen, setChosen] = useState<ItemStatus | ''>()
  const status = chosen ?? (failedCount > 0 ? 'failed' : '')
  const answer = useInfiniteQuery({
    queryKey: [jobApi.listItems.path, { id, status }] as const,
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      call(
        jobApi.listItems,
        {
          id,
          ...(status !== '' && { status: [status] }),
          ...(pageParam !== undefined && { cursor: pageParam }),
        },
        { signal },
      ),
    getNextPageParam: page => page.nextCursor ?? undefined,
  })
  const items = answer.data?.pages.flatMap(page => page.items)
  return (
    <section aria-label={w.job.results}>
      <Title order={2} mb="sm">
        {w.job.results}
      </Title>
      <NativeSelect
        size="sm"
        mb="sm"
        aria-label={w.job.column.status}
        value={status}
        data={[
          { value: '', label: w.job.showAll },
          ...itemStatuses.map(value => ({ value, label: w.job.itemStatus[value] })),
        ]}
        onChange={event => {
          // The choices are these.
          setChosen(event.currentTarget.value as ItemStatus | '')
        }}
      />
      {answer.error && <ErrorPanel error={answer.error} />}
      {answer.isPending && <Skeleton h={60} />}
      {items?.length === 0 && (
        <Text size="sm" c="dimmed">
          {w.job.noItems}
        </Text>
      )}
      <ul className="plain-list">
        {items?.map(item => (
          <li key={item.number}>
            <StatusBadge tone={tones[item.status]} label={w.job.itemStatus[item.status]} />
            <Text size="sm" span>
              {item.name}
            </Text>
            {item.reason && (
              <Text size="sm" c="dimmed" span>
                <ReasonText reason={item.reason} />
              </Text>
            )}
          </li>
        ))}
      </ul>
      {answer.hasNextPage && (
        <Button
          mt="xs"
          size="xs"
          variant="default"
          loading={answer.isFetchingNextPage}
          onClick={() => {
            void answer.fetchNextPage()
          }}
        >
          {w.job.more}
        </Button>
      )}
    </section>
  )
}
