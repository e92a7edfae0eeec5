import { surplus } from '@capstan/core/replicas'
import type { App } from '../app.ts'
import type { Tx } from '../db/db.ts'
import { violates } from '../db/violation.ts'
import type { WakeTarget } from '../wake.ts'
import { insertMany } from '../session/session.store.ts'
import { allowanceOf } from './allowance.ts'
import { endReplicas } from './end-replicas.ts'
import {
  listLiveReplicas,
  listUneven,
  lockLive,
  type ServiceRow,
  setReason,
  takeNames,
} from './replicas.store.ts'

/** One turn: services that have too few replicas are given what they may have, those that have too many end some. */
export async function keepReplicas(app: App): Promise<void> {
  const failures: unknown[] = []
  for (const id of await listUneven(app.db))
    // What is wrong with one service must not keep the others from theirs.
    await even(app, id).catch((error: unknown) => failures.push(error))
  if (failures.length > 0) throw new AggregateError(failures, 'services were left as they were')
}

async function even(app: App, id: string): Promise<void> {
  const targets = await app.db
    .transaction()
    .execute(tx => evenOut(app, tx, id))
    .catch((error: unknown): WakeTarget[] => {
      // Its owner took such a name at this moment: the next turn leaves it out.
      if (violates(error, 'session_name')) return []
      throw error
    })
  app.wake(targets)
}

async function evenOut(app: App, tx: Tx, id: string): Promise<WakeTarget[]> {
  const service = await lockLive(tx, id)
  if (!service) return []
  const live = await listLiveReplicas(tx, id)
  const missing = service.replicaCount - live.length
  if (missing <= 0) {
    await setReason(tx, id, null)
    return endReplicas(tx, surplus(live, service.replicaCount), {
      code: 'replica_surplus',
      message: `Its service ${service.name} was set to ${replicas(service.replicaCount)}`,
    })
  }
  const { count, reason } = await allowanceOf(tx, service, live.length)
  await setReason(tx, id, reason)
  if (count === 0) return []
  await start(tx, service, count)
  app.log.info({ serviceId: id, count }, 'replicas_asked_for')
  return ['scheduler']
}

const replicas = (count: number): string => `${count} ${count === 1 ? 'replica' : 'replicas'}`

async function start(tx: Tx, service: ServiceRow, count: number): Promise<void> {
  const { environSealed } = service
  const names = await takeNames(tx, service, count)
  await insertMany(
    tx,
    {
      ...service,
      type: 'inference',
      serviceId: service.id,
      clusterSize: 1,
      clusterMode: 'single-node',
      designatedAgents: [],
      startsAt: null,
      dependsOn: [],
    },
    names.map(name => ({ name, environSealed })),
  )
}
