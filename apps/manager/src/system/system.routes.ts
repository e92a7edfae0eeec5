import { endpoints } from '@capstan/contract/api'
import { apiPrefix } from '@capstan/contract/endpoint'
import { toOpenApi } from '@capstan/contract/openapi'
import { systemApi } from '@capstan/contract/system'
import type { HttpApp } from '@capstan/runtime/http'
import { version } from '@capstan/runtime/version'
import { sql } from 'kysely'
import type * as z from 'zod'
import type { App } from '../app.ts'
import { type Actor, person } from '../http/actor.ts'
import { mount } from '../http/mount.ts'

export function systemRoutes(http: HttpApp, app: App): void {
  mount(http, app, systemApi.version, async () => ({ version, apiVersion: 'v1' }))
  mount(http, app, systemApi.setup, setup)
  http.get(`${apiPrefix}/openapi.json`, context => context.json(toOpenApi(endpoints, version)))
}

async function setup(app: App, actor: Actor): Promise<z.input<typeof systemApi.setup.output>> {
  const { rows } = await sql<z.input<typeof systemApi.setup.output>>`
    with connected as (select id, runtimes from agent where status = 'connected'),
      installed as (select distinct image.id, image.runtime from image join agent_image on agent_image.image_id = image.id
        join connected on connected.id = agent_image.agent_id)
    select (select count(*)::int from connected) as connected_agents,
      (select count(*)::int from connected where runtimes @> '[{"name": "docker"}]') as engine_agents,
      (select count(*)::int from connected where runtimes @> '[{"canBuild": true}]') as build_agents,
      (select count(*)::int from installed where runtime = 'docker') as container_images,
      (select count(*)::int from installed where runtime = 'process') as local_images,
      exists (select 1 from proxy where last_contact_at > now() - interval '20 seconds') as has_proxy,
      (select count(*)::int from (select 1 from session where user_id = ${person(actor).userId} limit 1000) as mine) as my_sessions`.execute(
    app.db,
  )
  return rows[0]!
}
