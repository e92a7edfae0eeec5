import { type Agent, agentApi, type AgentDetails } from '@capstan/contract/agent'
import { deviceApi } from '@capstan/contract/device'
import { AppError } from '@capstan/contract/errors'
import type { HttpApp } from '@capstan/runtime/http'
import type * as z from 'zod'
import type { App } from '../app.ts'
import type { Db } from '../db/db.ts'
import { holdPlacing } from '../db/placing.ts'
import { violates } from '../db/violation.ts'
import { type Actor, person } from '../http/actor.ts'
import { mount } from '../http/mount.ts'
import { listDevices } from './device.store.ts'
import * as store from './agent.store.ts'
import {
  clearDrain,
  type Drain,
  setDrain,
  setGroup,
  setSchedulable,
  type Written,
} from './duty.store.ts'
import { endForeign } from './move.store.ts'

type Input<V extends keyof typeof agentApi> = z.output<(typeof agentApi)[V]['input']>

export function agentRoutes(http: HttpApp, app: App): void {
  mount(http, app, agentApi.list, (_, _actor, input) => store.list(app.db, input))
  mount(http, app, agentApi.show, show)
  mount(http, app, deviceApi.list, (_, actor, input) =>
    listDevices(app.db, person(actor).scope, input),
  )
  mount(http, app, agentApi.update, (_, _actor, { id, isSchedulable }) =>
    one(app, id, tx => setSchedulable(tx, [id], isSchedulable)),
  )
  mount(http, app, agentApi.drain, drain)
  mount(http, app, agentApi.cancelDrain, (_, _actor, { id }) =>
    one(app, id, tx => clearDrain(tx, [id])),
  )
  mount(http, app, agentApi.move, (_, _actor, { id, ...where }) =>
    moved(app, { ids: [id], ...where }, write => one(app, id, write)),
  )
  mount(http, app, agentApi.drainMany, drainMany)
  mount(http, app, agentApi.cancelDrainMany, (_, _actor, { ids }) =>
    many(app, ids, tx => clearDrain(tx, ids)),
  )
  mount(http, app, agentApi.moveMany, (_, _actor, input) =>
    moved(app, input, write => many(app, input.ids, write)),
  )
}

async function show(app: App, actor: Actor, { id }: { id: string }): Promise<AgentDetails> {
  const agent = await store.findDetails(app.db, person(actor).scope, id)
  if (!agent) throw new AppError('agent_not_found')
  return agent
}

/** What becomes of those that an endpoint for one is asked about, and of those that one for many is. */
type Write = (tx: Db) => Promise<Written[]>

function checkDrain({ mode, deadlineS }: Drain): void {
  if (mode !== 'end' || deadlineS === null) return
  const issue = { path: 'deadlineS', message: 'a deadline goes with letting sessions finish' }
  throw new AppError('invalid_input', {
    issues: [issue],
    detail: `${issue.path}: ${issue.message}`,
  })
}

async function drain(app: App, _: Actor, { id, ...how }: Input<'drain'>): Promise<Agent> {
  checkDrain(how)
  return one(app, id, tx => setDrain(tx, [id], how))
}

async function drainMany(app: App, _: Actor, { ids, ...how }: Input<'drainMany'>) {
  checkDrain(how)
  return many(app, ids, tx => setDrain(tx, ids, how))
}

/** GRP-05: sessions of other groups that run there are handled as chosen, in the same step. */
async function moved<T>(
  app: App,
  { ids, resourceGroup, sessions }: Input<'moveMany'>,
  change: (write: Write) => Promise<T>,
): Promise<T> {
  let endingOn: string[] = []
  const answer = await change(async tx => {
    if (sessions === 'end') endingOn = await endForeign(tx, ids, resourceGroup)
    return setGroup(tx, ids, resourceGroup)
  }).catch((error: unknown) => {
    if (!violates(error, 'agent_resource_group_fkey')) throw error
    throw new AppError('group_not_found', {
      issues: [{ path: 'resourceGroup', message: `no resource group ${resourceGroup}` }],
    })
  })
  app.wake(endingOn.map(agentId => `agent:${agentId}` as const))
  return answer
}

/** Changes what an agent takes. Throws `agent_not_found`. */
async function one(app: App, id: string, write: Write): Promise<Agent> {
  const agent = await changed(app, async tx => {
    await write(tx)
    return store.find(tx, id)
  })
  if (!agent) throw new AppError('agent_not_found')
  return agent
}

/** The same for several, with what became of each in the order asked for. */
async function many(
  app: App,
  ids: readonly string[],
  write: Write,
): Promise<z.input<(typeof agentApi)['drainMany']['output']>> {
  const written = new Map((await changed(app, write)).map(each => [each.id, each.sessionCount]))
  return {
    items: ids.map(id => ({
      id,
      outcome: written.has(id) ? 'done' : 'not_found',
      sessionCount: written.get(id) ?? 0,
    })),
  }
}

/** Between two turns of the scheduler: once it is answered, nothing is placed by the old word. */
async function changed<T>(app: App, write: (tx: Db) => Promise<T>): Promise<T> {
  const answer = await app.db.transaction().execute(async tx => {
    await holdPlacing(tx)
    return write(tx)
  })
  app.wake(['scheduler', 'housekeeper'])
  return answer
}
