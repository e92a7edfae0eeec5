import { userApi, type UserDetails } from '@capstan/contract/user'
import { getRouteApi } from '@tanstack/react-router'
import { useAccount, useMay } from '../api/account.ts'
import { query } from '../api/call.ts'
import { Forbidden } from '../shell/PageError.tsx'
import { PageLoading } from '../shell/PageLoading.tsx'
import { ErrorPanel } from '../ui/ErrorPanel.tsx'
import { FormDrawer } from '../ui/FormDrawer.tsx'
import { SideDrawer } from '../ui/SideDrawer.tsx'
import { toastDone } from '../ui/toast.ts'
import { useEdited } from '../ui/useEdited.ts'
import { useEndpointForm } from '../ui/useEndpointForm.ts'
import { usePageWords } from '../words/page-words.ts'
import { blankUser, toCreate, toUpdate, type UserFormValues, valuesOf } from './user-input.ts'
import { UserFields } from './UserFields.tsx'
import { useRefreshUsers } from './useRefreshUsers.ts'

const newRoute = getRouteApi('/signed-in/shell/users/new')
const editRoute = getRouteApi('/signed-in/shell/users/$userId/edit')

/** Creates a person (USR-03). */
export function NewUser() {
  const { w } = usePageWords()
  const may = useMay()
  const { domainName } = useAccount()
  const navigate = newRoute.useNavigate()
  const refresh = useRefreshUsers()
  const close = (): void => {
    void navigate({ to: '/users', search: true })
  }
  const { form, submit, isPending, isDone, failure } = useEndpointForm({
    endpoint: userApi.create,
    initialValues: { ...blankUser, domainName },
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
      submitLabel={w.user.create}
      onSubmit={submit}
      onClose={close}
      isPending={isPending}
      isDirty={!isDone && form.isDirty()}
      failure={failure}
    >
      <UserFields form={form} />
    </FormDrawer>
  )
}

/** Changes a person (USR-07). */
export function EditUser() {
  const { w } = usePageWords()
  const { userId } = editRoute.useParams()
  const navigate = editRoute.useNavigate()
  const answer = useEdited(query(userApi.show, { id: userId }))
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
    onDone: saved => {
      toastDone(w.user.saved(saved.email), saved)
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
      <UserFields form={form} user={user} />
    </FormDrawer>
  )
}

const differing = ({ password, repeat }: UserFormValues, message: string) =>
  password === repeat ? ({} as Record<string, string>) : { repeat: message }
