import { serviceApi, type ServiceDetails } from '@capstan/contract/service'
import { Fieldset, NumberInput, Stack } from '@mantine/core'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { EnvironFields } from '../session/EnvironFields.tsx'
import { FormPlace, type Place } from '../session/FormPlace.tsx'
import { ImageField } from '../session/ImageField.tsx'
import { GroupField, ResourceFields } from '../session/ResourceFields.tsx'
import {
  initialValues,
  isChanged,
  offersPreemption,
  type SessionFormValues,
} from '../session/session-input.ts'
import { suggestName } from '../session/session-name.ts'
import { CommandField, NameField } from '../session/SessionBasics.tsx'
import { PreemptibleField, PriorityField } from '../session/TurnFields.tsx'
import { useImages } from '../session/useImages.ts'
import { FormDrawer } from '../ui/FormDrawer.tsx'
import { TextLink } from '../ui/links.tsx'
import { toastDone } from '../ui/toast.ts'
import { useEndpointForm } from '../ui/useEndpointForm.ts'
import { useRefresh } from '../ui/useRefresh.ts'
import { usePageWords } from '../words/page-words.ts'
import { serviceField, toServiceInput } from './service-input.ts'
import '../session/SessionForm.css'

const route = getRouteApi('/signed-in/shell/services/new')

/** Starts a model service in the project in view. A drawer over the list, at an address of its own. */
export function ServiceForm() {
  const { w } = usePageWords()
  const navigate = route.useNavigate()
  const close = (): void => {
    void navigate({ to: '/services', search: true })
  }
  return (
    <FormPlace title={w.service.create} onClose={close}>
      {place => <LoadedForm {...place} onClose={close} />}
    </FormPlace>
  )
}

function LoadedForm({ projectId, groups, firstGroup, onClose }: Place & { onClose: () => void }) {
  const { w } = usePageWords()
  const refresh = useRefresh(serviceApi.list)
  const navigate = route.useNavigate()
  const [initial] = useState((): SessionFormValues => ({
    ...initialValues(firstGroup, suggestName(Math.random)),
    replicaCount: 1,
  }))
  const { form, submit, isPending, isDone, failure } = useEndpointForm({
    endpoint: serviceApi.create,
    initialValues: initial,
    toInput: values =>
      toServiceInput(
        { ...values, isPreemptible: values.isPreemptible && offersPreemption(groups, values) },
        projectId,
      ),
    fieldOf: serviceField,
    check: values => ({
      ...(values.imageId === '' && { imageId: w.sessionForm.imageNeeded }),
      ...(values.startupCommand.trim() === '' && { startupCommand: w.service.commandNeeded }),
      ...(Number(values.shmemMiB) < 1 && { shmemMiB: w.form.atLeast('1 MiB') }),
    }),
    onDone: service => {
      announce(service)
      refresh()
      void navigate({
        to: '/services/$serviceId',
        params: { serviceId: service.id },
        search: before => ({ ...before, state: undefined }),
        ignoreBlocker: true,
      })
    },
  })
  const images = useImages(form.values.resourceGroup)
  const image = images.data?.items.find(each => each.id === form.values.imageId)
  return (
    <FormDrawer
      title={w.service.create}
      submitLabel={w.service.submit}
      onSubmit={submit}
      onClose={onClose}
      isPending={isPending}
      isDirty={!isDone && isChanged(form.values, initial)}
      failure={failure}
    >
      <NameField form={form} label={w.service.name} />
      <CommandField form={form} label={w.service.command} help={w.service.commandHelp} />
      <NumberInput
        label={w.service.count}
        description={w.service.replicasHelp}
        inputWrapperOrder={['label', 'input', 'description', 'error']}
        styles={{ wrapper: { maxWidth: 200 } }}
        min={0}
        max={1000}
        decimalScale={0}
        clampBehavior="none"
        {...form.getInputProps('replicaCount')}
      />
      <Fieldset legend={w.service.each} className="plain-fieldset">
        <Stack gap="md">
          <GroupField form={form} />
          <ImageField form={form} images={images} />
          <ResourceFields form={form} minimum={image?.minResources ?? {}} />
        </Stack>
      </Fieldset>
      <Fieldset legend={w.sessionForm.advanced} className="plain-fieldset">
        <Stack gap="md">
          <EnvironFields form={form} />
          <PriorityField form={form} />
          {offersPreemption(groups, form.values) && <PreemptibleField form={form} />}
        </Stack>
      </Fieldset>
    </FormDrawer>
  )
}

function announce(service: ServiceDetails): void {
  toastDone(<CreatedToast service={service} />)
}

function CreatedToast({ service }: { service: ServiceDetails }) {
  const { w } = usePageWords()
  return (
    <>
      {w.service.created(service.name)}{' '}
      <TextLink to="/services/$serviceId" params={{ serviceId: service.id }} size="sm">
        {w.service.view}
      </TextLink>
    </>
  )
}
