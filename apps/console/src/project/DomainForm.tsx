import { type Domain, domainApi } from '@capstan/contract/domain'
import type { Endpoint } from '@capstan/contract/endpoint'
import { Stack, Textarea, TextInput } from '@mantine/core'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import type * as z from 'zod'
import { useMay } from '../api/account.ts'
import { query } from '../api/call.ts'
import { Forbidden } from '../shell/PageError.tsx'
import { PageLoading } from '../shell/PageLoading.tsx'
import { AllowedVolumesField } from '../ui/AllowedVolumesField.tsx'
import { ErrorPanel } from '../ui/ErrorPanel.tsx'
import { changedOnly } from '../ui/changed-only.ts'
import { FormDrawer } from '../ui/FormDrawer.tsx'
import { SideDrawer } from '../ui/SideDrawer.tsx'
import { toastDone } from '../ui/toast.ts'
import { useEdited } from '../ui/useEdited.ts'
import { useEndpointForm } from '../ui/useEndpointForm.ts'
import { usePageWords } from '../words/page-words.ts'
import { AllowedGroupsField } from './AllowedGroupsField.tsx'
import { useRefreshProjects } from './useActivity.ts'

const editRoute = getRouteApi('/signed-in/shell/domains/$name')

function useClose(): (ignoreBlocker?: boolean) => void {
  const navigate = useNavigate()
  return (ignoreBlocker = false) => {
    void navigate({ to: '/domains', search: true, ignoreBlocker })
  }
}

/** Creates a domain (PRJ-01). */
export function NewDomain() {
  const { w } = usePageWords()
  const may = useMay()
  const close = useClose()
  if (may('domain.create')) return <Form />
  return (
    <SideDrawer
      title={w.domain.create}
      onClose={() => {
        close()
      }}
    >
      <Forbidden />
    </SideDrawer>
  )
}

/** Changes a domain; for who administers just one, it is there to read. */
export function EditDomain() {
  const { name } = editRoute.useParams()
  const close = useClose()
  const answer = useEdited(query(domainApi.show, { name }))
  if (answer.data) return <Form domain={answer.data} />
  return (
    <SideDrawer
      title={name}
      onClose={() => {
        close()
      }}
    >
      {answer.isPending && <PageLoading />}
      {answer.error && <ErrorPanel error={answer.error} />}
    </SideDrawer>
  )
}

function Form({ domain }: { domain?: Domain }) {
  const { w } = usePageWords()
  const may = useMay()
  const close = useClose()
  const refresh = useRefreshProjects()
  const endpoint: Endpoint<z.ZodType, z.ZodType<Domain>> = domain
    ? domainApi.update
    : domainApi.create
  const { form, submit, isPending, isDone, failure } = useEndpointForm({
    endpoint,
    initialValues: {
      name: domain?.name ?? '',
      description: domain?.description ?? '',
      allowedGroups: domain?.allowedGroups ?? [],
      allowedVolumes: domain?.allowedVolumes ?? {},
    },
    toInput: values => (domain ? { name: domain.name, ...changedOnly(values, domain) } : values),
    onDone: saved => {
      toastDone(domain ? w.project.saved(saved.name) : w.project.created(saved.name), saved)
      refresh()
      close(true)
    },
  })
  return (
    <FormDrawer
      title={domain ? w.project.editTitle(domain.name) : w.domain.create}
      submitLabel={domain ? w.user.submitEdit : w.domain.create}
      onSubmit={submit}
      onClose={() => {
        close()
      }}
      isPending={isPending}
      isDirty={!isDone && form.isDirty()}
      whyReadOnly={may('domain.update') ? undefined : w.domain.readOnly}
      failure={failure}
    >
      <Stack>
        <TextInput
          label={w.project.column.name}
          description={w.domain.nameHelp}
          readOnly={domain !== undefined}
          withAsterisk={domain === undefined}
          {...(domain === undefined && { 'data-autofocus': true })}
          {...form.getInputProps('name')}
        />
        <Textarea
          label={w.user.column.description}
          autosize
          minRows={2}
          {...form.getInputProps('description')}
        />
        <AllowedGroupsField
          value={form.values.allowedGroups}
          onChange={value => {
            form.setFieldValue('allowedGroups', value)
          }}
        />
        <AllowedVolumesField
          value={form.values.allowedVolumes}
          onChange={value => {
            form.setFieldValue('allowedVolumes', value)
          }}
        />
      </Stack>
    </FormDrawer>
  )
}
