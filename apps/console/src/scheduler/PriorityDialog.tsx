import { schedulerApi } from '@capstan/contract/scheduler'
import { Priority, sessionApi } from '@capstan/contract/session'
import { Button, Group, Modal, Skeleton, Stack, Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { call, query } from '../api/call.ts'
import { ErrorPanel } from '../ui/ErrorPanel.tsx'
import { PriorityInput } from '../ui/PriorityInput.tsx'
import { toastDone } from '../ui/toast.ts'
import { useRefresh } from '../ui/useRefresh.ts'
import { usePageWords } from '../words/page-words.ts'
import { PriorityPreview, type Previewed } from './PriorityPreview.tsx'

interface Props {
  readonly group: string
  readonly ids: string[]
  readonly onClose: () => void
  readonly onDone: () => void
}

/** Another priority for sessions that wait: says where they would stand, and puts them there (SCH-01). */
export function PriorityDialog({ group, ids, onClose, onDone }: Props) {
  const { w } = usePageWords()
  const [typed, setTyped] = useState<number | string>()
  const [tried] = useDebouncedValue(typed, 150)
  const wanted = Priority.safeParse(tried).data
  const present = useQuery(query(schedulerApi.previewPriority, { name: group, ids }))
  const preview = useQuery({
    ...query(schedulerApi.previewPriority, { name: group, ids, priority: wanted ?? 0 }),
    enabled: wanted !== undefined,
    placeholderData: keepPreviousData,
  })
  const answer = wanted === undefined ? present : preview
  const items = (answer.data ?? present.data)?.items ?? []
  const value = typed ?? commonPriority(items) ?? ''
  const priority = Priority.safeParse(value).data
  const change = useChange(onDone)
  const isNew = items.some(each => each.priority !== priority)
  return (
    <Modal
      opened
      onClose={onClose}
      title={w.scheduler.priority.title(ids.length, items[0]?.name ?? '')}
      size="lg"
      closeButtonProps={{ 'aria-label': w.common.close }}
    >
      <form
        noValidate
        onSubmit={event => {
          event.preventDefault()
          if (priority !== undefined && isNew) change.mutate({ items, priority })
        }}
      >
        <Stack gap="md">
          {/* Not before its value is known: one that comes while somebody types would mix with theirs. */}
          {present.data && (
            <PriorityInput
              label={w.session.column.priority}
              description={w.sessionForm.priorityHelp}
              error={value !== '' && priority === undefined && w.scheduler.priority.range}
              value={value}
              onChange={setTyped}
            />
          )}
          <Ends others={present.data?.others ?? null} onChoose={setTyped} />
          {answer.error && <ErrorPanel error={answer.error} />}
          {present.isPending && <Skeleton h={90} />}
          {present.data && items.length === 0 && (
            <Text size="sm">{w.scheduler.priority.gone(ids.length)}</Text>
          )}
          {items.length > 0 && (
            <PriorityPreview items={items} priority={priority} isStale={tried !== typed} />
          )}
          {change.error && <ErrorPanel error={change.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {w.common.cancel}
            </Button>
            <Button
              type="submit"
              disabled={priority === undefined || !isNew}
              loading={change.isPending}
            >
              {w.scheduler.priority.apply(items.length)}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}

/** The priority that all have; undefined where they differ. */
function commonPriority(items: readonly Previewed[]): number | undefined {
  const [first, ...others] = items
  return others.every(({ priority }) => priority === first?.priority) ? first?.priority : undefined
}

/** Before or behind all others that wait there, as far as priorities go. */
function Ends({
  others,
  onChoose,
}: {
  others: { readonly highest: number; readonly lowest: number } | null
  onChoose: (priority: number) => void
}) {
  const { w } = usePageWords()
  if (!others) return null
  const { highest, lowest } = others
  return (
    <Group gap="sm">
      <Button
        size="xs"
        variant="default"
        onClick={() => {
          onChoose(Math.min(highest + 1, 100))
        }}
      >
        {w.scheduler.priority.first}
      </Button>
      <Button
        size="xs"
        variant="default"
        onClick={() => {
          onChoose(Math.max(lowest - 1, 0))
        }}
      >
        {w.scheduler.priority.last}
      </Button>
    </Group>
  )
}

/** One session is changed by its name, several in one step: either way one undo puts back all of it. */
function useChange(onDone: () => void) {
  const { w } = usePageWords()
  const refresh = useRefresh(schedulerApi.queue, sessionApi.list, sessionApi.show)
  return useMutation({
    mutationFn: async ({ items, priority }: { items: readonly Previewed[]; priority: number }) => {
      const [only, ...others] = items
      if (only && others.length === 0) {
        const answer = await call(sessionApi.changePriority, { id: only.id, priority })
        return { answer, text: w.scheduler.priority.done(only.name, priority) }
      }
      const answer = await call(sessionApi.changePriorities, {
        items: items.map(({ id }) => ({ id, priority })),
      })
      const late = answer.items.filter(({ outcome }) => outcome !== 'changed').length
      const done = answer.items.length - late
      const texts = [
        w.scheduler.priority.doneMany(done, priority),
        late > 0 ? w.scheduler.priority.late(late) : '',
      ]
      return { answer, text: texts.filter(Boolean).join(' · ') }
    },
    onSuccess: ({ answer, text }) => {
      toastDone(text, answer)
      refresh()
      onDone()
    },
  })
}
