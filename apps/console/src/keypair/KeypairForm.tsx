import { type Keypair, keypairApi } from '@capstan/contract/keypair'
import { keypairPolicyApi } from '@capstan/contract/policy'
import { userApi } from '@capstan/contract/user'
import { NativeSelect, NumberInput, Select, Stack } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { query } from '../api/call.ts'
import { PageLoading } from '../shell/PageLoading.tsx'
import { ErrorPanel } from '../ui/ErrorPanel.tsx'
import { FormDrawer } from '../ui/FormDrawer.tsx'
import { Notice } from '../ui/Notice.tsx'
import { SideDrawer } from '../ui/SideDrawer.tsx'
import { toastDone } from '../ui/toast.ts'
import { useEndpointForm } from '../ui/useEndpointForm.ts'
import { usePageWords } from '../words/page-words.ts'
import { useRefreshKeypairs } from './useKeypairChange.ts'

const newRoute = getRouteApi('/signed-in/shell/credentials/new')
const editRoute = getRouteApi('/signed-in/shell/credentials/$accessKey/edit')

/** At so few requests in 15 minutes a page of the console may use them all up (KEY-04). */
const riskyLimit = 100

/** A number field holds text while it is empty. */
interface Fields extends Record<string, unknown> {
  readonly userId: string
  readonly policy: string
  readonly rateLimit: number | string
}

const blank: Fields = {
  userId: '',
  policy: 'default',
  rateLimit: 10_000,
}

const fieldsOf = ({ userId, policy, rateLimit }: Keypair): Fields => ({
  userId,
  policy,
  rateLimit,
})

/** Makes another keypair for somebody (KEY-07). */
export function NewKeypair() {
  const { w } = usePageWords()
  const navigate = newRoute.useNavigate()
  const refresh = useRefreshKeypairs()
  const { form, submit, isPending, isDone, failure } = useEndpointForm({
    endpoint: keypairApi.create,
    initialValues: blank,
    toInput: ({ userId, policy, rateLimit }) => ({
      userId,
      policy,
      rateLimit: toNumber(rateLimit),
    }),
    onDone: ({ accessKey }) => {
      toastDone(w.keypair.added(accessKey))
      refresh()
      void navigate({
        to: '/credentials/$accessKey',
        params: { accessKey },
        search: true,
        ignoreBlocker: true,
      })
    },
  })
  return (
    <FormDrawer
      title={w.keypair.add}
      submitLabel={w.keypair.add}
      onSubmit={submit}
      onClose={() => {
        void navigate({ to: '/credentials', search: true })
      }}
      isPending={isPending}
      isDirty={!isDone && form.isDirty()}
      failure={failure}
    >
      <Stack>
        <UserField
          value={form.values.userId}
          error={form.errors['userId']}
          onChange={userId => {
            form.setFieldValue('userId', userId)
          }}
        />
        <PolicyField {...form.getInputProps('policy')} />
        <RateField
          value={form.values.rateLimit}
          error={form.errors['rateLimit']}
          onChange={rateLimit => {
            form.setFieldValue('rateLimit', rateLimit)
          }}
        />
      </Stack>
    </FormDrawer>
  )
}

/** Changes the policy and the rate limit of a keypair (KEY-04). */
export function EditKeypair() {
  const { w } = usePageWords()
  const { accessKey } = editRoute.useParams()
  const navigate = editRoute.useNavigate()
  const answer = useQuery(query(keypairApi.show, { accessKey }))
  const close = (): void => {
    void navigate({ to: '/credentials/$accessKey', params: { accessKey }, search: true })
  }
  if (answer.data) return <LoadedForm keypair={answer.data} onClose={close} />
  return (
    <SideDrawer title={w.keypair.settings} onClose={close}>
      {answer.isPending && <PageLoading />}
      {answer.error && <ErrorPanel error={answer.error} />}
    </SideDrawer>
  )
}

function LoadedForm({ keypair, onClose }: { keypair: Keypair; onClose: () => void }) {
  const { w } = usePageWords()
  const navigate = editRoute.useNavigate()
  const refresh = useRefreshKeypairs()
  const { accessKey } = keypair
  const { form, submit, isPending, isDone, failure } = useEndpointForm({
    endpoint: keypairApi.update,
    initialValues: fieldsOf(keypair),
    toInput: ({ policy, rateLimit }) => ({ accessKey, policy, rateLimit: toNumber(rateLimit) }),
    onDone: () => {
      toastDone(w.keypair.saved(accessKey))
      refresh()
      void navigate({
        to: '/credentials/$accessKey',
        params: { accessKey },
        search: true,
        ignoreBlocker: true,
      })
    },
  })
  return (
    <FormDrawer
      title={`${w.keypair.settings}: ${accessKey}`}
      submitLabel={w.user.submitEdit}
      onSubmit={submit}
      onClose={onClose}
      isPending={isPending}
      isDirty={!isDone && form.isDirty()}
      failure={failure}
    >
      <Stack>
        <PolicyField {...form.getInputProps('policy')} />
        <RateField
          value={form.values.rateLimit}
          error={form.errors['rateLimit']}
          onChange={rateLimit => {
            form.setFieldValue('rateLimit', rateLimit)
          }}
        />
      </Stack>
    </FormDrawer>
  )
}

/** What was typed, for the schema to judge: an empty field is no number. */
const toNumber = (value: number | string): number => (value === '' ? Number.NaN : Number(value))

interface FieldProps<T> {
  readonly value: T
  readonly error: React.ReactNode
  readonly onChange: (value: T) => void
}

/** People are found as one types: there may be very many. */
function UserField({ value, error, onChange }: FieldProps<string>) {
  const { w } = usePageWords()
  const [text, setText] = useState('')
  const [email] = useDebouncedValue(text, 200)
  const found = useQuery({
    ...query(userApi.list, { ...(email !== '' && { email }), limit: 20 }),
    placeholderData: keepPreviousData,
  })
  return (
    <Select
      label={w.keypair.column.user}
      placeholder={w.keypair.findUser}
      searchable
      withAsterisk
      data-autofocus
      nothingFoundMessage={w.keypair.noUser}
      data={found.data?.items.map(user => ({ value: user.id, label: user.email })) ?? []}
      value={value || null}
      error={error}
      onSearchChange={setText}
      onChange={chosen => {
        onChange(chosen ?? '')
      }}
    />
  )
}

function PolicyField(props: { value?: string }) {
  const { w } = usePageWords()
  const policies = useQuery(query(keypairPolicyApi.list, { limit: 200 }))
  return (
    <NativeSelect
      label={w.keypair.column.policy}
      data={policies.data?.items.map(({ name }) => name) ?? [props.value ?? 'default']}
      {...props}
    />
  )
}

function RateField({ value, error, onChange }: FieldProps<number | string>) {
  const { w, f } = usePageWords()
  return (
    <Stack gap="xs">
      <NumberInput
        label={w.keypair.column.rate}
        description={`${w.keypair.rateHelp} ${w.common.max(f.number(50_000))}`}
        inputWrapperOrder={['label', 'input', 'description', 'error']}
        min={0}
        clampBehavior="none"
        thousandSeparator=","
        value={value}
        error={error}
        onChange={onChange}
      />
      {value !== '' && Number(value) <= riskyLimit && (
        <Notice tone="warn">{w.keypair.rateRisky}</Notice>
      )}
    </Stack>
  )
}
