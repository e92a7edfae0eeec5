import { type Operation, operationApi } from '@capstan/contract/operation'
import { undoOf } from '@capstan/core/undo'
import { Button, Kbd } from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useRef } from 'react'
import { accountQuery } from '../api/account.ts'
import { query } from '../api/call.ts'
import { usePageWords } from '../words/page-words.ts'
import { useUndo } from './OperationButtons.tsx'

/** Undo of what a request did, where the log says that it can be; U leads to it from anywhere. */
export function ToastUndo({ requestId, onUndone }: { requestId: string; onUndone: () => void }) {
  const account = useQuery(accountQuery)
  // Whoever stands in the log for it: one request does one thing to one's own knowledge.
  const answer = useQuery({
    ...query(operationApi.list, { requestId, isMine: true, limit: 2 }),
    staleTime: Infinity,
  })
  const { data } = answer
  const [operation] = data?.items ?? []
  const isOne = data?.items.length === 1
  if (!operation || !isOne || !account.data || !undoOf(operation, account.data.id)) return null
  return <Offer operation={operation} onUndone={onUndone} />
}

function Offer({ operation, onUndone }: { operation: Operation; onUndone: () => void }) {
  const { w } = usePageWords()
  const button = useRef<HTMLButtonElement>(null)
  // Where one was, to go back to.
  const from = useRef<Element>(null)
  const undo = useUndo()
  useHotkeys([
    [
      'u',
      () => {
        from.current = document.activeElement
        button.current?.focus()
      },
    ],
  ])
  return (
    <div>
      <Button
        ref={button}
        mt="xs"
        size="compact-sm"
        variant="default"
        aria-keyshortcuts="u"
        loading={undo.isPending}
        rightSection={
          <Kbd size="xs" aria-hidden>
            U
          </Kbd>
        }
        onClick={() => {
          undo.mutate(operation, {
            onSettled: () => {
              if (from.current instanceof HTMLElement) from.current.focus()
              onUndone()
            },
          })
        }}
      >
        {w.log.undo}
      </Button>
    </div>
  )
}
