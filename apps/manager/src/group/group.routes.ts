import { groupApi, type ResourceGroup } from '@capstan/contract/group'
import { toSlots } from '@capstan/core/slots'
import type { HttpApp } from '@capstan/runtime/http'
import type { App } from '../app.ts'
import { person } from '../http/actor.ts'
import { mount } from '../http/mount.ts'
import { type GroupRow, listGroups } from './group.store.ts'

export function groupRoutes(http: HttpApp, app: App): void {
  mount(http, app, groupApi.list, async (_, actor) => ({
    items: (await listGroups(app.db, person(actor).userId)).map(toGroup),
  }))
}

const toGroup = (row: GroupRow): ResourceGroup => ({
  name: row.name,
  description: row.description,
  isActive: row.isActive,
  allowedSessionTypes: row.allowedSessionTypes,
  scheduler: row.scheduler,
  selector: row.selector,
  capacity: toSlots(row.capacity),
  used: toSlots(row.used),
  largestAgent: toSlots(row.largestAgent),
  agentCount: row.agentCount,
  pendingCount: row.pendingCount,
})
