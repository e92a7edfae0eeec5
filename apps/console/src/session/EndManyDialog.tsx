import type { Session } from '@capstan/contract/session'
import { Button, Group, Modal, Text } from '@mantine/core'
import { useWords } from '../words/words.tsx'

/** Lists what will be hit before it is. */
export function EndManyDialog({
  sessions,
  onClose,
  onConfirm,
}: {
  sessions: readonly Session[]
  onClose: () => void
  onConfirm: () => void
}) {
  const { w } = useWords()
  const label = w.session.endMany(sessions.length)
  return (
    <Modal
      opened
      onClose={onClose}
      title={label}
      closeButtonProps={{ 'aria-label': w.common.close }}
    >
      <Text size="sm">{w.session.endManyText(sessions.length)}</Text>
      <ul style={{ maxHeight: 280, overflowY: 'auto', paddingLeft: 20, fontSize: '0.875rem' }}>
        {sessions.map(session => (
          <li key={session.id}>
            {session.name} · {w.session.status[session.status]}
          </li>
        ))}
      </ul>
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {w.common.cancel}
        </Button>
        <Button color="red.9" data-autofocus onClick={onConfirm}>
          {label}
        </Button>
      </Group>
    </Modal>
  )
}
