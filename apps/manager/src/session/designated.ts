import { AppError } from '@capstan/contract/errors'
import { may } from '@capstan/core/access'
import { listGroupAgents } from '../agent/agent.store.ts'
import type { App } from '../app.ts'
import { type Actor, person } from '../http/actor.ts'

interface Asked {
  readonly resourceGroup: string
  readonly agentIds: readonly string[]
}

/** SES-01: the only agents on which a session may be, each once; they are of its resource group, connected or not. */
export async function findDesignated(
  app: App,
  actor: Actor,
  { resourceGroup, agentIds }: Asked,
): Promise<string[]> {
  if (agentIds.length === 0) return []
  const refuse = (code: 'forbidden' | 'agent_not_found', path: string, why: string): AppError =>
    new AppError(code, { detail: why, issues: [{ path, message: why }] })
  if (!may(person(actor).role, 'session.designate'))
    throw refuse('forbidden', 'agentIds', 'only superadmins choose the agents of a session')
  const there = await listGroupAgents(app.db, resourceGroup, agentIds)
  const missing = agentIds.findIndex(id => !there.includes(id))
  if (missing !== -1)
    throw refuse(
      'agent_not_found',
      `agentIds.${missing}`,
      `there is no agent ${agentIds[missing]} in resource group ${resourceGroup}`,
    )
  return there
}
