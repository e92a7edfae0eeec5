import { imageApi, type ImageTaskState } from '@capstan/contract/image'
import { Button, Paper, Progress, Text, Title } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { call, query } from '../api/call.ts'
import { RelativeTime } from '../ui/RelativeTime.tsx'
import { StatusBadge, type Tone } from '../ui/StatusBadge.tsx'
import { toastError } from '../ui/toast.ts'
import type { Words } from '../words/en.ts'
import { useWords } from '../words/words.tsx'

/** While something is under way, in case no event tells of its progress. */
const everyMs = 3000
const mostShown = 5

const isUnderWay = ({ status }: ImageTaskState): boolean =>
  status === 'waiting' || status === 'running'

/** Builds and pulls of the last day: how far they are, why they failed, another try. */
export function ImageTasks() {
  const { w } = useWords()
  const answer = useQuery({
    ...query(imageApi.listTasks, {}),
    refetchInterval: ({ state }) => (state.data?.items.some(isUnderWay) ? everyMs : false),
  })
  const tasks = answer.data?.items ?? []
  if (tasks.length === 0) return null
  return (
    <Paper className="surface start-card" component="section" aria-label={w.start.tasks}>
      <Title order={2} mb="xs">
        {w.start.tasks}
      </Title>
      <ul className="plain-list">
        {tasks.slice(0, mostShown).map(task => (
          <TaskRow key={task.id} task={task} />
        ))}
      </ul>
    </Paper>
  )
}

const tones: Readonly<Record<ImageTaskState['status'], Tone>> = {
  waiting: 'idle',
  running: 'busy',
  done: 'good',
  failed: 'bad',
  cancelled: 'idle',
}

const describe = (task: ImageTaskState, w: Words): string =>
  ({
    waiting: w.start.waiting,
    running: task.kind === 'build' ? w.start.building(task.agentId) : w.start.pulling(task.agentId),
    done: w.start.taskDone,
    failed: w.start.taskFailed,
    cancelled: w.start.taskCancelled,
  })[task.status]

function TaskRow({ task }: { task: ImageTaskState }) {
  const { w, f } = useWords()
  const queries = useQueryClient()
  const settled = {
    onSuccess: () => queries.invalidateQueries({ queryKey: [imageApi.listTasks.path] }),
    onError: toastError,
  }
  const cancel = useMutation({
    mutationFn: () => call(imageApi.cancelTask, { id: task.id }),
    ...settled,
  })
  const retry = useMutation({
    mutationFn: () => {
      const { agentId, reference } = task
      return call(
        imageApi.startTask,
        task.kind === 'build' ? { kind: 'build', agentId } : { kind: 'pull', agentId, reference },
      )
    },
    ...settled,
  })
  const name = task.kind === 'build' ? w.start.baseImage : task.reference
  const hasNews = task.status === 'running' || task.status === 'failed'
  const canRetry = task.status === 'failed' || task.status === 'cancelled'
  return (
    <li>
      <div style={{ flex: '1 1 240px', minWidth: 0 }}>
        <Text size="sm" fw={500} style={{ overflowWrap: 'anywhere' }}>
          {name}
        </Text>
        <Text size="sm" component="div" role="status">
          <StatusBadge
            tone={tones[task.status]}
            label={describe(task, w)}
            isBusy={isUnderWay(task)}
          />{' '}
          <Text span size="sm" c="dimmed">
            {task.status === 'running' && f.percent(task.progress)}{' '}
            {task.endedAt !== null && <RelativeTime at={task.endedAt} />}
          </Text>
        </Text>
        {task.status === 'running' && (
          <Progress mt={6} value={task.progress * 100} aria-label={name} />
        )}
        {task.message && hasNews && (
          <Text
            size="sm"
            mt={4}
            className="preserve"
            c={task.status === 'failed' ? 'var(--mantine-color-error)' : 'dimmed'}
          >
            {task.message}
          </Text>
        )}
      </div>
      {isUnderWay(task) && (
        <Button
          size="xs"
          variant="default"
          loading={cancel.isPending}
          onClick={() => {
            cancel.mutate()
          }}
        >
          {w.common.cancel}
        </Button>
      )}
      {canRetry && (
        <Button
          size="xs"
          variant="default"
          loading={retry.isPending}
          onClick={() => {
            retry.mutate()
          }}
        >
          {w.common.retry}
        </Button>
      )}
    </li>
  )
}
