import { sessionApi, type SessionDetails } from '@capstan/contract/session'
import { Fieldset, Stack } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { FormDrawer } from '../ui/FormDrawer.tsx'
import { toastDone } from '../ui/toast.ts'
import { useEndpointForm } from '../ui/useEndpointForm.ts'
import { usePageWords } from '../words/page-words.ts'
import { useWords } from '../words/words.tsx'
import { AfterField } from './AfterField.tsx'
import { ClusterFields } from './ClusterFields.tsx'
import { EnvironFields } from './EnvironFields.tsx'
import { ImageField } from './ImageField.tsx'
import { GroupField, ResourceFields } from './ResourceFields.tsx'
import { FormPlace, type Place } from './FormPlace.tsx'
import {
  initialValues,
  isChanged,
  offersPreemption,
  sessionField,
  toSessionInput,
} from './session-input.ts'
import { suggestName } from './session-name.ts'
import { Basics, CommandField } from './SessionBasics.tsx'
import { PreemptibleField, PriorityField, StartsAtField } from './TurnFields.tsx'
import { useImages } from './useImages.ts'
import { TextLink } from '../ui/links.tsx'
import './SessionForm.css'

const route = getRouteApi('/signed-in/shell/sessions/new')

/** Starts a session in the project in view (SES-01). A drawer over the list, at an address of its own. */
export function SessionForm() {
  const { w } = useWords()
  const navigate = route.useNavigate()
  const close = (): void => {
    void navigate({ to: '/sessions', search: true })
  }
  return (
    <FormPlace title={w.sessionForm.title} onClose={close}>
      {place => <LoadedForm {...place} onClose={close} />}
    </FormPlace>
  )
}

const isPast = (time: string): boolean => time !== '' && Date.parse(time) < Date.now()

function LoadedForm({ projectId, groups, firstGroup, onClose }: Place & { onClose: () => void }) {
  const { w } = usePageWords()
  const queries = useQueryClient()
  const navigate = route.useNavigate()
  const [initial] = useState(() => initialValues(firstGroup, suggestName(Math.random)))
  const { form, submit, isPending, isDone, failure } = useEndpointForm({
    endpoint: sessionApi.create,
    initialValues: initial,
    toInput: values =>
      toSessionInput(
        { ...values, isPreemptible: values.isPreemptible && offersPreemption(groups, values) },
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
          {form.values.type === 'interactive' && (
            <CommandField
              form={form}
              label={w.sessionForm.startup}
              help={w.sessionForm.startupHelp}
            />
          )}
          <EnvironFields form={form} />
          <PriorityField form={form} />
          {offersPreemption(groups, form.values) && <PreemptibleField form={form} />}
          <StartsAtField form={form} />
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
