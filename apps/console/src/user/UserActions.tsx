import type { User } from '@capstan/contract/user'
import { IconInfoCircle, IconPlayerPlay, IconSettings, IconTrash } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { RowActions, RowButton } from '../ui/RowActions.tsx'
import { usePageWords } from '../words/page-words.ts'
import { ConfirmActivity } from './ConfirmActivity.tsx'

/** What can be done with a person, at the end of their row (USR-06, USR-07, USR-11). */
export function UserActions({ user }: { user: User }) {
  const { w } = usePageWords()
  const navigate = useNavigate()
  const isActive = user.status === 'active'
  const label = isActive ? w.user.deactivate : w.user.activate
  const params = { userId: user.id }
  return (
    <RowActions>
      <RowButton
        icon={IconInfoCircle}
        tone="details"
        label={w.keypair.details}
        name={`${w.keypair.details}: ${user.email}`}
        onClick={() => {
          void navigate({ to: '/users/$userId', params, search: true })
        }}
      />
      <RowButton
        icon={IconSettings}
        label={w.user.edit}
        name={`${w.user.edit}: ${user.email}`}
        onClick={() => {
          void navigate({ to: '/users/$userId/edit', params, search: true })
        }}
      />
      <ConfirmActivity user={user}>
        <RowButton
          icon={isActive ? IconTrash : IconPlayerPlay}
          tone={isActive ? 'danger' : 'strong'}
          label={label}
          name={`${label}: ${user.email}`}
        />
      </ConfirmActivity>
    </RowActions>
  )
}
