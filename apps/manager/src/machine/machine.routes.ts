import { AppError } from '@capstan/contract/errors'
import { joinTokenApi } from '@capstan/contract/join-token'
import type { HttpApp } from '@capstan/runtime/http'
import type * as z from 'zod'
import type { App } from '../app.ts'
import { hashSecret } from '../db/seal.ts'
import type { Actor } from '../http/actor.ts'
import { mount } from '../http/mount.ts'
import { makeToken } from './admit.ts'
import * as store from './machine.store.ts'

export function joinTokenRoutes(http: HttpApp, app: App): void {
  mount(http, app, joinTokenApi.list, async () => ({ items: await store.listJoinTokens(app.db) }))
  mount(http, app, joinTokenApi.create, create)
  mount(http, app, joinTokenApi.remove, remove)
}

async function create(
  app: App,
  _: Actor,
  { role, description, lifetimeS }: z.output<typeof joinTokenApi.create.input>,
): Promise<z.input<typeof joinTokenApi.create.output>> {
  const token = makeToken()
  const expiresAt = lifetimeS === null ? null : new Date(app.now().getTime() + lifetimeS * 1000)
  const row = await store.insertJoinToken(app.db, {
    hash: hashSecret(`${role}:${token}`),
    role,
    description,
    expiresAt,
  })
  return { ...row, token }
}

async function remove(app: App, _: Actor, { id }: { id: string }): Promise<Record<string, never>> {
  if (!(await store.removeJoinToken(app.db, id))) throw new AppError('join_token_not_found')
  return {}
}
