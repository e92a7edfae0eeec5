import type { Job } from '@capstan/contract/job'
import { useRouter } from '@tanstack/react-router'
import { jobApi } from '@capstan/contract/job'
import { toastDone } from '../ui/toast.ts'
import { useRefresh } from '../ui/useRefresh.ts'
import { usePageWords } from '../words/page-words.ts'

/** Says that a job was started, with a link to it. */
export function useStartedToast(): (job: Job) => void {
  const { w } = usePageWords()
  const router = useRouter()
  const refresh = useRefresh(jobApi.list)
  return ({ id }) => {
    refresh()
    const { href } = router.buildLocation({ to: '/jobs/$jobId', params: { jobId: id } })
    toastDone(
      <>
        {w.job.started} · <a href={href}>{w.job.open}</a>
      </>,
    )
  }
}
