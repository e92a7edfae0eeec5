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
import { useKeypairActivity, useKeypairRemoval } from './useKeypairChange.ts'

/** What can be done with a keypair, at the end of its row (KEY-03 to KEY-06). */
export function KeypairActions({ keypair }: { keypair: Keypair }) {
  const { w } = usePageWords()
  const navigate = useNavigate()
  const activity = useKeypairActivity()
  const removal = useKeypairRemoval()
  const { accessKey, isActive } = keypair
  const params = { accessKey }
  return (
    <RowActions>
      <RowButton
        icon={IconInfoCircle}
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
        label={isActive ? w.user.deactivate : w.user.activate}
        name={`${isActive ? w.user.deactivate : w.user.activate}: ${accessKey}`}
        confirmation={{
          title: isActive ? w.keypair.deactivateTitle : w.keypair.activateTitle,
          text: isActive ? w.keypair.deactivateText(keypair.userEmail) : w.keypair.activateText,
          confirm: isActive ? w.user.deactivate : w.user.activate,
          isDanger: isActive,
          onConfirm: () => {
            activity.mutate({ accessKey, isActive: !isActive })
          },
        }}
      />
      {!isActive && (
        <ConfirmedRowButton
          icon={IconTrash}
          label={w.keypair.remove}
          name={`${w.keypair.remove}: ${accessKey}`}
          whyNot={keypair.isMain ? w.keypair.mainStays(keypair.userEmail) : undefined}
          confirmation={{
            title: w.keypair.removeTitle,
            text: w.keypair.removeText,
            confirm: w.keypair.remove,
            isDanger: true,
            onConfirm: () => {
              removal.mutate(accessKey)
            },
          }}
        />
      )}
    </RowActions>
  )
}
