import { AppError } from '@capstan/contract/errors'
import { serviceApi, type ServiceDetails } from '@capstan/contract/service'
import { checkOwned } from '@capstan/core/limits'
import type { HttpApp } from '@capstan/runtime/http'
import type * as z from 'zod'
import type { App } from '../app.ts'
import { audit } from '../audit/audit.store.ts'
import type { Tx } from '../db/db.ts'
import { violates } from '../db/violation.ts'
import { type Actor, person } from '../http/actor.ts'
import { mount, type Request } from '../http/mount.ts'
import { checkPolicy, newSession } from '../session/new-session.ts'
import { endReplicas } from './end-replicas.ts'
import { lockLiveReplicas } from './replicas.store.ts'
import * as store from './service.store.ts'

type Input<V extends keyof typeof serviceApi> = z.output<(typeof serviceApi)[V]['input']>

export function serviceRoutes(http: HttpApp, app: App): void {
  mount(http, app, serviceApi.create, create)
  mount(http, app, serviceApi.list, (_, actor, input) =>
    store.list(app.db, person(actor).scope, input),
  )
  mount(http, app, serviceApi.show, show)
  mount(http, app, serviceApi.update, update)
  mount(http, app, serviceApi.terminate, terminate)
}

/** Notes what is wanted; the loop asks for the replicas. */
async function create(app: App, actor: Actor, input: Input<'create'>): Promise<ServiceDetails> {
  const { name, replicaCount, ...asked } = input
  const replica = await newSession(app, actor, {
    ...asked,
    name,
    type: 'inference',
    clusterSize: 1,
    clusterMode: 'single-node',
    agentIds: [],
    startsAt: null,
    after: [],
  })
  const service = await app.db.transaction().execute(async tx => {
    await checkReplicaLimit(tx, replica.userId, { used: 0, requested: replicaCount })
    await checkPolicy(tx, replica, replicaCount)
    const id = await store.insert(tx, { name, replicaCount, replica }).catch((error: unknown) => {
      throw violates(error, 'service_name') ? nameTaken(name, input.owner) : error
    })
    return found(await store.find(tx, { reach: 'all' }, id))
  })
  app.wake(['services'])
  return service
}

const show = async (app: App, actor: Actor, { id }: Input<'show'>): Promise<ServiceDetails> =>
  found(await store.find(app.db, person(actor).scope, id))

async function update(
  app: App,
  actor: Actor,
  { id, replicaCount }: Input<'update'>,
  request: Request,
): Promise<ServiceDetails> {
  const { scope } = person(actor)
  const service = await app.db.transaction().execute(async tx => {
    const before = found(await store.lock(tx, scope, id))
    if (before.endedAt !== null) throw new AppError('service_ended')
    const { userId, replicaCount: used } = before
    if (replicaCount > used)
      await checkReplicaLimit(tx, userId, { used, requested: replicaCount - used })
    await store.setReplicaCount(tx, id, replicaCount)
    await audit(tx, actor, request, {
      operation: 'service.update',
      target: before.name,
      targetId: id,
      of: { userId },
      before: { replicaCount: used },
      after: { replicaCount },
    })
    return found(await store.find(tx, scope, id))
  })
  app.wake(['services'])
  return service
}

async function terminate(
  app: App,
  actor: Actor,
  { id }: Input<'terminate'>,
  request: Request,
): Promise<ServiceDetails> {
  const { scope, email } = person(actor)
  const { service, targets } = await app.db.transaction().execute(async tx => {
    const { name, userId } = found(await store.lock(tx, scope, id))
    await store.markEnded(tx, id)
    const targets = await endReplicas(tx, await lockLiveReplicas(tx, id), {
      code: 'service_ended',
      message: `Its service ${name} was ended by ${email}`,
    })
    await audit(tx, actor, request, {
      operation: 'service.terminate',
      target: name,
      targetId: id,
      of: { userId },
      before: null,
      after: null,
    })
    return { targets, service: found(await store.find(tx, scope, id)) }
  })
  app.wake(targets)
  return service
}

function found(service: ServiceDetails | undefined): ServiceDetails {
  if (!service) throw new AppError('service_not_found')
  return service
}

/** POL-12: not more replicas of one service than the policy of its owner allows. */
async function checkReplicaLimit(
  tx: Tx,
  userId: string,
  counts: { readonly used: number; readonly requested: number },
): Promise<void> {
  const failure = checkOwned({
    ...(await store.findReplicaLimit(tx, userId)),
    ...counts,
    limit: 'serviceSessionCount',
  })
  if (!failure) return
  throw new AppError('policy_limit', {
    detail: failure.message,
    issues: [{ path: 'replicaCount', message: failure.message }],
  })
}

/** `owner`: e-mail of whose service it was to be, when not the one's who asks. */
function nameTaken(name: string, owner?: string): AppError {
  const who = owner === undefined ? 'you have' : `${owner} has`
  const message = `${who} a model service named ${name}`
  return new AppError('service_name_taken', {
    detail: message,
    issues: [{ path: 'name', message }],
  })
}
