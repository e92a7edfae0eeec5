import { userApi, type UserDetails } from '@capstan/contract/user'
import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { call } from '../api/call.ts'
import { ConfirmPopover } from '../ui/ConfirmPopover.tsx'
import { toastDone, toastError } from '../ui/toast.ts'
import { usePageWords } from '../words/page-words.ts'
import { useRefreshUsers } from './useRefreshUsers.ts'

/** Deactivates a person, who is kept, or brings one back (USR-11, USR-12). */
export function ActivityButton({ user }: { user: UserDetails }) {
  const { w } = usePageWords()
  const refresh = useRefreshUsers()
  const isActive = user.status === 'active'
  const change = useMutation({
    mutationFn: () =>
      call(userApi.update, { id: user.id, status: isActive ? 'inactive' : 'active' }),
    onSuccess: ({ email }) => {
      toastDone(w.user.saved(email))
      refresh()
    },
    onError: toastError,
  })
  return (
    <ConfirmPopover
      title={isActive ? w.user.deactivateTitle(user.email) : w.user.activateTitle(user.email)}
      text={isActive ? w.user.deactivateText(user.liveSessionCount) : w.user.activateText}
      confirm={isActive ? w.user.deactivate : w.user.activate}
      isDanger={isActive}
      onConfirm={() => {
        change.mutate()
      }}
    >
      <Button size="xs" variant="default" loading={change.isPending}>
        {isActive ? w.user.deactivate : w.user.activate}
      </Button>
    </ConfirmPopover>
  )
}
