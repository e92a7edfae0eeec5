import { AppError } from '@capstan/contract/errors'
import { type Project, projectApi } from '@capstan/contract/project'
import type { HttpApp } from '@capstan/runtime/http'
import type * as z from 'zod'
import type { App } from '../app.ts'
import { audit } from '../audit/audit.store.ts'
import type { Db, Tx } from '../db/db.ts'
import { violates } from '../db/violation.ts'
import { findDomainFor } from './domain.store.ts'
import { allowedGroupsKey } from '../group/access.store.ts'
import { type Actor, type Person, person } from '../http/actor.ts'
import { mount, type Request } from '../http/mount.ts'
import * as store from './project.store.ts'

type Input<V extends keyof typeof projectApi> = z.output<(typeof projectApi)[V]['input']>

export function projectRoutes(http: HttpApp, app: App): void {
  mount(http, app, projectApi.list, (_, actor, input) =>
    store.list(app.db, person(actor).scope, input),
  )
  mount(http, app, projectApi.show, (_, actor, { id }) => found(app.db, person(actor), id))
  mount(http, app, projectApi.create, create)
  mount(http, app, projectApi.update, update)
  mount(http, app, projectApi.listMembers, async (_, actor, { id, ...filter }) => {
    await found(app.db, person(actor), id)
    return store.listMembers(app.db, id, filter)
  })
  mount(http, app, projectApi.changeMembers, changeMembers)
}

async function found(db: Db, { scope }: Person, id: string): Promise<Project> {
  const project = await store.find(db, scope, id)
  if (!project) throw new AppError('project_not_found')
  return project
}

async function create(
  app: App,
  actor: Actor,
  { domainName, ...input }: Input<'create'>,
  request: Request,
): Promise<Project> {
  const admin = person(actor)
  return inTransaction(app, async tx => {
    mayAllow(admin, undefined, input)
    const domainId = await findDomainFor(tx, admin, domainName)
    const id = await store.insert(tx, { ...input, domainId })
    const after = await found(tx, admin, id)
    await audit(tx, actor, request, {
      operation: 'project.create',
      target: `${after.domainName}/${after.name}`,
      targetId: id,
      of: after,
      before: null,
      after,
    })
    return after
  })
}

async function update(
  app: App,
  actor: Actor,
  { id, ...changes }: Input<'update'>,
  request: Request,
): Promise<Project> {
  const admin = person(actor)
  return inTransaction(app, async tx => {
    await store.lock(tx, id)
    const before = await found(tx, admin, id)
    mayAllow(admin, before, changes)
    await store.update(tx, id, changes)
    const after = await found(tx, admin, id)
    await audit(tx, actor, request, {
      operation: 'project.update',
      target: `${before.domainName}/${before.name}`,
      targetId: id,
      of: before,
      before,
      after,
    })
    return after
  })
}

/** Who administers one domain lets nobody into what the domain was not given: that is for superadmins. */
function mayAllow(
  admin: Person,
  before: Project | undefined,
  given: { readonly [K in keyof Allowances]?: Allowances[K] | undefined },
): void {
  if (admin.role === 'superadmin') return
  const had: Allowances = before ?? { allowedGroups: [], allowedVolumes: {} }
  for (const name of ['allowedGroups', 'allowedVolumes'] as const)
    if (given[name] && JSON.stringify(given[name]) !== JSON.stringify(had[name]))
      throw new AppError('forbidden', {
        detail: 'Only a superadmin may say which groups and volumes a project may use',
        issues: [{ path: name, message: 'only a superadmin may change this' }],
      })
}

type Allowances = Pick<Project, 'allowedGroups' | 'allowedVolumes'>

/** PRJ-01: many people in one go, all of them or none. */
async function changeMembers(
  app: App,
  actor: Actor,
  { id, add, remove }: Input<'changeMembers'>,
  request: Request,
): Promise<{ added: number; removed: number }> {
  return inTransaction(app, async tx => {
    await store.lock(tx, id)
    const project = await found(tx, person(actor), id)
    if (project.type === 'model-store' && remove.length > 0)
      throw new AppError('members_fixed', {
        issues: [{ path: 'remove', message: 'nobody leaves a model store' }],
      })
    const unknown = await store.listUnknown(tx, id, add)
    if (unknown.length > 0)
      throw new AppError('user_not_found', {
        detail: `Not in domain ${project.domainName}: ${unknown.join(', ')}`,
        issues: [{ path: 'add', message: `not in domain ${project.domainName}: ${unknown[0]}` }],
      })
    const removed = await store.removeMembers(tx, id, remove)
    const added = await store.addMembers(tx, id, add)
    await audit(tx, actor, request, {
      operation: 'project.changeMembers',
      target: `${project.domainName}/${project.name}`,
      targetId: id,
      of: project,
      before: null,
      after: { add: added, remove: removed },
    })
    return { added: added.length, removed: removed.length }
  })
}

/** What the database refuses, in words, at the field. */
async function inTransaction<T>(app: App, work: (tx: Tx) => Promise<T>): Promise<T> {
  try {
    return await app.db.transaction().execute(work)
  } catch (error) {
    if (violates(error, 'project_name'))
      throw new AppError('project_name_taken', {
        issues: [{ path: 'name', message: 'there is a project of this name in the domain' }],
      })
    if (violates(error, 'project_policy_fkey'))
      throw new AppError('policy_not_found', {
        issues: [{ path: 'policy', message: 'no such policy' }],
      })
    if (violates(error, allowedGroupsKey.project))
      throw new AppError('group_not_found', {
        issues: [{ path: 'allowedGroups', message: 'no such resource group' }],
      })
    throw error
  }
}
