import { schedulerApi } from '@capstan/contract/scheduler'
import { sessionApi, type SessionDetails } from '@capstan/contract/session'
import { Button, Group } from '@mantine/core'
import { ErrorPanel } from '../ui/ErrorPanel.tsx'
import { PriorityInput } from '../ui/PriorityInput.tsx'
import { toastDone } from '../ui/toast.ts'
import { useEndpointForm } from '../ui/useEndpointForm.ts'
import { useRefresh } from '../ui/useRefresh.ts'
import { usePageWords } from '../words/page-words.ts'

/** Another priority for a session that waits, in place: for its owner, who sees nothing of others in the queue. */
export function ChangePriority({
  session,
  onClose,
}: {
  session: SessionDetails
  onClose: () => void
}) {
  const { w } = usePageWords()
  const refresh = useRefresh(
    sessionApi.show,
    sessionApi.list,
    schedulerApi.showOutlook,
    schedulerApi.queue,
  )
  const initialValues: { readonly priority: number | string } = { priority: session.priority }
  const { form, submit, isPending, failure } = useEndpointForm({
    endpoint: sessionApi.changePriority,
    initialValues,
    // An empty field is no number, not 0.
    toInput: ({ priority }) => ({
      id: session.id,
      priority: typeof priority === 'number' ? priority : Number.NaN,
    }),
    onDone: answer => {
      toastDone(w.scheduler.priority.done(answer.name, answer.priority), answer)
      refresh()
      onClose()
    },
  })
  return (
    <form onSubmit={submit} noValidate>
      <Group align="flex-start" gap="xs">
        <PriorityInput
          aria-label={w.session.column.priority}
          description={w.sessionForm.priorityHelp}
          inputWrapperOrder={['input', 'description', 'error']}
          {...form.getInputProps('priority')}
        />
        <Button type="submit" loading={isPending}>
          {w.scheduler.priority.apply(1)}
        </Button>
        <Button variant="default" onClick={onClose}>
          {w.common.cancel}
        </Button>
      </Group>
      {failure && <ErrorPanel error={failure} />}
    </form>
  )
}
