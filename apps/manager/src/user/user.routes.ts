import { AppError } from '@capstan/contract/errors'
import { userApi, type UserDetails } from '@capstan/contract/user'
import { whyNotAdminister } from '@capstan/core/administer'
import type { HttpApp } from '@capstan/runtime/http'
import type * as z from 'zod'
import { hashPassword } from '../account/password.ts'
import type { App } from '../app.ts'
import { audit } from '../audit/audit.store.ts'
import type { Tx } from '../db/db.ts'
import { violates } from '../db/violation.ts'
import { findDomainFor } from '../project/domain.store.ts'
import { type Actor, type Person, person } from '../http/actor.ts'
import { mount, type Request } from '../http/mount.ts'
import { endWith } from './deactivate.ts'
import { insertUsers } from './insert-users.ts'
import { type NewUserIssue, resolveNewUsers } from './new-users.ts'
import * as store from './user.store.ts'

type Input<V extends keyof typeof userApi> = z.output<(typeof userApi)[V]['input']>

export function userRoutes(http: HttpApp, app: App): void {
  mount(http, app, userApi.list, (_, actor, input) =>
    store.list(app.db, person(actor).scope, input),
  )
  mount(http, app, userApi.show, (_, actor, { id }) => found(app.db, person(actor), id))
  mount(http, app, userApi.create, create)
  mount(http, app, userApi.update, update)
}

async function found(db: App['db'], { scope }: Person, id: string): Promise<UserDetails> {
  const user = await store.find(db, scope, id)
  if (!user) throw new AppError('user_not_found')
  return user
}

async function create(
  app: App,
  actor: Actor,
  input: Input<'create'>,
  request: Request,
): Promise<UserDetails> {
  const admin = person(actor)
  const { password, ...asked } = input
  const passwordHash = await hashPassword(password)
  return inTransaction(app, async tx => {
    const { users, issues } = await resolveNewUsers(tx, admin, [asked], () => 'another one')
    if (issues[0]) throw refusalOf(issues[0].code, issues)
    const [id] = await insertUsers(tx, app.sealKey, [{ ...users[0]!, passwordHash }])
    const after = await found(tx, admin, id!)
    await audit(tx, actor, request, {
      operation: 'user.create',
      target: after.email,
      targetId: after.id,
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
  {
    id,
    password,
    domainName,
    projectIds,
    deactivateKeypairs,
    endSessions,
    ...changes
  }: Input<'update'>,
  request: Request,
): Promise<UserDetails> {
  const admin = person(actor)
  const passwordHash = password === undefined ? undefined : await hashPassword(password)
  let agentIds: string[] = []
  const updated = await inTransaction(app, async tx => {
    await store.lock(tx, id)
    if (projectIds !== undefined) await store.lockProjects(tx, id)
    const before = await found(tx, admin, id)
    mayGrant(admin, before.role)
    if (changes.role !== undefined) mayGrant(admin, changes.role)
    const isMoved = domainName !== undefined && domainName !== before.domainName
    const domainId = isMoved
      ? await findDomainFor(tx, admin, domainName)
      : await store.findDomainOf(tx, id)
    // Projects are of one domain: whoever moves leaves all of the old one's.
    if (isMoved) await store.leaveProjects(tx, id)
    await store.update(tx, id, {
      ...changes,
      ...(isMoved && { domainId }),
      ...(passwordHash !== undefined && { passwordHash }),
    })
    if (projectIds !== undefined || isMoved)
      await joinProjects(
        tx,
        id,
        domainId,
        projectIds ?? (await store.defaultProjects(tx, domainId)),
      )
    const isEnded = changes.status !== undefined && changes.status !== 'active'
    // A new password is a reason to ask for it everywhere.
    if (isEnded || passwordHash !== undefined) await store.endBrowserSessions(tx, [id])
    if (isEnded) agentIds = await endWith(tx, [id], { deactivateKeypairs, endSessions }, admin)
    const after = await found(tx, admin, id)
    await audit(tx, actor, request, {
      operation: 'user.update',
      target: after.email,
      targetId: id,
      of: after,
      before: { ...(isMoved ? withoutProjects(before) : before), password: '' },
      after: {
        ...after,
        password: passwordHash === undefined ? '' : 'changed',
        // What went with it does not come back with it.
        ...(isEnded && deactivateKeypairs && { deactivateKeypairs }),
        ...(isEnded && endSessions && { endSessions }),
        ...(isMoved && { leftProjectCount: before.projects.length }),
      },
    })
    return after
  })
  app.wake([...agentIds.map(agentId => `agent:${agentId}` as const), 'scheduler'])
  return updated
}

/** The entry is read by those who administer the new domain: what the old one is made of is not theirs to know. */
function withoutProjects({ projects: _, ...rest }: UserDetails): Omit<UserDetails, 'projects'> {
  return rest
}

/** Who administers one domain makes nobody the administrator of all, and touches none of those. */
function mayGrant(admin: Person, role: UserDetails['role']): void {
  const whyNot = whyNotAdminister(admin.role, role)
  if (whyNot !== null) throw new AppError('forbidden', { detail: whyNot })
}

async function joinProjects(
  tx: Tx,
  id: string,
  domainId: string,
  projectIds: readonly string[],
): Promise<void> {
  const wanted = new Set(projectIds).size
  const count = await store.setProjects(tx, id, domainId, projectIds)
  if (count < wanted)
    throw new AppError('project_not_found', {
      issues: [{ path: 'projectIds', message: `${wanted - count} of them are not of this domain` }],
    })
}

/** What the database refuses, in words, at the field. */
async function inTransaction<T>(app: App, work: (tx: Tx) => Promise<T>): Promise<T> {
  try {
    return await app.db.transaction().execute(work)
  } catch (error) {
    if (violates(error, 'user_email')) throw taken('email', 'there is a user of this e-mail')
    if (violates(error, 'user_name')) throw taken('name', 'there is a user of this name')
    if (violates(error, 'user_policy_fkey')) throw noPolicy('policy')
    if (violates(error, 'keypair_policy_fkey')) throw noPolicy('keypairPolicy')
    if (violates(error, 'last_superadmin'))
      throw new AppError('last_superadmin', { detail: 'Make somebody else a superadmin first' })
    throw error
  }
}

/** The first thing that is wrong, with whatever is wrong in the same way. */
function refusalOf(code: NewUserIssue['code'], issues: readonly NewUserIssue[]): AppError {
  const alike = issues.filter(issue => issue.code === code)
  return new AppError(code, {
    issues: alike.map(({ field, message }) => ({ path: field, message })),
    detail: alike.map(({ field, message }) => `${field}: ${message}`).join('; '),
  })
}

const taken = (path: string, message: string): AppError =>
  new AppError('user_taken', { issues: [{ path, message }], detail: `${path}: ${message}` })

const noPolicy = (path: string): AppError =>
  new AppError('policy_not_found', { issues: [{ path, message: 'no such policy' }] })
