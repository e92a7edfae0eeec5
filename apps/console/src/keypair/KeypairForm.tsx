import { type Keypair, keypairApi } from '@capstan/contract/keypair'
import { Stack } from '@mantine/core'
import { getRouteApi } from '@tanstack/react-router'
import { query } from '../api/call.ts'
import { PageLoading } from '../shell/PageLoading.tsx'
import { changedOnly } from '../ui/changed-only.ts'
import { ErrorPanel } from '../ui/ErrorPanel.tsx'
import { FormDrawer } from '../ui/FormDrawer.tsx'
import { SideDrawer } from '../ui/SideDrawer.tsx'
import { toastDone } from '../ui/toast.ts'
import { useEdited } from '../ui/useEdited.ts'
import { useEndpointForm } from '../ui/useEndpointForm.ts'
import { usePageWords } from '../words/page-words.ts'
import { type KeypairFields, LimitFields, UserField } from './KeypairFields.tsx'
import { useRefreshKeypairs } from './useKeypairChange.ts'

const newRoute = getRouteApi('/signed-in/shell/credentials/new')
const editRoute = getRouteApi('/signed-in/shell/credentials/$accessKey/edit')

const blank: KeypairFields = {
  userId: '',
  policy: 'default',
  rateLimit: 10_000,
}

const fieldsOf = ({ userId, policy, rateLimit }: Keypair): KeypairFields => ({
  userId,
  policy,
  rateLimit,
})

/** Makes another keypair for somebody (KEY-07). */
export function NewKeypair() {
  const { w } = usePageWords()
  const { user = '' } = newRoute.useSearch()
  const navigate = newRoute.useNavigate()
  const refresh = useRefreshKeypairs()
  const { form, submit, isPending, isDone, failure } = useEndpointForm({
    endpoint: keypairApi.create,
    initialValues: { ...blank, userId: user },
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
        <LimitFields form={form} />
      </Stack>
    </FormDrawer>
  )
}

/** Changes the policy and the rate limit of a keypair (KEY-04). */
export function EditKeypair() {
  const { w } = usePageWords()
  const { accessKey } = editRoute.useParams()
  const navigate = editRoute.useNavigate()
  const answer = useEdited(query(keypairApi.show, { accessKey }))
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
    toInput: ({ policy, rateLimit }) => ({
      accessKey,
      ...changedOnly({ policy, rateLimit: toNumber(rateLimit) }, keypair),
    }),
    onDone: saved => {
      toastDone(w.keypair.saved(accessKey), saved)
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
        <LimitFields form={form} />
      </Stack>
    </FormDrawer>
  )
}

/** What was typed, for the schema to judge: an empty field is no number. */
const toNumber = (value: number | string): number => (value === '' ? Number.NaN : Number(value))
