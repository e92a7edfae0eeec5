import { sessionApi, type SessionDetails } from '@capstan/contract/session'
import { Button, Group, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { ErrorPanel } from '../ui/ErrorPanel.tsx'
import { toastDone } from '../ui/toast.ts'
import { useEndpointForm } from '../ui/useEndpointForm.ts'
import { useWords } from '../words/words.tsx'

/** A new name, in place. */
export function RenameSession({
  session,
  onClose,
}: {
  session: SessionDetails
  onClose: () => void
}) {
  const { w } = useWords()
  const queries = useQueryClient()
  const { form, submit, isPending, failure } = useEndpointForm({
    endpoint: sessionApi.rename,
    initialValues: { name: session.name },
    toInput: values => ({ id: session.id, name: values.name }),
    onDone: () => {
      toastDone(w.session.renamed)
      for (const path of [sessionApi.list.path, sessionApi.show.path])
        void queries.invalidateQueries({ queryKey: [path] })
      onClose()
    },
  })
  return (
    <form onSubmit={submit} noValidate>
      <Group align="flex-start" gap="xs">
        <TextInput
          style={{ flex: 1, minWidth: 200 }}
          aria-label={w.session.column.name}
          autoFocus
          {...form.getInputProps('name')}
        />
        <Button type="submit" loading={isPending}>
          {w.session.save}
        </Button>
        <Button variant="default" onClick={onClose}>
          {w.common.cancel}
        </Button>
      </Group>
      {failure && <ErrorPanel error={failure} />}
    </form>
  )
}
