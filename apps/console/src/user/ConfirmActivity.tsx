import { type User, userApi } from '@capstan/contract/user'
import { Checkbox, Skeleton, Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type ComponentProps, useState } from 'react'
import { query } from '../api/call.ts'
import { ConfirmPopover } from '../ui/ConfirmPopover.tsx'
import { usePageWords } from '../words/page-words.ts'
import { type Consequences, useActivity } from './useActivity.ts'

const nothingElse: Consequences = { deactivateKeypairs: false, endSessions: false }

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
          <Choices id={user.id} value={consequences} onChange={setConsequences} />
        ) : (
          w.user.activateText
        )
      }
      confirm={isActive ? w.user.deactivate : w.user.activate}
      isDanger={isActive}
      onConfirm={() => {
        change.mutate(consequences)
      }}
    >
      {children}
    </ConfirmPopover>
  )
}

function Choices({
  id,
  value,
  onChange,
}: {
  id: string
  value: Consequences
  onChange: (value: Consequences) => void
}) {
  const { w } = usePageWords()
  const { data: user } = useQuery(query(userApi.show, { id }))
  return (
    <Stack gap="xs">
      {w.user.deactivateText}
      <Checkbox
        size="sm"
        label={w.user.deactivateKeypairs}
        checked={value.deactivateKeypairs}
        onChange={event => {
          onChange({ ...value, deactivateKeypairs: event.currentTarget.checked })
        }}
      />
      {!user && <Skeleton h={20} />}
      {user && user.liveSessionCount > 0 && (
        <Checkbox
          size="sm"
          label={w.user.endSessions(user.liveSessionCount)}
          checked={value.endSessions}
          onChange={event => {
            onChange({ ...value, endSessions: event.currentTarget.checked })
          }}
        />
      )}
    </Stack>
  )
}
