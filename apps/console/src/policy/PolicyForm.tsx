import { Fieldset, Stack, TextInput } from '@mantine/core'
import { getRouteApi } from '@tanstack/react-router'
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
import { useEdited } from '../ui/useEdited.ts'
import { useEndpointForm } from '../ui/useEndpointForm.ts'
import { useRefresh } from '../ui/useRefresh.ts'
import { triedPolicy, type TriedPolicy } from '../scheduler/tried-settings.ts'
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

const listRoute = getRouteApi('/signed-in/shell/policies/$kind')
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
  const answer = useEdited(query(kinds[kind].api.show, { name }))
  // Limits that were tried out come in the address: they stand in the form, to be saved.
  const tried = triedPolicy(editRoute.useSearch().settings)
  const isMeant = kind === 'keypair' && tried?.name === name
  if (answer.data)
    return (
      <Form
        kind={kinds[kind]}
        policy={answer.data}
        tried={isMeant ? tried : undefined}
        onClose={close}
      />
    )
  return (
    <SideDrawer title={name} onClose={close}>
      {answer.isPending && <PageLoading />}
      {answer.error && <ErrorPanel error={answer.error} title={w.policy.title} />}
    </SideDrawer>
  )
}

function useClose(kind: PolicyKindName): (options?: { ignoreBlocker: boolean }) => void {
  const navigate = listRoute.useNavigate()
  return options => {
    void navigate({
      to: '/policies/$kind',
      params: { kind },
      search: before => ({ ...before, settings: undefined }),
      ...options,
    })
  }
}

interface FormProps {
  readonly kind: PolicyKind
  readonly policy?: Policy
  readonly tried?: TriedPolicy | undefined
  readonly onClose: (options?: { ignoreBlocker: boolean }) => void
}

function Form({ kind, policy, tried, onClose }: FormProps) {
  const { w, f } = usePageWords()
  const may = useMay()
  const refresh = useRefresh(kind.api.list, kind.api.show)
  const { form, submit, isPending, isDone, failure } = useEndpointForm({
    endpoint: policy ? kind.api.update : kind.api.create,
    initialValues: toFields(kind, policy && { ...policy, ...tried }),
    toInput: values => toRequest(kind, values, policy),
    fieldOf,
    onDone: saved => {
      toastDone(policy ? w.policy.saved(saved.name) : w.policy.created(saved.name), saved)
      refresh()
      onClose({ ignoreBlocker: true })
    },
  })
  const mostText = ({ unit, most }: NumberLimit): string | undefined => {
    if (most === undefined) return undefined
    return unit === 'seconds' ? f.duration(most) : f.number(most)
  }
  /** Seconds are hard to read from some thousands on. */
  const inWords = (limit: NumberLimit): string | undefined => {
    const value = Number(form.values.numbers[limit.name] || 0)
    return limit.unit === 'seconds' && value >= 60 ? `= ${f.duration(value)}` : undefined
  }
  const check = (path: string) => () => {
    form.validateField(path)
  }
  const slots = (name: 'maxResources' | 'maxPendingResources', legend: string) => (
    <Fieldset legend={legend}>
      <div className="limits">
        {limitedSlots.map(slot => {
          const path = `${name}.${fieldOfSlot(slot)}`
          return (
            <LimitField
              key={slot}
              label={slotName(slot, w)}
              most={`${mostInForm(slot)}${slot === 'mem' ? ' GiB' : ''}`}
              help={slot === 'cuda.device' ? w.policy.wholeDevices : undefined}
              suffix={slot === 'mem' ? 'GiB' : undefined}
              decimals={slot.startsWith('cuda.device') ? 0 : 3}
              value={form.values[name][fieldOfSlot(slot)] ?? null}
              error={form.errors[path]}
              onBlur={check(path)}
              onChange={value => {
                form.setFieldValue(name, { ...form.values[name], [fieldOfSlot(slot)]: value })
                form.clearFieldError(path)
              }}
            />
          )
        })}
      </div>
    </Fieldset>
  )
  return (
    <FormDrawer
      title={policy ? w.policy.editTitle(policy.name) : w.policy.create}
      submitLabel={policy ? w.policy.apply(kind.name, policy.followerCount) : w.policy.create}
      onSubmit={submit}
      onClose={onClose}
      isPending={isPending}
      isDirty={!isDone && form.isDirty()}
      whyReadOnly={may('policy.update') ? undefined : w.policy.readOnly}
      failure={failure}
      notice={
        policy && (
          <PolicyImpactNotice
            kind={kind}
            request={tried || form.isDirty() ? toRequest(kind, form.values, policy) : undefined}
          />
        )
      }
    >
      <Stack gap="md">
        <TextInput
          label={w.policy.name}
          description={policy ? w.policy.nameStays : w.policy.nameHelp}
          readOnly={policy !== undefined}
          withAsterisk={policy === undefined}
          {...(policy === undefined && { 'data-autofocus': true })}
          {...form.getInputProps('name')}
        />
        {kind.hasResources && slots('maxResources', w.policy.resources)}
        <Fieldset legend={w.policy.limits[kind.name]}>
          <div className="limits">
            {kind.numbers.map(limit => {
              const path = `numbers.${limit.name}`
              return (
                <LimitField
                  key={limit.name}
                  label={limitName(limit.name, w)}
                  most={mostText(limit)}
                  help={inWords(limit)}
                  suffix={suffixes[limit.unit]}
                  decimals={limit.unit === 'bytes' ? 3 : 0}
                  value={form.values.numbers[limit.name] ?? null}
                  error={form.errors[path]}
                  onBlur={check(path)}
                  onChange={value => {
                    form.setFieldValue('numbers', { ...form.values.numbers, [limit.name]: value })
                    form.clearFieldError(path)
                  }}
                />
              )
            })}
          </div>
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
      </Stack>
    </FormDrawer>
  )
}

const suffixes: Readonly<Record<NumberLimit['unit'], string | undefined>> = {
  count: undefined,
  bytes: 'GiB',
  seconds: 's',
}
