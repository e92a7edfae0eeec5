import { searchApi } from '@capstan/contract/search'
import type { HttpApp } from '@capstan/runtime/http'
import type { App } from '../app.ts'
import { person } from '../http/actor.ts'
import { mount } from '../http/mount.ts'
import { find } from './search.store.ts'

export function searchRoutes(http: HttpApp, app: App): void {
  mount(http, app, searchApi.find, async (_, actor, { q, ...asked }) => ({
    items: await find(app.db, person(actor), { text: q, ...asked }),
  }))
}
