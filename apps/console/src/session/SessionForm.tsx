import { groupApi, type ResourceGroup } from '@capstan/contract/group'
import { sessionApi, type SessionDetails } from '@capstan/contract/session'
import { Fieldset, Stack } from '@mantine/core'
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
import { usePageWords } from '../words/page-words.ts'
import { useWords } from '../words/words.tsx'
import { AfterField } from './AfterField.tsx'
import { ClusterFields } from './ClusterFields.tsx'
import { EnvironFields } from './EnvironFields.tsx'
import { ImageField } from './ImageField.tsx'
import { GroupField, ResourceFields } from './ResourceFields.tsx'
import { sessionField, type SessionFormValues, toSessionInput } from './session-input.ts'
import { suggestName } from './session-name.ts'
import { Basics, CommandField } from './SessionBasics.tsx'
import { TurnFields } from './TurnFields.tsx'
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
        groups={groups.data?.items ?? []}
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
  startsAt: '',
  isPreemptible: false,
  clusterSize: 1,
  clusterMode: 'single-node',
  after: [],
})

const isPast = (time: string): boolean => time !== '' && Date.parse(time) < Date.now()

/** Whether something would be lost. The only image there is was not chosen by anybody. */
const isChanged = (values: SessionFormValues, initial: SessionFormValues): boolean =>
  JSON.stringify({ ...values, imageId: '' }) !== JSON.stringify({ ...initial, imageId: '' })

interface LoadedProps {
  readonly projectId: string
  readonly groups: readonly ResourceGroup[]
  readonly firstGroup: string
  readonly onClose: () => void
}

function LoadedForm({ projectId, groups, firstGroup, onClose }: LoadedProps) {
  const { w } = usePageWords()
  const queries = useQueryClient()
  const navigate = route.useNavigate()
  const offersPreemption = ({ resourceGroup }: SessionFormValues): boolean =>
    groups.some(
      ({ name, scheduler, isPreemptionEnabled }) =>
        name === resourceGroup && scheduler === 'priority' && isPreemptionEnabled,
    )
  const [initial] = useState(() => initialValues(firstGroup))
  const { form, submit, isPending, isDone, failure } = useEndpointForm({
    endpoint: sessionApi.create,
    initialValues: initial,
    toInput: values =>
      toSessionInput(
        { ...values, isPreemptible: values.isPreemptible && offersPreemption(values) },
        projectId,
      ),
    fieldOf: sessionField,
    check: values => ({
      ...(values.imageId === '' && { imageId: w.sessionForm.imageNeeded }),
      ...(values.type === 'batch' &&
        values.startupCommand.trim() === '' && { startupCommand: w.sessionForm.commandNeeded }),
      ...(isPast(values.startsAt) && { startsAt: w.turn.late }),
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
          <ClusterFields form={form} minimum={image?.minResources ?? {}} />
        </Stack>
      </Fieldset>
      <Fieldset legend={w.sessionForm.advanced} className="plain-fieldset">
        <Stack gap="md">
          {form.values.type === 'interactive' && <CommandField form={form} />}
          <EnvironFields form={form} />
          <TurnFields form={form} isPreemptionOffered={offersPreemption(form.values)} />
          <AfterField form={form} />
        </Stack>
      </Fieldset>
    </FormDrawer>
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
