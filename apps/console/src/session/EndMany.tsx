import type { Session } from '@capstan/contract/session'
import { Button } from '@mantine/core'
import { IconPlayerStop } from '@tabler/icons-react'
import { lazy, Suspense, useState } from 'react'
import { useWords } from '../words/words.tsx'
import { useEndSessions } from './useSessionActions.ts'

const EndManyDialog = lazy(async () => ({
  default: (await import('./EndManyDialog.tsx')).EndManyDialog,
}))

/** Ends the selected sessions, after a dialog that lists them. */
export function EndMany({
  sessions,
  onDone,
}: {
  sessions: readonly Session[]
  onDone: () => void
}) {
  const { w } = useWords()
  const [isAsking, setAsking] = useState(false)
  const end = useEndSessions(onDone)
  return (
    <>
      <Button
        size="xs"
        color="red.9"
        variant="outline"
        leftSection={<IconPlayerStop size={14} aria-hidden />}
        loading={end.isPending}
        onClick={() => {
          setAsking(true)
        }}
      >
        {w.session.endMany(sessions.length)}
      </Button>
      {isAsking && (
        <Suspense>
          <EndManyDialog
            sessions={sessions}
            onClose={() => {
              setAsking(false)
            }}
            onConfirm={() => {
              setAsking(false)
              end.mutate({ ids: sessions.map(session => session.id), force: false })
            }}
          />
        </Suspense>
      )}
    </>
  )
}
