import { domainApi } from '@capstan/contract/domain'
import type { Endpoint } from '@capstan/contract/endpoint'
import { projectPolicyApi } from '@capstan/contract/policy'
import { type Project, projectApi, projectTypes } from '@capstan/contract/project'
import { NativeSelect, Stack, Textarea, TextInput } from '@mantine/core'
import { getRouteApi } from '@tanstack/react-router'
import type * as z from 'zod'
import { useAccount } from '../api/account.ts'
import { query } from '../api/call.ts'
import { PageLoading } from '../shell/PageLoading.tsx'
import { AllowedVolumesField } from '../ui/AllowedVolumesField.tsx'
import { ErrorPanel } from '../ui/ErrorPanel.tsx'
import { changedOnly } from '../ui/changed-only.ts'
import { FormDrawer } from '../ui/FormDrawer.tsx'
import { NameSelect } from '../ui/NameSelect.tsx'
import { SideDrawer } from '../ui/SideDrawer.tsx'
import { toastDone } from '../ui/toast.ts'
import { useEdited } from '../ui/useEdited.ts'
import { useEndpointForm } from '../ui/useEndpointForm.ts'
import { usePageWords } from '../words/page-words.ts'
import { AllowedGroupsField } from './AllowedGroupsField.tsx'
import { useRefreshProjects } from './useActivity.ts'

const newRoute = getRouteApi('/signed-in/shell/projects/new')
const editRoute = getRouteApi('/signed-in/shell/projects/$projectId/edit')

type Values = Pick<
  Project,
  'name' | 'domainName' | 'type' | 'description' | 'policy' | 'allowedGroups' | 'allowedVolumes'
>

/** Creates a project (PRJ-01). */
export function NewProject() {
  const { w } = usePageWords()
  const account = useAccount()
  const navigate = newRoute.useNavigate()
  return (
    <Form
      initial={{
        name: '',
        domainName: account.domainName,
        type: 'general',
        description: '',
        policy: 'default',
        allowedGroups: [],
        allowedVolumes: {},
      }}
      title={w.project.create}
      onClose={() => {
        void navigate({ to: '/projects', search: true })
      }}
      onDone={({ id }) => {
        void navigate({
          to: '/projects/$projectId',
          params: { projectId: id },
          search: true,
          ignoreBlocker: true,
        })
      }}
    />
  )
}

/** Changes a project (PRJ-01). */
export function EditProject() {
  const { w } = usePageWords()
  const { projectId } = editRoute.useParams()
  const navigate = editRoute.useNavigate()
  const answer = useEdited(query(projectApi.show, { id: projectId }))
  const close = (ignoreBlocker = false): void => {
    void navigate({
      to: '/projects/$projectId',
      params: { projectId },
      search: true,
      ignoreBlocker,
    })
  }
  if (answer.data)
    return (
      <Form
        id={projectId}
        initial={answer.data}
        title={w.project.editTitle(answer.data.name)}
        onClose={() => {
          close()
        }}
        onDone={() => {
          close(true)
        }}
      />
    )
  return (
    <SideDrawer title={w.user.edit} onClose={close}>
      {answer.isPending && <PageLoading />}
      {answer.error && <ErrorPanel error={answer.error} />}
    </SideDrawer>
  )
}

interface FormProps {
  /** Of the one that is changed. */
  readonly id?: string
  readonly initial: Values
  readonly title: string
  readonly onClose: () => void
  readonly onDone: (project: Project) => void
}

function Form({ id, initial, title, onClose, onDone }: FormProps) {
  const { w } = usePageWords()
  const account = useAccount()
  const refresh = useRefreshProjects()
  const endpoint: Endpoint<z.ZodType, z.ZodType<Project>> = id === undefined
    ? projectApi.create
    : projectApi.update
  const mayAllow = account.role === 'superadmin'
  const { form, submit, isPending, isDone, failure } = useEndpointForm({
    endpoint,
    initialValues: {
      name: initial.name,
      domainName: initial.domainName,
      type: initial.type,
      description: initial.description,
      policy: initial.policy,
      allowedGroups: initial.allowedGroups,
      allowedVolumes: initial.allowedVolumes,
    },
    toInput: ({ domainName, type, ...values }) =>
      id === undefined ? { domainName, type, ...values } : { id, ...changedOnly(values, initial) },
    onDone: project => {
      toastDone(
        id === undefined ? w.project.created(project.name) : w.project.saved(project.name),
        project,
      )
      refresh()
      onDone(project)
    },
  })
  return (
    <FormDrawer
      title={title}
      submitLabel={id === undefined ? w.project.create : w.user.submitEdit}
      onSubmit={submit}
      onClose={onClose}
      isPending={isPending}
      isDirty={!isDone && form.isDirty()}
      failure={failure}
    >
      <Stack>
        <TextInput
          label={w.project.column.name}
          withAsterisk
          data-autofocus
          {...form.getInputProps('name')}
        />
        <Textarea
          label={w.user.column.description}
          autosize
          minRows={2}
          {...form.getInputProps('description')}
        />
        {id === undefined && (
          <>
            {mayAllow && (
              <NameSelect
                label={w.user.column.domain}
                description={w.project.domainHelp}
                list={domainApi.list}
                among={{ isActive: true }}
                value={form.values.domainName}
                error={form.errors['domainName']}
                onChange={name => {
                  form.setFieldValue('domainName', name)
                }}
              />
            )}
            <NativeSelect
              label={w.project.column.type}
              description={w.project.typeHelp}
              data={projectTypes.map(value => ({ value, label: w.project.type[value] }))}
              {...form.getInputProps('type')}
            />
          </>
        )}
        <NameSelect
          label={w.project.column.policy}
          list={projectPolicyApi.list}
          value={form.values.policy}
          error={form.errors['policy']}
          onChange={name => {
            form.setFieldValue('policy', name)
          }}
        />
        {mayAllow && (
          <>
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
          </>
        )}
      </Stack>
    </FormDrawer>
  )
}
