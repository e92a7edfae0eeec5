import { sessionApi } from '@capstan/contract/session'
import { type User, userApi } from '@capstan/contract/user'
import { useMutation } from '@tanstack/react-query'
import { call } from '../api/call.ts'
import { toastDone, toastError } from '../ui/toast.ts'
import { useRefresh } from '../ui/useRefresh.ts'
import { usePageWords } from '../words/page-words.ts'
import type { Consequences } from './Consequences.tsx'
import { useRefreshUsers } from './useRefreshUsers.ts'

/** Deactivates a person, who is kept, or brings one back (USR-11, USR-12). */
export function useActivity({ id, status }: Pick<User, 'id' | 'status'>) {
  const { w } = usePageWords()
  const refresh = useRefreshUsers()
  const refreshSessions = useRefresh(sessionApi.list)
  const isActive = status === 'active'
  return useMutation({
    mutationFn: (consequences: Consequences) =>
      call(userApi.update, {
        id,
        status: isActive ? 'inactive' : 'active',
        ...(isActive && consequences),
      }),
    onSuccess: saved => {
      const { email } = saved
      toastDone(isActive ? w.user.deactivated(email) : w.user.activated(email), saved)
      refresh()
      refreshSessions()
    },
    onError: toastError,
  })
}
