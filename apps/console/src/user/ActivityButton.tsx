import type { UserDetails } from '@capstan/contract/user'
import { Button } from '@mantine/core'
import { usePageWords } from '../words/page-words.ts'
import { ConfirmActivity } from './ConfirmActivity.tsx'

/** Deactivates a person, who is kept, or brings one back (USR-11, USR-12). */
export function ActivityButton({ user }: { user: UserDetails }) {
  const { w } = usePageWords()
  return (
    <ConfirmActivity user={user}>
      <Button size="xs" variant="default">
        {user.status === 'active' ? w.user.deactivate : w.user.activate}
      </Button>
    </ConfirmActivity>
  )
}
