import { type SchedulerDefaults, schedulerApi } from '@capstan/contract/scheduler'
import { Button, Fieldset, Group, NumberInput, Stack, Text } from '@mantine/core'
import { getRouteApi } from '@tanstack/react-router'
import { useMay } from '../api/account.ts'
import { query } from '../api/call.ts'
import { Forbidden } from '../shell/PageError.tsx'
import { FieldsDrawer } from '../ui/DetailsDrawer.tsx'
import { ErrorPanel } from '../ui/ErrorPanel.tsx'
import { Notice } from '../ui/Notice.tsx'
import { toastDone } from '../ui/toast.ts'
import { useEndpointForm } from '../ui/useEndpointForm.ts'
import { useRefresh } from '../ui/useRefresh.ts'
import { usePageWords } from '../words/page-words.ts'

const route = getRouteApi('/signed-in/shell/scheduler')

/** What each scheduler goes by where a resource group has no value of its own (OPS-04). */
export function SchedulerDefaultsDrawer() {
  const { w } = usePageWords()
  const may = useMay()
  const navigate = route.useNavigate()
  if (!may('scheduler.read')) return <Forbidden />
  return (
    <FieldsDrawer
      query={query(schedulerApi.listDefaults, {})}
      title={() => w.scheduler.defaultsTitle}
      onClose={() => {
        void navigate({ to: '/scheduler', search: true })
      }}
    >
      {({ items }) => (
        <Stack>
          <Text size="sm" c="dimmed">
            {w.scheduler.defaultsHelp}
          </Text>
          {!may('scheduler.update') && <Notice tone="idle">{w.scheduler.readOnly}</Notice>}
          {items.map(defaults => (
            <Form key={defaults.scheduler} defaults={defaults} />
          ))}
        </Stack>
      )}
    </FieldsDrawer>
  )
}

/** An empty field is no number, which the schema then says. */
const toNumber = (value: number | string): number => (value === '' ? Number.NaN : Number(value))

function Form({ defaults }: { defaults: SchedulerDefaults }) {
  const { w } = usePageWords()
  const may = useMay()
  const refresh = useRefresh(schedulerApi.listDefaults, schedulerApi.queue)
  const { scheduler } = defaults
  const name = w.group.scheduler[scheduler]
  const initialValues: Record<'creationRetries' | 'retriesToSkip', number | string> = {
    creationRetries: defaults.creationRetries,
    retriesToSkip: defaults.retriesToSkip,
  }
  const { form, submit, isPending, failure } = useEndpointForm({
    endpoint: schedulerApi.updateDefaults,
    initialValues,
    toInput: values => ({
      scheduler,
      creationRetries: toNumber(values.creationRetries),
      retriesToSkip: toNumber(values.retriesToSkip),
    }),
    onDone: saved => {
      toastDone(w.scheduler.defaultsSaved(name), saved)
      form.resetDirty()
      refresh()
    },
  })
  return (
    <form noValidate onSubmit={submit} aria-label={name}>
      <Fieldset legend={name} disabled={!may('scheduler.update')}>
        <div className="limits">
          {(['retriesToSkip', 'creationRetries'] as const).map(field => (
            <NumberInput
              key={field}
              label={w.group[field]}
              description={field === 'retriesToSkip' ? w.group.retriesHelp : w.group.creationHelp}
              clampBehavior="none"
              decimalScale={0}
              {...form.getInputProps(field)}
            />
          ))}
        </div>
        {failure !== null && <ErrorPanel error={failure} />}
        <Group justify="flex-end" mt="sm">
          <Button type="submit" size="xs" loading={isPending} disabled={!form.isDirty()}>
            {w.user.submitEdit}
          </Button>
        </Group>
      </Fieldset>
    </form>
  )
}
