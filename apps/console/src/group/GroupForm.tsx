import type { Endpoint } from '@capstan/contract/endpoint'
import { type GroupDetails, groupApi } from '@capstan/contract/group'
import { Checkbox, Fieldset, PasswordInput, Stack, TextInput } from '@mantine/core'
import { getRouteApi } from '@tanstack/react-router'
import type * as z from 'zod'
import { useMay } from '../api/account.ts'
import { query } from '../api/call.ts'
import { Forbidden } from '../shell/PageError.tsx'
import { PageLoading } from '../shell/PageLoading.tsx'
import { ErrorPanel } from '../ui/ErrorPanel.tsx'
import { FormDrawer } from '../ui/FormDrawer.tsx'
import { SideDrawer } from '../ui/SideDrawer.tsx'
import { toastDone } from '../ui/toast.ts'
import { useEdited } from '../ui/useEdited.ts'
import { useEndpointForm } from '../ui/useEndpointForm.ts'
import { usePageWords } from '../words/page-words.ts'
import { type TriedSettings, triedSettings, withTried } from '../scheduler/tried-settings.ts'
import { type GroupFormValues, toFields, toRequest } from './group-input.ts'
import { AboutFields, type GroupFormApi, SchedulingFields } from './GroupFields.tsx'
import { GuestFields } from './GuestFields.tsx'
import { useRefreshGroups } from './useGroupActivity.ts'

const listRoute = getRouteApi('/signed-in/shell/resource-groups')
const editRoute = getRouteApi('/signed-in/shell/resource-groups/$name')

function useClose(): (options?: { ignoreBlocker: boolean }) => void {
  const navigate = listRoute.useNavigate()
  return options => {
    void navigate({
      to: '/resource-groups',
      search: before => ({ ...before, settings: undefined }),
      ...options,
    })
  }
}

/** Creates a resource group (GRP-01). */
export function NewGroup() {
  const { w } = usePageWords()
  const may = useMay()
  const close = useClose()
  if (may('group.create')) return <Form />
  return (
    <SideDrawer title={w.group.create} onClose={close}>
      <Forbidden />
    </SideDrawer>
  )
}

/** Changes a resource group; the name stays. For who administers no groups, it is there to read. */
export function EditGroup() {
  const { name } = editRoute.useParams()
  const close = useClose()
  const answer = useEdited(query(groupApi.show, { name }))
  // Settings that were tried out come in the address: they stand in the form, to be saved.
  const tried = triedSettings(editRoute.useSearch().settings)
  if (answer.data) return <Form group={answer.data} tried={tried} />
  return (
    <SideDrawer title={name} onClose={close}>
      {answer.isPending && <PageLoading />}
      {answer.error && <ErrorPanel error={answer.error} />}
    </SideDrawer>
  )
}

function Form({ group, tried }: { group?: GroupDetails; tried?: TriedSettings }) {
  const { w } = usePageWords()
  const may = useMay()
  const close = useClose()
  const refresh = useRefreshGroups()
  const endpoint: Endpoint<z.ZodType, z.ZodType<GroupDetails>> = group
    ? groupApi.update
    : groupApi.create
  const initialValues: GroupFormValues = toFields(group && withTried(group, tried ?? {}))
  const { form, submit, isPending, isDone, failure } = useEndpointForm({
    endpoint,
    initialValues,
    toInput: values => toRequest(values, group),
    onDone: saved => {
      toastDone(group ? w.group.saved(saved.name) : w.group.created(saved.name), saved)
      refresh()
      close({ ignoreBlocker: true })
    },
  })
  return (
    <FormDrawer
      title={group ? w.group.editTitle(group.name) : w.group.create}
      submitLabel={group ? w.user.submitEdit : w.group.create}
      onSubmit={submit}
      onClose={close}
      isPending={isPending}
      isDirty={!isDone && form.isDirty()}
      whyReadOnly={may('group.update') ? undefined : w.group.readOnly}
      failure={failure}
    >
      <AboutFields form={form} isNew={group === undefined} />
      <SchedulingFields form={form} />
      <ProxyFields form={form} hasToken={group?.hasProxyToken ?? false} />
      {may('group.update') && <GuestFields form={form} group={group} />}
    </FormDrawer>
  )
}

/** Through which proxy browsers reach applications (GRP-04). */
function ProxyFields({ form, hasToken }: { form: GroupFormApi; hasToken: boolean }) {
  const { w } = usePageWords()
  return (
    <Fieldset legend={w.group.proxy}>
      <Stack gap="sm">
        <TextInput
          label={w.group.proxyAddress}
          description={w.group.proxyHelp}
          placeholder="https://apps.example.com"
          {...form.getInputProps('proxyAddress')}
        />
        <PasswordInput
          label={w.group.proxyToken}
          description={hasToken ? w.group.tokenKept : w.group.tokenHelp}
          autoComplete="new-password"
          disabled={form.values.isTokenRemoved}
          {...form.getInputProps('proxyToken')}
        />
        {hasToken && (
          <Checkbox
            label={w.group.removeToken}
            {...form.getInputProps('isTokenRemoved', { type: 'checkbox' })}
          />
        )}
      </Stack>
    </Fieldset>
  )
}
