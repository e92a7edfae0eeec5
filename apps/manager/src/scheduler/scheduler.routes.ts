import { type SchedulerDefaults, schedulerApi } from '@capstan/contract/scheduler'
import type { HttpApp } from '@capstan/runtime/http'
import type * as z from 'zod'
import type { App } from '../app.ts'
import { audit } from '../audit/audit.store.ts'
import type { Actor } from '../http/actor.ts'
import { mount, type Request } from '../http/mount.ts'
import * as defaults from './defaults.store.ts'

type Input<V extends keyof typeof schedulerApi> = z.output<(typeof schedulerApi)[V]['input']>

export function schedulerRoutes(http: HttpApp, app: App): void {
  mount(http, app, schedulerApi.listDefaults, async () => ({
    items: await defaults.listDefaults(app.db),
  }))
  mount(http, app, schedulerApi.updateDefaults, updateDefaults)
}

async function updateDefaults(
  app: App,
  actor: Actor,
  { scheduler, ...changes }: Input<'updateDefaults'>,
  request: Request,
): Promise<SchedulerDefaults> {
  const after = await app.db.transaction().execute(async tx => {
    const changed = await defaults.updateDefaults(tx, scheduler, changes)
    await audit(tx, actor, request, {
      operation: 'scheduler.updateDefaults',
      target: scheduler,
      ...changed,
    })
    return changed.after
  })
  app.wake(['scheduler'])
  return after
}
