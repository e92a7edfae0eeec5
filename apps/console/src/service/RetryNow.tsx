import { type Service, serviceApi } from '@capstan/contract/service'
import { Button } from '@mantine/core'
import { IconRefresh } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { call } from '../api/call.ts'
import { toastDone, toastError } from '../ui/toast.ts'
import { useRefresh } from '../ui/useRefresh.ts'
import { usePageWords } from '../words/page-words.ts'

/** Where replicas failed and the next one starts later: setting their number anew forgets what failed. */
export function RetryNow({ service: { id, replicaCount } }: { service: Service }) {
  const { w } = usePageWords()
  const refresh = useRefresh(serviceApi.show, serviceApi.list)
  const retry = useMutation({
    mutationFn: () => call(serviceApi.update, { id, replicaCount }),
    onSuccess: ({ name }) => {
      toastDone(w.service.created(name))
      refresh()
    },
    onError: toastError,
  })
  return (
    <Button
      size="sm"
      leftSection={<IconRefresh size={16} aria-hidden />}
      loading={retry.isPending}
      onClick={() => {
        retry.mutate()
      }}
    >
      {w.service.retryNow}
    </Button>
  )
}
