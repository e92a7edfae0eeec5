import { keypairApi } from '@capstan/contract/keypair'
import { userApi } from '@capstan/contract/user'
import { useMutation } from '@tanstack/react-query'
import { call } from '../api/call.ts'
import { toastDone, toastError } from '../ui/toast.ts'
import { useRefresh } from '../ui/useRefresh.ts'
import { usePageWords } from '../words/page-words.ts'

export const useRefreshKeypairs = (): (() => void) =>
  useRefresh(keypairApi.list, keypairApi.show, userApi.show)

/** Activates or deactivates a keypair (KEY-05). */
export function useKeypairActivity() {
  const { w } = usePageWords()
  const refresh = useRefreshKeypairs()
  return useMutation({
    mutationFn: (input: { accessKey: string; isActive: boolean }) => call(keypairApi.update, input),
    onSuccess: saved => {
      const { accessKey, isActive } = saved
      toastDone(isActive ? w.keypair.activated(accessKey) : w.keypair.deactivated(accessKey), saved)
      refresh()
    },
    onError: toastError,
  })
}

/** Deletes an inactive keypair for good (KEY-06). */
export function useKeypairRemoval() {
  const { w } = usePageWords()
  const refresh = useRefreshKeypairs()
  return useMutation({
    mutationFn: async (accessKey: string) => {
      await call(keypairApi.remove, { accessKey })
      return accessKey
    },
    onSuccess: accessKey => {
      toastDone(w.keypair.removed(accessKey))
      refresh()
    },
    onError: toastError,
  })
}
