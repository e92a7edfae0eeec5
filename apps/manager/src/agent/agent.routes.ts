import { type Agent, agentApi, type AgentDetails } from '@capstan/contract/agent'
import { AppError } from '@capstan/contract/errors'
import type { HttpApp } from '@capstan/runtime/http'
import type { App } from '../app.ts'
import type { Actor } from '../http/actor.ts'
import { mount } from '../http/mount.ts'
import * as store from './agent.store.ts'

export function agentRoutes(http: HttpApp, app: App): void {
  mount(http, app, agentApi.list, (_, _actor, input) => store.list(app.db, input))
  mount(http, app, agentApi.show, show)
  mount(http, app, agentApi.update, update)
}

async function show(app: App, _: Actor, { id }: { id: string }): Promise<AgentDetails> {
  const agent = await store.findDetails(app.db, id)
  if (!agent) throw new AppError('agent_not_found')
  return agent
}

async function update(
  app: App,
  _: Actor,
  { id, isSchedulable }: { id: string; isSchedulable: boolean },
): Promise<Agent> {
  if (!(await store.setSchedulable(app.db, id, isSchedulable)))
    throw new AppError('agent_not_found')
  app.wake(['scheduler'])
  const agent = await store.find(app.db, id)
  if (!agent) throw new AppError('agent_not_found')
  return agent
}
