import { userRoles } from '@capstan/contract/role'
import { projectApi } from '@capstan/contract/project'
import { userPolicyApi } from '@capstan/contract/policy'
import { userApi, type UserDetails } from '@capstan/contract/user'
import {
  Fieldset,
  MultiSelect,
  NativeSelect,
  PasswordInput,
  Stack,
  Switch,
  Textarea,
  TextInput,
} from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import type * as z from 'zod'
import { useAccount, useMay } from '../api/account.ts'
import { query } from '../api/call.ts'
import { Forbidden } from '../shell/PageError.tsx'
import { PageLoading } from '../shell/PageLoading.tsx'
import { ErrorPanel } from '../ui/ErrorPanel.tsx'
import { FormDrawer } from '../ui/FormDrawer.tsx'
import { SideDrawer } from '../ui/SideDrawer.tsx'
import { toastDone } from '../ui/toast.ts'
import { useEndpointForm } from '../ui/useEndpointForm.ts'
import { usePageWords } from '../words/page-words.ts'
import { blankUser, toCreate, toUpdate, type UserFormValues, valuesOf } from './user-input.ts'
import { useRefreshUsers } from './useRefreshUsers.ts'

const newRoute = getRouteApi('/signed-in/shell/users/new')
const editRoute = getRouteApi('/signed-in/shell/users/$userId/edit')

/** Creates a person (USR-03). */
export function NewUser() {
  const { w } = usePageWords()
  const may = useMay()
  const navigate = newRoute.useNavigate()
  const refresh = useRefreshUsers()
  const close = (): void => {
    void navigate({ to: '/users', search: true })
  }
  const { form, submit, isPending, isDone, failure } = useEndpointForm({
    endpoint: userApi.create,
    initialValues: blankUser,
    toInput: toCreate,
    check: values => differing(values, w.user.repeatDiffers),
    onDone: ({ id, email }) => {
      toastDone(w.user.created(email))
      refresh()
      void navigate({
        to: '/users/$userId',
        params: { userId: id },
        search: true,
        ignoreBlocker: true,
      })
    },
  })
  if (!may('user.create'))
    return (
      <SideDrawer title={w.user.create} onClose={close}>
        <Forbidden />
      </SideDrawer>
    )
  return (
    <FormDrawer
      title={w.user.create}
      submitLabel={w.user.submitCreate}
      onSubmit={submit}
      onClose={close}
      isPending={isPending}
      isDirty={!isDone && form.isDirty()}
      failure={failure}
    >
      <Fields form={form} isNew />
    </FormDrawer>
  )
}

/** Changes a person (USR-07). */
export function EditUser() {
  const { w } = usePageWords()
  const { userId } = editRoute.useParams()
  const navigate = editRoute.useNavigate()
  const answer = useQuery(query(userApi.show, { id: userId }))
  const close = (): void => {
    void navigate({ to: '/users/$userId', params: { userId }, search: true })
  }
  if (answer.data) return <LoadedForm user={answer.data} onClose={close} />
  return (
    <SideDrawer title={w.user.edit} onClose={close}>
      {answer.isPending && <PageLoading />}
      {answer.error && <ErrorPanel error={answer.error} />}
    </SideDrawer>
  )
}

function LoadedForm({ user, onClose }: { user: UserDetails; onClose: () => void }) {
  const { w } = usePageWords()
  const navigate = editRoute.useNavigate()
  const refresh = useRefreshUsers()
  const { form, submit, isPending, isDone, failure } = useEndpointForm({
    endpoint: userApi.update,
    initialValues: valuesOf(user),
    toInput: values => toUpdate(values, user),
    check: values => differing(values, w.user.repeatDiffers),
    onDone: ({ email }) => {
      toastDone(w.user.saved(email))
      refresh()
      void navigate({
        to: '/users/$userId',
        params: { userId: user.id },
        search: true,
        ignoreBlocker: true,
      })
    },
  })
  return (
    <FormDrawer
      title={w.user.editTitle(user.email)}
      submitLabel={w.user.submitEdit}
      onSubmit={submit}
      onClose={onClose}
      isPending={isPending}
      isDirty={!isDone && form.isDirty()}
      failure={failure}
    >
      <Fields form={form} isNew={false} domainName={user.domainName} projects={user.projects} />
    </FormDrawer>
  )
}

const differing = ({ password, repeat }: UserFormValues, message: string) =>
  password === repeat ? ({} as Record<string, string>) : { repeat: message }

type UserFormApi = ReturnType<typeof useEndpointForm<z.ZodType, z.ZodType, UserFormValues>>['form']

interface FieldsProps {
  readonly form: UserFormApi
  readonly isNew: boolean
  readonly domainName?: string
  /** Those that they are in now. */
  readonly projects?: readonly { readonly id: string; readonly name: string }[]
}

const none: readonly never[] = []

function Fields({ form, isNew, domainName, projects = none }: FieldsProps) {
  const { w } = usePageWords()
  const account = useAccount()
  const policies = useQuery(query(userPolicyApi.list, { limit: 200 }))
  const [text, setText] = useState('')
  const [name] = useDebouncedValue(text, 200)
  const found = useQuery({
    ...query(projectApi.list, {
      type: ['general'],
      isActive: true,
      limit: 50,
      ...(name !== '' && { name }),
    }),
    placeholderData: keepPreviousData,
  })
  const inDomain = found.data?.items.filter(
    project => project.domainName === (domainName ?? account.domainName),
  )
  // Those that were chosen keep their names, whatever is looked for now.
  const [known, setKnown] = useState(projects)
  const options = new Map(
    [...known, ...(inDomain ?? [])].map(project => [project.id, project.name] as const),
  )
  const roles = userRoles.filter(role => role !== 'superadmin' || account.role === 'superadmin')
  const described = ['label', 'input', 'description', 'error'] as const
  return (
    <Stack gap="md">
      <Fieldset legend={w.user.account}>
        <Stack gap="sm">
          {isNew && (
            <TextInput
              label={w.user.column.email}
              type="email"
              data-autofocus
              autoComplete="off"
              withAsterisk
              {...form.getInputProps('email')}
            />
          )}
          <TextInput
            label={w.user.column.name}
            withAsterisk
            autoComplete="off"
            {...form.getInputProps('name')}
          />
          <TextInput label={w.user.column.fullName} {...form.getInputProps('fullName')} />
          <PasswordInput
            label={w.user.password}
            description={isNew ? w.user.passwordHelp : w.user.passwordEditHelp}
            inputWrapperOrder={[...described]}
            autoComplete="new-password"
            withAsterisk={isNew}
            {...form.getInputProps('password')}
          />
          <PasswordInput
            label={w.user.repeat}
            autoComplete="new-password"
            withAsterisk={isNew}
            {...form.getInputProps('repeat')}
          />
          <Textarea
            label={w.user.column.description}
            autosize
            minRows={2}
            {...form.getInputProps('description')}
          />
        </Stack>
      </Fieldset>
      <NativeSelect
        label={w.user.column.role}
        data={roles.map(value => ({ value, label: w.user.role[value] }))}
        {...form.getInputProps('role')}
      />
      <MultiSelect
        label={w.user.projects}
        description={w.user.projectsHelp}
        inputWrapperOrder={[...described]}
        searchable
        onSearchChange={setText}
        data={[...options].map(([value, label]) => ({ value, label }))}
        {...form.getInputProps('projectIds')}
        onChange={chosen => {
          setKnown(chosen.map(id => ({ id, name: options.get(id) ?? id })))
          form.setFieldValue('projectIds', chosen)
        }}
      />
      <NativeSelect
        label={w.user.column.policy}
        data={policies.data?.items.map(({ name }) => name) ?? [form.values.policy]}
        {...form.getInputProps('policy')}
      />
      <Fieldset legend={w.user.switches}>
        <Stack gap="sm">
          <Switch
            label={w.user.changeRequired}
            {...form.getInputProps('isPasswordChangeRequired', { type: 'checkbox' })}
          />
          <Switch
            label={w.user.sudo}
            {...form.getInputProps('isSudoEnabled', { type: 'checkbox' })}
          />
        </Stack>
      </Fieldset>
    </Stack>
  )
}
