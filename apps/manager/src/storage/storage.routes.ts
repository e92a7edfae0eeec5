import { storageApi } from '@capstan/contract/storage'
import type { HttpApp } from '@capstan/runtime/http'
import type * as z from 'zod'
import type { App } from '../app.ts'
import { hashSecret } from '../db/seal.ts'
import { type Actor, machine } from '../http/actor.ts'
import { mount } from '../http/mount.ts'
import { admit, makeToken } from '../machine/admit.ts'
import * as store from './storage.store.ts'

type Input<V extends keyof typeof storageApi> = z.output<(typeof storageApi)[V]['input']>

export function storageRoutes(http: HttpApp, app: App): void {
  mount(http, app, storageApi.join, join)
  mount(http, app, storageApi.report, report)
  mount(http, app, storageApi.list, async () => ({ items: await store.listVolumes(app.db) }))
}

async function join(
  app: App,
  _: Actor,
  { joinToken, id }: Input<'join'>,
): Promise<{ token: string }> {
  await admit(app, 'storage', joinToken)
  const token = makeToken()
  await store.joinStorage(app.db, id, hashSecret(token))
  app.log.info({ storageId: id }, 'storage_joined')
  return { token }
}

async function report(
  app: App,
  actor: Actor,
  input: Input<'report'>,
): Promise<Record<string, never>> {
  await app.db.transaction().execute(tx => store.takeReport(tx, machine(actor).id, input))
  return {}
}
