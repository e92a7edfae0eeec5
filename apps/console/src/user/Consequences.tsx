import { userApi } from '@capstan/contract/user'
import { Checkbox, Skeleton, Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useAccount } from '../api/account.ts'
import { query } from '../api/call.ts'
import { usePageWords } from '../words/page-words.ts'

export interface Consequences {
  readonly deactivateKeypairs: boolean
  readonly endSessions: boolean
}

export const nothingElse: Consequences = { deactivateKeypairs: false, endSessions: false }

/** What is to become of what somebody has, when they are deactivated; nothing unless it is asked for (USR-13). */
export function ChooseConsequences({
  userId,
  value,
  onChange,
}: {
  userId: string
  value: Consequences
  onChange: (value: Consequences) => void
}) {
  const { w } = usePageWords()
  const account = useAccount()
  const { data: user, isPending } = useQuery(query(userApi.show, { id: userId }))
  return (
    <Stack gap="xs">
      {w.user.deactivateText}
      {userId === account.id && <b>{w.user.deactivateSelf}</b>}
      <Checkbox
        size="sm"
        label={w.user.deactivateKeypairs}
        checked={value.deactivateKeypairs}
        onChange={event => {
          onChange({ ...value, deactivateKeypairs: event.currentTarget.checked })
        }}
      />
      {isPending && <Skeleton h={20} />}
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
