import { endStatus } from '@capstan/core/session'
import type { Tx } from '../db/db.ts'
import { end, lockLive } from '../session/session.store.ts'
import { deactivateAll } from './keypair.store.ts'

/** Ends with the activity of users what is to end with it: keypairs, live sessions. Answers the agents to wake. */
export async function endWith(
  tx: Tx,
  userIds: readonly string[],
  also: { readonly deactivateKeypairs: boolean; readonly endSessions: boolean },
  admin: { readonly email: string },
): Promise<string[]> {
  if (also.deactivateKeypairs) await deactivateAll(tx, userIds)
  if (!also.endSessions) return []
  const moves = (await lockLive(tx, userIds)).flatMap(({ id, status }) => {
    const to = endStatus(status, 'polite')
    return to === null ? [] : [{ id, from: status, to }]
  })
  const message = `Its owner was deactivated by ${admin.email}`
  return (await end(tx, moves, { code: 'owner_deactivated', message })).agentIds
}
