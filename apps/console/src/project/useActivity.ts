import { accountApi } from '@capstan/contract/account'
import { domainApi } from '@capstan/contract/domain'
import { projectApi } from '@capstan/contract/project'
import { useMutation } from '@tanstack/react-query'
import { call } from '../api/call.ts'
import { toastDone, toastError } from '../ui/toast.ts'
import { useRefresh } from '../ui/useRefresh.ts'
import { usePageWords } from '../words/page-words.ts'

/** The header's project selector reads the account. */
export const useRefreshProjects = (): (() => void) =>
  useRefresh(
    projectApi.list,
    projectApi.show,
    projectApi.listMembers,
    domainApi.list,
    domainApi.show,
    accountApi.show,
  )

type Target =
  | { readonly kind: 'project'; readonly id: string; readonly name: string }
  | { readonly kind: 'domain'; readonly name: string }

/** Activates or deactivates a project or a domain (PRJ-01). */
export function useActivity() {
  const { w } = usePageWords()
  const refresh = useRefreshProjects()
  return useMutation({
    mutationFn: ({ target, isActive }: { target: Target; isActive: boolean }): Promise<object> =>
      target.kind === 'project'
        ? call(projectApi.update, { id: target.id, isActive })
        : call(domainApi.update, { name: target.name, isActive }),
    onSuccess: (saved, { target: { name }, isActive }) => {
      toastDone(isActive ? w.project.activated(name) : w.project.deactivated(name), saved)
      refresh()
    },
    onError: toastError,
  })
}
