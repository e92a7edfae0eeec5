import { groupApi } from '@capstan/contract/group'
import { sessionApi, type SessionDetails } from '@capstan/contract/session'
import {
  ActionIcon,
  Fieldset,
  Input,
  NumberInput,
  SegmentedControl,
  Stack,
  Text,
  Textarea,
  TextInput,
  Tooltip,
} from '@mantine/core'
import { IconRefresh } from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { query } from '../api/call.ts'
import { PageLoading } from '../shell/PageLoading.tsx'
import { useProject } from '../shell/project.tsx'
import { ErrorPanel } from '../ui/ErrorPanel.tsx'
import { FormDrawer } from '../ui/FormDrawer.tsx'
import { SideDrawer } from '../ui/SideDrawer.tsx'
import { toastDone } from '../ui/toast.ts'
import { useEndpointForm } from '../ui/useEndpointForm.ts'
import { useWords } from '../words/words.tsx'
import { EnvironFields } from './EnvironFields.tsx'
import { ImageField } from './ImageField.tsx'
import { GroupField, ResourceFields } from './ResourceFields.tsx'
import { sessionField, type SessionFormValues, toSessionInput } from './session-input.ts'
import { suggestName } from './session-name.ts'
import type { SessionFormApi } from './session-form.ts'
import { useImages } from './useImages.ts'
import { TextLink } from '../ui/links.tsx'
import { Notice } from '../ui/Notice.tsx'
import './SessionForm.css'

const route = getRouteApi('/signed-in/shell/sessions/new')

/** Starts a session in the project in view (SES-01). A drawer over the list, at an address of its own. */
export function SessionForm() {
  const { w } = useWords()
  const { project } = useProject()
  const groups = useQuery(query(groupApi.list, {}))
  const navigate = route.useNavigate()
  const close = (): void => {
    void navigate({ to: '/sessions', search: true })
  }
  const groupNames = groups.data?.items.filter(group => group.isActive).map(group => group.name)
  if (project && groupNames?.[0] !== undefined)
    return (
      <LoadedForm
        key={project.id}
        projectId={project.id}
        firstGroup={groupNames.includes('default') ? 'default' : groupNames[0]}
        onClose={close}
      />
    )
  return (
    <SideDrawer title={w.sessionForm.title} onClose={close}>
      {!project && <Notice tone="warn">{w.sessionForm.noProject}</Notice>}
      {project && groups.data && <Notice tone="warn">{w.sessionForm.noGroups}</Notice>}
      {groups.isPending && <PageLoading />}
      {groups.error && (
        <ErrorPanel
          error={groups.error}
          onRetry={() => {
            void groups.refetch()
          }}
        />
      )}
    </SideDrawer>
  )
}

const initialValues = (resourceGroup: string): SessionFormValues => ({
  name: suggestName(Math.random),
  type: 'interactive',
  imageId: '',
  resourceGroup,
  cpu: 1,
  memGiB: 1,
  shmemMiB: 64,
  accelerators: {},
  environ: [],
  startupCommand: '',
  priority: 10,
})

/** Whether something would be lost. The only image there is was not chosen by anybody. */
const isChanged = (values: SessionFormValues, initial: SessionFormValues): boolean =>
  JSON.stringify({ ...values, imageId: '' }) !== JSON.stringify({ ...initial, imageId: '' })

interface LoadedProps {
  readonly projectId: string
  readonly firstGroup: string
  readonly onClose: () => void
}

function LoadedForm({ projectId, firstGroup, onClose }: LoadedProps) {
  const { w } = useWords()
  const queries = useQueryClient()
  const navigate = route.useNavigate()
  const [initial] = useState(() => initialValues(firstGroup))
  const { form, submit, isPending, isDone, failure } = useEndpointForm({
    endpoint: sessionApi.create,
    initialValues: initial,
    toInput: values => toSessionInput(values, projectId),
    fieldOf: sessionField,
    check: values => ({
      ...(values.imageId === '' && { imageId: w.sessionForm.imageNeeded }),
      ...(values.type === 'batch' &&
        values.startupCommand.trim() === '' && { startupCommand: w.sessionForm.commandNeeded }),
      ...(Number(values.shmemMiB) < 1 && { shmemMiB: w.form.atLeast('1 MiB') }),
    }),
    onDone: session => {
      announce(session)
      void queries.invalidateQueries({ queryKey: [sessionApi.list.path] })
      void navigate({
        to: '/sessions/$sessionId',
        params: { sessionId: session.id },
        search: before => ({ ...before, state: undefined }),
        ignoreBlocker: true,
      })
    },
  })
  const images = useImages(form.values.resourceGroup)
  const image = images.data?.items.find(each => each.id === form.values.imageId)
  return (
    <FormDrawer
      title={w.sessionForm.title}
      submitLabel={w.sessionForm.submit}
      onSubmit={submit}
      onClose={onClose}
      isPending={isPending}
      isDirty={!isDone && isChanged(form.values, initial)}
      failure={failure}
    >
      <Basics form={form} />
      <Fieldset legend={w.sessionForm.resources} className="plain-fieldset">
        <Stack gap="md">
          <GroupField form={form} />
          <ImageField form={form} images={images} />
          <ResourceFields form={form} minimum={image?.minResources ?? {}} />
        </Stack>
      </Fieldset>
      <Fieldset legend={w.sessionForm.advanced} className="plain-fieldset">
        <Stack gap="md">
          {form.values.type === 'interactive' && <CommandField form={form} />}
          <EnvironFields form={form} />
          <NumberInput
            label={w.sessionForm.priority}
            description={w.sessionForm.priorityHelp}
            w={200}
            min={0}
            max={100}
            clampBehavior="none"
            {...form.getInputProps('priority')}
          />
        </Stack>
      </Fieldset>
    </FormDrawer>
  )
}

function Basics({ form }: { form: SessionFormApi }) {
  const { w } = useWords()
  return (
    <Stack gap="md">
      <div>
        <Input.Label id="session-type" labelElement="div" display="block" mb={4}>
          {w.sessionForm.type}
        </Input.Label>
        <SegmentedControl
          aria-labelledby="session-type"
          data={(['interactive', 'batch'] as const).map(value => ({
            value,
            label: w.session.type[value],
          }))}
          {...form.getInputProps('type')}
        />
        <Text size="sm" c="dimmed" mt={4}>
          {form.values.type === 'batch' ? w.sessionForm.batchHelp : w.sessionForm.interactiveHelp}
        </Text>
      </div>
      <TextInput
        label={w.sessionForm.name}
        data-autofocus
        required
        withAsterisk={false}
        rightSection={
          <Tooltip label={w.sessionForm.suggest}>
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={w.sessionForm.suggest}
              onClick={() => {
                form.setFieldValue('name', suggestName(Math.random))
              }}
            >
              <IconRefresh size={16} />
            </ActionIcon>
          </Tooltip>
        }
        {...form.getInputProps('name')}
      />
      {form.values.type === 'batch' && <CommandField form={form} />}
    </Stack>
  )
}

function CommandField({ form }: { form: SessionFormApi }) {
  const { w } = useWords()
  const isBatch = form.values.type === 'batch'
  return (
    <Textarea
      label={isBatch ? w.sessionForm.command : w.sessionForm.startup}
      description={isBatch ? w.sessionForm.commandHelp : w.sessionForm.startupHelp}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      autosize
      minRows={2}
      maxRows={12}
      spellCheck={false}
      classNames={{ input: 'mono' }}
      {...form.getInputProps('startupCommand')}
    />
  )
}

function announce(session: SessionDetails): void {
  toastDone(<CreatedToast session={session} />)
}

function CreatedToast({ session }: { session: SessionDetails }) {
  const { w } = useWords()
  return (
    <>
      {w.sessionForm.created(session.name)}{' '}
      <TextLink to="/sessions/$sessionId" params={{ sessionId: session.id }} size="sm">
        {w.sessionForm.view}
      </TextLink>
    </>
  )
}
