import { projectApi } from '@capstan/contract/project'
import type { HttpApp } from '@capstan/runtime/http'
import type { App } from '../app.ts'
import { person } from '../http/actor.ts'
import { mount } from '../http/mount.ts'
import { listProjects } from './project.store.ts'

export function projectRoutes(http: HttpApp, app: App): void {
  mount(http, app, projectApi.list, async (_, actor) => ({
    items: await listProjects(app.db, person(actor).scope),
  }))
}
