import { type Operation, operationApi } from '@capstan/contract/operation'
import { whyNotRetry, whyNotUndo } from '@capstan/core/undo'
import { Button, Tooltip } from '@mantine/core'
import { IconArrowBackUp, IconRefresh } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useAccount } from '../api/account.ts'
import { call } from '../api/call.ts'
import { toastDone, toastError } from '../ui/toast.ts'
import { usePageWords } from '../words/page-words.ts'
import { sentenceOf } from './sentence.ts'

interface Props {
  readonly operation: Operation
}

/** Undoes an operation, and says what was undone; or says why it cannot be. */
export function UndoButton({ operation }: Props) {
  const { w } = usePageWords()
  const whyNot = whyNotUndo(operation, useAccount().id)
  const undo = useUndo()
  return (
    <ReasonedButton
      label={w.log.undo}
      icon={<IconArrowBackUp size={14} aria-hidden />}
      whyNot={whyNot === null ? undefined : w.log.whyNotUndo[whyNot]}
      isPending={undo.isPending}
      onClick={() => {
        undo.mutate(operation)
      }}
    />
  )
}

/** Asks once more for what failed, or says why that cannot be. */
export function RetryButton({ operation }: Props) {
  const { w } = usePageWords()
  const queries = useQueryClient()
  const whyNot = whyNotRetry(operation, useAccount().id)
  const retry = useMutation({
    mutationFn: () => call(operationApi.retry, { id: operation.id }),
    onSuccess: () => {
      toastDone(w.log.retried(sentenceOf({ ...operation, error: null }, w)))
    },
    onError: toastError,
    // It may have changed anything, and the log tells of it either way.
    onSettled: () => queries.invalidateQueries(),
  })
  return (
    <ReasonedButton
      label={w.common.retry}
      icon={<IconRefresh size={14} aria-hidden />}
      whyNot={whyNot === null ? undefined : w.log.whyNotRetry[whyNot]}
      isPending={retry.isPending}
      onClick={() => {
        retry.mutate()
      }}
    />
  )
}

/** Undoes an operation; what is shown anywhere may have changed with that. */
export function useUndo() {
  const { w } = usePageWords()
  const queries = useQueryClient()
  return useMutation({
    mutationFn: ({ id }: Operation) => call(operationApi.undo, { id }),
    onSuccess: (_, undone) => {
      toastDone(w.log.undoneToast(sentenceOf(undone, w)))
    },
    onError: toastError,
    onSettled: () => queries.invalidateQueries(),
  })
}

function ReasonedButton({
  label,
  icon,
  whyNot,
  isPending,
  onClick,
}: {
  label: string
  icon: ReactNode
  whyNot: string | undefined
  isPending: boolean
  onClick: () => void
}) {
  const cannot = whyNot !== undefined
  return (
    <Tooltip label={whyNot} disabled={!cannot}>
      <Button
        size="xs"
        variant="default"
        leftSection={icon}
        loading={isPending}
        {...(cannot
          ? { 'data-disabled': true, 'aria-disabled': true, 'aria-description': whyNot }
          : { onClick })}
      >
        {label}
      </Button>
    </Tooltip>
  )
}
