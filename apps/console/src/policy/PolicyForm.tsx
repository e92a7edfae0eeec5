import { Fieldset, Stack, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useMay } from '../api/account.ts'
import { query } from '../api/call.ts'
import { Forbidden } from '../shell/PageError.tsx'
import { PageLoading } from '../shell/PageLoading.tsx'
import { AllowedVolumesField } from '../ui/AllowedVolumesField.tsx'
import { ErrorPanel } from '../ui/ErrorPanel.tsx'
import { FormDrawer } from '../ui/FormDrawer.tsx'
import { LimitField } from '../ui/LimitField.tsx'
import { slotName } from '../ui/slot-words.ts'
import { SideDrawer } from '../ui/SideDrawer.tsx'
import { toastDone } from '../ui/toast.ts'
import { useEndpointForm } from '../ui/useEndpointForm.ts'
import { useRefresh } from '../ui/useRefresh.ts'
import { usePageWords } from '../words/page-words.ts'
import { fieldOf, fieldOfSlot, toFields, toRequest } from './policy-input.ts'
import {
  kinds,
  limitedSlots,
  limitName,
  mostInForm,
  type NumberLimit,
  type Policy,
  type PolicyKind,
  type PolicyKindName,
} from './policy.kinds.ts'
import { PolicyImpactNotice } from './PolicyImpactNotice.tsx'

const newRoute = getRouteApi('/signed-in/shell/policies/$kind/-/new')
const editRoute = getRouteApi('/signed-in/shell/policies/$kind/$name')

/** Creates a resource policy (POL-02). */
export function NewPolicy() {
  const { kind } = newRoute.useParams()
  const { w } = usePageWords()
  const may = useMay()
  const close = useClose(kind)
  if (may('policy.create')) return <Form kind={kinds[kind]} onClose={close} />
  return (
    <SideDrawer title={w.policy.create} onClose={close}>
      <Forbidden />
    </SideDrawer>
  )
}

/** Changes a resource policy; the name stays (POL-02). */
export function EditPolicy() {
  const { kind, name } = editRoute.useParams()
  const { w } = usePageWords()
  const close = useClose(kind)
  // The list that holds it may be filtered: this asks for the one.
  const answer = useQuery(query(kinds[kind].api.show, { name }))
  if (answer.data) return <Form kind={kinds[kind]} policy={answer.data} onClose={close} />
  return (
    <SideDrawer title={name} onClose={close}>
      {answer.isPending && <PageLoading />}
      {answer.error && <ErrorPanel error={answer.error} title={w.policy.title} />}
    </SideDrawer>
  )
}

function useClose(kind: PolicyKindName): (options?: { ignoreBlocker: boolean }) => void {
  const navigate = useNavigate()
  return options => {
    void navigate({ to: '/policies/$kind', params: { kind }, search: true, ...options })
  }
}

interface FormProps {
  readonly kind: PolicyKind
  readonly policy?: Policy
  readonly onClose: (options?: { ignoreBlocker: boolean }) => void
}

function Form({ kind, policy, onClose }: FormProps) {
  const { w, f } = usePageWords()
  const may = useMay()
  const refresh = useRefresh(kind.api.list, kind.api.show)
  const { form, submit, isPending, isDone, failure } = useEndpointForm({
    endpoint: policy ? kind.api.update : kind.api.create,
    initialValues: toFields(kind, policy),
    toInput: values => toRequest(kind, values, policy),
    fieldOf,
    onDone: saved => {
      toastDone(policy ? w.policy.saved(saved.name) : w.policy.created(saved.name))
      refresh()
      onClose({ ignoreBlocker: true })
    },
  })
  const mostText = ({ unit, most }: NumberLimit): string | undefined => {
    if (most === undefined) return undefined
    return unit === 'seconds' ? f.duration(most) : f.number(most)
  }
  const slots = (name: 'maxResources' | 'maxPendingResources', legend: string) => (
    <Fieldset legend={legend}>
      <Stack gap="sm">
        {limitedSlots.map(slot => {
          const path = `${name}.${fieldOfSlot(slot)}`
          return (
            <LimitField
              key={slot}
              label={slotName(slot, w)}
              most={`${mostInForm(slot)}${slot === 'mem' ? ' GiB' : ''}`}
              suffix={slot === 'mem' ? 'GiB' : undefined}
              decimals={slot.startsWith('cuda.device') ? 0 : 3}
              value={form.values[name][fieldOfSlot(slot)] ?? null}
              error={form.errors[path]}
              onChange={value => {
                form.setFieldValue(name, { ...form.values[name], [fieldOfSlot(slot)]: value })
                form.clearFieldError(path)
              }}
            />
          )
        })}
      </Stack>
    </Fieldset>
  )
  return (
    <FormDrawer
      title={policy ? w.policy.editTitle(policy.name) : w.policy.create}
      submitLabel={policy ? w.policy.apply(kind.name, policy.followerCount) : w.user.submitCreate}
      onSubmit={submit}
      onClose={onClose}
      isPending={isPending}
      isDirty={!isDone && form.isDirty()}
      isReadOnly={!may('policy.update')}
      failure={failure}
    >
      <Stack gap="md">
        <TextInput
          label={w.policy.name}
          description={policy ? w.policy.nameStays : w.policy.nameHelp}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          readOnly={policy !== undefined}
          withAsterisk={policy === undefined}
          {...(policy === undefined && { 'data-autofocus': true })}
          {...form.getInputProps('name')}
        />
        {kind.hasResources && slots('maxResources', w.policy.resources)}
        <Fieldset legend={w.policy.limits[kind.name]}>
          <Stack gap="sm">
            {kind.numbers.map(limit => (
              <LimitField
                key={limit.name}
                label={limitName(limit.name, w)}
                most={mostText(limit)}
                suffix={suffixes[limit.unit]}
                decimals={limit.unit === 'bytes' ? 3 : 0}
                value={form.values.numbers[limit.name] ?? null}
                error={form.errors[`numbers.${limit.name}`]}
                onChange={value => {
                  form.setFieldValue('numbers', { ...form.values.numbers, [limit.name]: value })
                  form.clearFieldError(`numbers.${limit.name}`)
                }}
              />
            ))}
          </Stack>
        </Fieldset>
        {kind.hasResources && slots('maxPendingResources', w.policy.pendingResources)}
        {kind.hasResources && (
          <Fieldset legend={w.policy.volumes}>
            <AllowedVolumesField
              value={form.values.allowedVolumes}
              onChange={allowed => {
                form.setFieldValue('allowedVolumes', allowed)
              }}
            />
          </Fieldset>
        )}
        {policy && (
          <PolicyImpactNotice
            kind={kind}
            request={form.isDirty() ? toRequest(kind, form.values, policy) : undefined}
          />
        )}
      </Stack>
    </FormDrawer>
  )
}

const suffixes: Readonly<Record<NumberLimit['unit'], string | undefined>> = {
  count: undefined,
  bytes: 'GiB',
  seconds: 's',
}
