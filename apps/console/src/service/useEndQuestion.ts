import { type Service, serviceApi } from '@capstan/contract/service'
import { sessionApi } from '@capstan/contract/session'
import { useMutation } from '@tanstack/react-query'
import { call } from '../api/call.ts'
import { toastDone, toastError } from '../ui/toast.ts'
import { useRefresh } from '../ui/useRefresh.ts'
import { usePageWords } from '../words/page-words.ts'

/** What is asked before a service is ended, and what ends it. */
export function useEndQuestion({ id, name, liveCount }: Service) {
  const { w } = usePageWords()
  const refresh = useRefresh(serviceApi.list, serviceApi.show, sessionApi.list)
  const end = useMutation({
    mutationFn: () => call(serviceApi.terminate, { id }),
    onSuccess: answer => {
      toastDone(w.service.endDone(answer.name), answer)
      refresh()
    },
    onError: toastError,
  })
  return {
    title: w.service.endTitle(name),
    text: w.service.endText(liveCount),
    confirm: w.service.end,
    isDanger: true,
    onConfirm: () => {
      end.mutate()
    },
  }
}
