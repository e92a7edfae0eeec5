import { sessionApi, type SessionDetails } from '@capstan/contract/session'
import { isEnded } from '@capstan/core/session'
import type { Api } from '../api.ts'
import { followChanges } from '../changes.ts'
import { describeReason } from '../output.ts'

/** Waits until an interactive session runs, a batch session has ended, or it comes to nothing. Each new state is told. */
export async function waitForSession(
  { call, profile }: Api,
  { id, type }: Pick<SessionDetails, 'id' | 'type'>,
  onStatus: (text: string) => void,
): Promise<SessionDetails> {
  const changes = followChanges(profile, id)
  let told = ''
  try {
    for (;;) {
      const session = await call(sessionApi.show, { id })
      const why = describeReason(session.reason)
      const text = why === undefined ? session.status : `${session.status}: ${why}`
      if (text !== told) onStatus(text)
      told = text
      if (isEnded(session.status)) return session
      if (session.status === 'running' && type !== 'batch') return session
      await changes.next()
    }
  } finally {
    changes.stop()
  }
}
