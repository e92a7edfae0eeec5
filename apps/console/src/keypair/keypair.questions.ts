import type { Keypair } from '@capstan/contract/keypair'
import type { ComponentProps } from 'react'
import type { ConfirmPopover } from '../ui/ConfirmPopover.tsx'
import { usePageWords } from '../words/page-words.ts'
import { useKeypairActivity, useKeypairRemoval } from './useKeypairChange.ts'

type Question = Omit<ComponentProps<typeof ConfirmPopover>, 'children'>

/** What is asked before a keypair is deactivated or activated (KEY-05). */
export function useActivityQuestion({ accessKey, isActive, userEmail }: Keypair): Question {
  const { w } = usePageWords()
  const activity = useKeypairActivity()
  return {
    title: isActive ? w.keypair.deactivateTitle : w.keypair.activateTitle,
    text: isActive ? w.keypair.deactivateText(userEmail) : w.keypair.activateText,
    confirm: isActive ? w.user.deactivate : w.user.activate,
    isDanger: isActive,
    onConfirm: () => {
      activity.mutate({ accessKey, isActive: !isActive })
    },
  }
}

/** What is asked before a keypair is deleted for good (KEY-06). */
export function useRemovalQuestion(
  { accessKey }: Keypair,
  onRemoved: () => void = () => {},
): Question {
  const { w } = usePageWords()
  const removal = useKeypairRemoval()
  return {
    title: w.keypair.removeTitle,
    text: w.keypair.removeText,
    confirm: w.keypair.remove,
    isDanger: true,
    onConfirm: () => {
      removal.mutate(accessKey, { onSuccess: onRemoved })
    },
  }
}
