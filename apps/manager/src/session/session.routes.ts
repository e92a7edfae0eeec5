import { AppError } from '@capstan/contract/errors'
import { type Session, sessionApi, type SessionDetails } from '@capstan/contract/session'
import { readLabels, raiseToMinimum } from '@capstan/core/image'
import { describeEnd, stateOf } from '@capstan/core/dependency'
import { checkAskedMany } from '@capstan/core/limits'
import { endStatus, isEnded } from '@capstan/core/session'
import { describeAmount, shortfalls, toAmounts } from '@capstan/core/slots'
import type { HttpApp } from '@capstan/runtime/http'
import type * as z from 'zod'
import type { App } from '../app.ts'
import type { Tx } from '../db/db.ts'
import { seal } from '../db/seal.ts'
import { violates } from '../db/violation.ts'
import * as groups from '../group/group.store.ts'
import { type Actor, person } from '../http/actor.ts'
import { mount } from '../http/mount.ts'
import * as images from '../image/image.store.ts'
import { lockPending } from '../policy/limits.store.ts'
import * as projects from '../project/project.store.ts'
import { findAwaited, insertDependencies, listAwaited } from './dependency.store.ts'
import { environPurpose } from './environ.ts'
import * as kernels from './kernel.store.ts'
import { createMany } from './many.ts'
import * as store from './session.store.ts'

type Input<V extends keyof typeof sessionApi> = z.output<(typeof sessionApi)[V]['input']>

export function sessionRoutes(http: HttpApp, app: App): void {
  mount(http, app, sessionApi.create, create)
  mount(http, app, sessionApi.createMany, createMany)
  mount(http, app, sessionApi.list, (_, actor, input) =>
    store.list(app.db, person(actor).scope, input),
  )
  mount(http, app, sessionApi.show, show)
  mount(http, app, sessionApi.rename, rename)
  mount(http, app, sessionApi.terminate, terminate)
}

async function create(app: App, actor: Actor, input: Input<'create'>): Promise<SessionDetails> {
  const session = await newSession(app, actor, input)
  const id = await app.db.transaction().execute(async tx => {
    await checkPolicy(tx, session, 1)
    const made = await store.insert(tx, session)
    if (made !== undefined) await insertDependencies(tx, [made], session.dependsOn)
    return made
  })
  if (id === undefined) throw nameTaken(input.name)
  app.wake(['scheduler'])
  return details(app, actor, id)
}

/** The record that a request asks for, raised to the image's minimum. Throws what stands against it, the policy apart. */
export async function newSession(
  app: App,
  actor: Actor,
  input: Input<'create'>,
): Promise<store.NewSession> {
  const owner = person(actor)
  const { accessKey } = owner
  const { projectId, resourceGroup: name } = input
  const [project, image, group] = await Promise.all([
    projects.findMemberProject(app.db, owner.userId, projectId),
    images.find(app.db, input.imageId),
    groups.findForSession(app.db, { accessKey, projectId, name }),
  ])
  if (!project) throw new AppError('project_not_found')
  if (!image) throw new AppError('image_not_found')
  if (!group) throw new AppError('group_not_found')
  checkGroup(group, input)
  const labels = readLabels(image.labels)
  const raised = raiseToMinimum(requested(input), labels.minResources)
  await checkFitsSomewhere(app, group.name, raised.amounts)
  return {
    name: input.name,
    type: input.type,
    domainId: owner.domainId,
    projectId: project.id,
    userId: owner.userId,
    accessKey: owner.accessKey,
    imageId: image.id,
    resourceGroup: group.name,
    amounts: raised.amounts,
    shmemBytes: input.shmemBytes,
    environSealed: seal(app.sealKey, JSON.stringify(input.environ), environPurpose),
    environNames: Object.keys(input.environ).sort(),
    startupCommand: input.startupCommand ?? null,
    isSudoEnabled: owner.isSudoEnabled,
    notices: raised.notices,
    priority: input.priority,
    isPreemptible: input.isPreemptible,
    startsAt: input.startsAt === null ? null : new Date(input.startsAt),
    dependsOn: await findDependsOn(app, owner, input.after),
  }
}

/** What a session is to wait for. One that has failed already is told at once. */
async function findDependsOn(
  app: App,
  owner: ReturnType<typeof person>,
  after: readonly string[],
): Promise<string[]> {
  if (after.length === 0) return []
  const found = await findAwaited(app.db, owner, after)
  const refuse = (code: 'session_not_found' | 'dependency_failed', at: number, why: string) =>
    new AppError(code, { detail: why, issues: [{ path: `after.${at}`, message: why }] })
  for (const [at, awaited] of found.entries()) {
    if (!awaited)
      throw refuse('session_not_found', at, `there is no session ${after[at]} that you may see`)
    if (stateOf(awaited) === 'failed')
      throw refuse('dependency_failed', at, `${awaited.name} ${describeEnd(awaited)}`)
  }
  return [...new Set(found.flatMap(awaited => awaited?.sessionId ?? []))]
}

/** POL-06: what the policy of the keypair does not allow is refused, with the limit and its figures. */
export async function checkPolicy(
  tx: Tx,
  { accessKey, amounts }: store.NewSession,
  count: number,
): Promise<void> {
  const account = await lockPending(tx, accessKey)
  const failure =
    account && checkAskedMany(account.limits, account.pending, { amounts, clusterSize: 1 }, count)
  if (failure) throw new AppError('policy_limit', { detail: failure.message })
}

function requested({ resources, type, startupCommand }: Input<'create'>): Record<string, number> {
  const issue = (path: string, message: string): AppError =>
    new AppError('invalid_input', { issues: [{ path, message }], detail: `${path}: ${message}` })
  if (type === 'batch' && startupCommand === undefined)
    throw issue('startupCommand', 'a batch session needs the command to run')
  const amounts = Object.fromEntries(
    Object.entries(toAmounts(resources)).filter(([, amount]) => amount > 0),
  )
  // Without these two a container could take the whole node: an image that asks for less gets at least this.
  return {
    ...amounts,
    cpu: Math.max(amounts['cpu'] ?? 0, 10),
    mem: Math.max(amounts['mem'] ?? 0, 16 * 1024 * 1024),
  }
}

function checkGroup(group: groups.GroupSettings, input: Input<'create'>): void {
  if (!group.isActive) throw new AppError('group_not_active')
  if (!group.allowedSessionTypes.includes(input.type))
    throw new AppError('type_not_allowed', {
      detail: `${group.name} takes ${group.allowedSessionTypes.join(', ')} sessions`,
      issues: [{ path: 'type', message: `not taken by resource group ${group.name}` }],
    })
}

/** Where no agent has ever said what it has, the session may wait for one to come. */
async function checkFitsSomewhere(
  app: App,
  group: string,
  amounts: Readonly<Record<string, number>>,
): Promise<void> {
  const largest = await groups.findTooSmall(app.db, group, amounts)
  if (!largest) return
  const lacking = shortfalls(amounts, largest)
  if (lacking.length === 0) return
  const text = lacking.map(
    ({ slot, needed, available }) =>
      `needs ${describeAmount(slot, needed)}; the largest agent of ${group} has ${describeAmount(slot, available)}`,
  )
  throw new AppError('never_fits', {
    detail: text.join('; '),
    issues: lacking.map(({ slot }, index) => ({
      path: `resources.${slot}`,
      message: text[index]!,
    })),
  })
}

export const nameTaken = (name: string): AppError =>
  new AppError('session_name_taken', {
    detail: `You have a live session named ${name}`,
    issues: [{ path: 'name', message: 'you have a live session of this name' }],
  })

const show = (app: App, actor: Actor, { id }: { id: string }): Promise<SessionDetails> =>
  details(app, actor, id)

async function details(app: App, actor: Actor, id: string): Promise<SessionDetails> {
  const [session, after, rows, history] = await Promise.all([
    store.find(app.db, person(actor).scope, id),
    listAwaited(app.db, id),
    kernels.listKernels(app.db, id),
    kernels.listHistory(app.db, id),
  ])
  if (!session) throw new AppError('session_not_found')
  return {
    ...store.toSession(session),
    kernels: rows.map(kernels.toKernel),
    history: history.map(entry => ({ ...entry, at: entry.at.toISOString() })),
    environNames: session.environNames,
    notices: session.notices,
    after,
  }
}

async function rename(app: App, actor: Actor, { id, name }: Input<'rename'>): Promise<Session> {
  const { scope } = person(actor)
  const session = await store.find(app.db, scope, id)
  if (!session) throw new AppError('session_not_found')
  if (isEnded(session.status))
    throw new AppError('session_changed', { detail: 'The session has ended' })
  const isRenamed = await store.rename(app.db, id, name).catch((error: unknown) => {
    throw violates(error, 'session_name') ? nameTaken(name) : error
  })
  if (!isRenamed) throw new AppError('session_changed')
  return store.toSession({ ...session, name })
}

type Outcome = z.output<typeof sessionApi.terminate.output>['items'][number]

/** Reads, decides by the rule, writes what is still so; those that moved meanwhile are looked at once more. */
async function terminate(
  app: App,
  actor: Actor,
  { ids, force }: Input<'terminate'>,
): Promise<{ items: Outcome[] }> {
  const { scope, email } = person(actor)
  const outcomes = new Map<string, Outcome['outcome']>()
  const mode = force ? 'force' : 'polite'
  const reason = force
    ? { code: 'force_terminated', message: `Ended by force by ${email}` }
    : { code: 'user_requested', message: `Ended by ${email}` }
  for (let round = 0; round < 5 && outcomes.size < new Set(ids).size; round++) {
    const seen = await store.findStatuses(
      app.db,
      scope,
      ids.filter(id => !outcomes.has(id)),
    )
    for (const id of ids)
      if (!outcomes.has(id) && !seen.some(row => row.id === id)) outcomes.set(id, 'not_found')
    const moves = seen.flatMap(({ id, status }) => {
      const to = endStatus(status, mode)
      if (to === null) outcomes.set(id, isEnded(status) ? 'already_ended' : 'terminating')
      return to === null ? [] : [{ id, from: status, to }]
    })
    const { moved, agentIds } = await app.db
      .transaction()
      .execute(tx => store.end(tx, moves, reason))
    for (const move of moves)
      if (moved.includes(move.id)) outcomes.set(move.id, move.to as Outcome['outcome'])
    app.wake([...agentIds.map(id => `agent:${id}` as const), 'scheduler'])
  }
  return { items: ids.map(id => ({ id, outcome: outcomes.get(id) ?? 'terminating' })) }
}
