import type { LiveReplica } from '@capstan/core/replicas'
import { endStatus } from '@capstan/core/session'
import type { Tx } from '../db/db.ts'
import { end } from '../session/session.store.ts'
import type { WakeTarget } from '../wake.ts'

/** Answers whom to wake once that is committed. */
export async function endReplicas(
  tx: Tx,
  replicas: readonly LiveReplica[],
  reason: { readonly code: string; readonly message: string },
): Promise<WakeTarget[]> {
  const moves = replicas.flatMap(({ id, status }) => {
    const to = endStatus(status, 'polite')
    return to === null ? [] : [{ id, from: status, to }]
  })
  if (moves.length === 0) return []
  const { agentIds } = await end(tx, moves, reason)
  return [...agentIds.map(id => `agent:${id}` as const), 'scheduler']
}
