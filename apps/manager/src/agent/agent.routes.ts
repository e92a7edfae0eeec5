import { type Agent, agentApi, type AgentDetails } from '@capstan/contract/agent'
import { deviceApi } from '@capstan/contract/device'
import { AppError } from '@capstan/contract/errors'
import type { HttpApp } from '@capstan/runtime/http'
import { sql } from 'kysely'
import type * as z from 'zod'
import type { App } from '../app.ts'
import type { Db } from '../db/db.ts'
import { holdPlacing } from '../db/placing.ts'
import { violates } from '../db/violation.ts'
import { type Actor, person } from '../http/actor.ts'
import { mount } from '../http/mount.ts'
import { listDevices } from './device.store.ts'
import * as store from './agent.store.ts'
import { clearDrain, setDrain, setSchedulable } from './duty.store.ts'
import { endForeign, setGroup } from './move.store.ts'

type Input<V extends keyof typeof agentApi> = z.output<(typeof agentApi)[V]['input']>

export function agentRoutes(http: HttpApp, app: App): void {
  mount(http, app, agentApi.list, (_, _actor, input) => store.list(app.db, input))
  mount(http, app, agentApi.show, show)
  mount(http, app, deviceApi.list, (_, actor, input) =>
    listDevices(app.db, person(actor).scope, input),
  )
  mount(http, app, agentApi.update, (_, _actor, { id, isSchedulable }) =>
    changed(app, id, tx => setSchedulable(tx, id, isSchedulable)),
  )
  mount(http, app, agentApi.drain, drain)
  mount(http, app, agentApi.cancelDrain, (_, _actor, { id }) =>
    changed(app, id, tx => clearDrain(tx, id)),
  )
  mount(http, app, agentApi.move, move)
}

async function show(app: App, actor: Actor, { id }: { id: string }): Promise<AgentDetails> {
  const agent = await store.findDetails(app.db, person(actor).scope, id)
  if (!agent) throw new AppError('agent_not_found')
  return agent
}

async function drain(app: App, _: Actor, { id, ...how }: Input<'drain'>): Promise<Agent> {
  if (how.mode === 'end' && how.deadlineS !== null) {
    const issue = { path: 'deadlineS', message: 'a deadline goes with letting sessions finish' }
    throw new AppError('invalid_input', {
      issues: [issue],
      detail: `${issue.path}: ${issue.message}`,
    })
  }
  return changed(app, id, tx => setDrain(tx, id, how))
}

/** GRP-05: sessions of other groups that run there are handled as chosen, in the same step. */
async function move(
  app: App,
  _: Actor,
  { id, resourceGroup, sessions }: Input<'move'>,
): Promise<Agent> {
  let endingOn: string[] = []
  const agent = await changed(app, id, async tx => {
    if (sessions === 'end') endingOn = await endForeign(tx, id, resourceGroup)
    return setGroup(tx, id, resourceGroup)
  }).catch((error: unknown) => {
    if (!violates(error, 'agent_resource_group_fkey')) throw error
    throw new AppError('group_not_found', {
      issues: [{ path: 'resourceGroup', message: `no resource group ${resourceGroup}` }],
    })
  })
  app.wake(endingOn.map(agentId => `agent:${agentId}` as const))
  return agent
}

/** Changes what an agent takes, between two turns of the scheduler: once it is answered, nothing is placed by the old word. */
async function changed(app: App, id: string, write: (tx: Db) => Promise<boolean>): Promise<Agent> {
  const agent = await app.db.transaction().execute(async tx => {
    await holdPlacing(tx)
    if (!(await write(tx))) throw new AppError('agent_not_found')
    await sql`select pg_notify('capstan_change', ${`agent:${id}`})`.execute(tx)
    return store.find(tx, id)
  })
  if (!agent) throw new AppError('agent_not_found')
  app.wake(['scheduler', 'housekeeper'])
  return agent
}
