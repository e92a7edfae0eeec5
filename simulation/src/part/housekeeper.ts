import type { Steps } from '../agenda.ts'
import {
  cancelOverdue,
  listLeftOver,
  listOutlived,
  listUnstarted,
  loseSilentAgents,
  reclaimUnstarted,
} from '../model/house.ts'
import { end, endMoves } from '../model/request.ts'
import { settleSessions } from '../model/settle.ts'
import type { Manager } from './manager.ts'

/** `keepHouse` of session/housekeeper.loop.ts: every manager does it, at the same time if it so happens. */
export function* houseSteps(manager: Manager): Steps {
  yield manager.pause()
  manager.committed(loseSilentAgents(manager.db))
  yield* reclaim(manager)
  yield manager.pause()
  manager.committed(cancelOverdue(manager.db))
  yield* endOutlived(manager)
  yield manager.pause()
  const leftOver = listLeftOver(manager.db)
  if (leftOver.length === 0) return
  yield manager.pause()
  manager.committed(settleSessions(manager.db, leftOver))
}

function* reclaim(manager: Manager): Steps {
  yield manager.pause()
  const sessions = listUnstarted(manager.db)
  if (sessions.length === 0) return
  yield manager.pause()
  manager.committed(reclaimUnstarted(manager.db, sessions))
  yield manager.pause()
  manager.wake(['scheduler'])
}

function* endOutlived(manager: Manager): Steps {
  yield manager.pause()
  const moves = endMoves(manager.db, listOutlived(manager.db), 'polite')
  if (moves.length === 0) return
  yield manager.pause()
  const reason = { code: 'lifetime_over', message: 'It reached the longest that its policy allows' }
  const agentIds = manager.committed(end(manager.db, moves, reason))
  yield manager.pause()
  manager.wake([...agentIds.map(id => `agent:${id}` as const), 'scheduler'])
}
