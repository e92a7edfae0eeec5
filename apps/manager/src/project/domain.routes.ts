import { type Domain, domainApi } from '@capstan/contract/domain'
import { AppError } from '@capstan/contract/errors'
import type { HttpApp } from '@capstan/runtime/http'
import type * as z from 'zod'
import type { App } from '../app.ts'
import { audit } from '../audit/audit.store.ts'
import type { Db, Tx } from '../db/db.ts'
import { violates } from '../db/violation.ts'
import { allowedGroupsKey } from '../group/access.store.ts'
import { type Actor, type Person, person } from '../http/actor.ts'
import { mount, type Request } from '../http/mount.ts'
import * as projects from './project.store.ts'
import * as store from './domain.store.ts'

type Input<V extends keyof typeof domainApi> = z.output<(typeof domainApi)[V]['input']>

export function domainRoutes(http: HttpApp, app: App): void {
  mount(http, app, domainApi.list, (_, actor, input) =>
    store.list(app.db, person(actor).scope, input),
  )
  mount(http, app, domainApi.show, (_, actor, { name }) => found(app.db, person(actor), name))
  mount(http, app, domainApi.create, create)
  mount(http, app, domainApi.update, update)
}

async function found(db: Db, { scope }: Person, name: string): Promise<Domain> {
  const domain = await store.find(db, scope, name)
  if (!domain) throw new AppError('domain_not_found')
  return domain
}

async function create(
  app: App,
  actor: Actor,
  input: Input<'create'>,
  request: Request,
): Promise<Domain> {
  return inTransaction(app, async tx => {
    const domainId = await store.insert(tx, input)
    await projects.insert(tx, {
      domainId,
      name: 'model-store',
      type: 'model-store',
      description: '',
      policy: 'default',
      allowedGroups: [],
      allowedVolumes: {},
    })
    const after = await found(tx, person(actor), input.name)
    await audit(tx, actor, request, {
      operation: 'domain.create',
      target: input.name,
      of: { domainName: input.name },
      before: null,
      after,
    })
    return after
  })
}

async function update(
  app: App,
  actor: Actor,
  { name, ...changes }: Input<'update'>,
  request: Request,
): Promise<Domain> {
  const admin = person(actor)
  return inTransaction(app, async tx => {
    await store.lock(tx, name)
    const before = await found(tx, admin, name)
    await store.update(tx, name, changes)
    const after = await found(tx, admin, name)
    await audit(tx, actor, request, {
      operation: 'domain.update',
      target: name,
      of: { domainName: name },
      before,
      after,
    })
    return after
  })
}

/** What the database refuses, in words, at the field. */
async function inTransaction<T>(app: App, work: (tx: Tx) => Promise<T>): Promise<T> {
  try {
    return await app.db.transaction().execute(work)
  } catch (error) {
    if (violates(error, 'domain_name_key'))
      throw new AppError('domain_name_taken', {
        issues: [{ path: 'name', message: 'there is a domain of this name' }],
      })
    if (violates(error, allowedGroupsKey.domain))
      throw new AppError('group_not_found', {
        issues: [{ path: 'allowedGroups', message: 'no such resource group' }],
      })
    throw error
  }
}
