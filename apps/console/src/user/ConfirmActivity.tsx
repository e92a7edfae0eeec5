import type { User } from '@capstan/contract/user'
import { type ComponentProps, useState } from 'react'
import { ConfirmPopover } from '../ui/ConfirmPopover.tsx'
import { usePageWords } from '../words/page-words.ts'
import { ChooseConsequences, nothingElse } from './Consequences.tsx'
import { useActivity } from './useActivity.ts'

/** Asks before somebody is deactivated, and what is to become of what they have; or before they are brought back. */
export function ConfirmActivity({
  user,
  children,
}: {
  user: Pick<User, 'id' | 'email' | 'status'>
  children: ComponentProps<typeof ConfirmPopover>['children']
}) {
  const { w } = usePageWords()
  const change = useActivity(user)
  const [consequences, setConsequences] = useState(nothingElse)
  const isActive = user.status === 'active'
  return (
    <ConfirmPopover
      title={isActive ? w.user.deactivateTitle(user.email) : w.user.activateTitle(user.email)}
      text={
        isActive ? (
          <ChooseConsequences userId={user.id} value={consequences} onChange={setConsequences} />
        ) : (
          w.user.activateText
        )
      }
      confirm={isActive ? w.user.deactivate : w.user.activate}
      isDanger={isActive}
      onOpen={() => {
        setConsequences(nothingElse)
      }}
      onConfirm={() => {
        change.mutate(consequences)
      }}
    >
      {children}
    </ConfirmPopover>
  )
}
