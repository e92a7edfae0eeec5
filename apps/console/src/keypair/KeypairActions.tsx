import type { Keypair } from '@capstan/contract/keypair'
import {
  IconInfoCircle,
  IconPlayerPlay,
  IconPlayerPause,
  IconSettings,
  IconTrash,
} from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { ConfirmedRowButton, RowActions, RowButton } from '../ui/RowActions.tsx'
import { usePageWords } from '../words/page-words.ts'
import { useActivityQuestion, useRemovalQuestion } from './keypair.questions.ts'

/** What can be done with a keypair, at the end of its row (KEY-03 to KEY-06). */
export function KeypairActions({ keypair }: { keypair: Keypair }) {
  const { w } = usePageWords()
  const navigate = useNavigate()
  const activity = useActivityQuestion(keypair)
  const removal = useRemovalQuestion(keypair)
  const { accessKey, isActive } = keypair
  const params = { accessKey }
  return (
    <RowActions>
      <RowButton
        icon={IconInfoCircle}
        tone="details"
        label={w.keypair.details}
        name={`${w.keypair.details}: ${accessKey}`}
        onClick={() => {
          void navigate({ to: '/credentials/$accessKey', params, search: true })
        }}
      />
      <RowButton
        icon={IconSettings}
        label={w.keypair.settings}
        name={`${w.keypair.settings}: ${accessKey}`}
        onClick={() => {
          void navigate({ to: '/credentials/$accessKey/edit', params, search: true })
        }}
      />
      <ConfirmedRowButton
        icon={isActive ? IconPlayerPause : IconPlayerPlay}
        tone={isActive ? 'danger' : 'strong'}
        label={isActive ? w.user.deactivate : w.user.activate}
        name={`${isActive ? w.user.deactivate : w.user.activate}: ${accessKey}`}
        confirmation={activity}
      />
      {!isActive && (
        <ConfirmedRowButton
          icon={IconTrash}
          tone="danger"
          label={w.keypair.remove}
          name={`${w.keypair.remove}: ${accessKey}`}
          whyNot={keypair.isMain ? w.keypair.mainStays(keypair.userEmail) : undefined}
          confirmation={removal}
        />
      )}
    </RowActions>
  )
}
