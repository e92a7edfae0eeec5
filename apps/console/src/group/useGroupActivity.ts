import { groupApi, type ResourceGroup } from '@capstan/contract/group'
import { schedulerApi } from '@capstan/contract/scheduler'
import { useMutation } from '@tanstack/react-query'
import type { ComponentProps } from 'react'
import { call } from '../api/call.ts'
import type { ConfirmPopover } from '../ui/ConfirmPopover.tsx'
import { toastDone, toastError } from '../ui/toast.ts'
import { useRefresh } from '../ui/useRefresh.ts'
import { usePageWords } from '../words/page-words.ts'

/** Reads again what a change of a resource group may have changed. */
export const useRefreshGroups = (): (() => void) =>
  useRefresh(groupApi.list, groupApi.show, schedulerApi.queue)

/** What is asked before a resource group is deactivated or activated (GRP-03), and the change itself. */
export function useGroupQuestion({
  name,
  isActive,
  pendingCount,
}: ResourceGroup): Omit<ComponentProps<typeof ConfirmPopover>, 'children'> {
  const { w } = usePageWords()
  const refresh = useRefreshGroups()
  const activity = useMutation({
    mutationFn: (becomesActive: boolean) =>
      call(groupApi.update, { name, isActive: becomesActive }),
    onSuccess: (saved, becomesActive) => {
      toastDone(becomesActive ? w.group.activated(name) : w.group.deactivated(name), saved)
      refresh()
    },
    onError: toastError,
  })
  return {
    title: isActive ? w.group.deactivateTitle(name) : w.group.activateTitle(name),
    text: isActive ? w.group.deactivateText(pendingCount) : w.group.activateText,
    confirm: isActive ? w.user.deactivate : w.user.activate,
    isDanger: isActive,
    onConfirm: () => {
      activity.mutate(!isActive)
    },
  }
}
