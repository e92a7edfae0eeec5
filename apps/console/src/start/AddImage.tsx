import { imageApi } from '@capstan/contract/image'
import { Button, Group, TextInput } from '@mantine/core'
import { IconDownload, IconHammer } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { call, query } from '../api/call.ts'
import { toastError } from '../ui/toast.ts'
import { ErrorPanel } from '../ui/ErrorPanel.tsx'
import { useEndpointForm } from '../ui/useEndpointForm.ts'
import { useWords } from '../words/words.tsx'

/** Builds the base image, or pulls one by name. How that goes is shown by the list of image work. */
export function AddImage({ canBuild }: { canBuild: boolean }) {
  const { w } = useWords()
  const queries = useQueryClient()
  const refresh = (): void => {
    void queries.invalidateQueries({ queryKey: [imageApi.listTasks.path] })
  }
  const tasks = useQuery(query(imageApi.listTasks, {})).data?.items ?? []
  const isBuilding = tasks.some(
    ({ kind, status }) => kind === 'build' && (status === 'waiting' || status === 'running'),
  )
  const build = useMutation({
    mutationFn: () => call(imageApi.startTask, { kind: 'build' }),
    onSuccess: refresh,
    onError: toastError,
  })
  const { form, submit, isPending, failure } = useEndpointForm({
    endpoint: imageApi.startTask,
    initialValues: { reference: '' },
    toInput: ({ reference }) => ({ kind: 'pull' as const, reference: reference.trim() }),
    onDone: () => {
      form.reset()
      refresh()
    },
  })
  return (
    <div style={{ marginTop: 12, color: 'var(--mantine-color-text)' }}>
      <Button
        leftSection={<IconHammer size={16} aria-hidden />}
        disabled={!canBuild || isBuilding}
        loading={build.isPending}
        onClick={() => {
          build.mutate()
        }}
      >
        {w.start.build}
      </Button>
      <div style={{ margin: '4px 0 16px' }}>
        {canBuild ? w.start.buildHelp : w.start.cannotBuild}
      </div>
      <form onSubmit={submit} noValidate>
        <Group align="flex-end" gap="xs">
          <TextInput
            style={{ flex: 1, minWidth: 220, maxWidth: 420 }}
            label={w.start.pullLabel}
            description={w.start.pullHelp}
            placeholder="registry.example/team/image:1.0"
            inputWrapperOrder={['label', 'description', 'input', 'error']}
            spellCheck={false}
            {...form.getInputProps('reference')}
          />
          <Button
            type="submit"
            variant="default"
            loading={isPending}
            leftSection={<IconDownload size={16} aria-hidden />}
          >
            {w.start.pull}
          </Button>
        </Group>
        {failure && <ErrorPanel error={failure} />}
      </form>
    </div>
  )
}
