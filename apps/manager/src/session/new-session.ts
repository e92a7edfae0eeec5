import { AppError } from '@capstan/contract/errors'
import type { sessionApi, SessionType } from '@capstan/contract/session'
import { describeEnd, stateOf } from '@capstan/core/dependency'
import { readLabels, raiseToMinimum } from '@capstan/core/image'
import { countAllowed } from '@capstan/core/limits'
import { raiseToSteps } from '@capstan/core/shares'
import {
  describeAmount,
  isShared,
  shortfalls,
  times,
  toAmounts,
  wholeDevice,
} from '@capstan/core/slots'
import type * as z from 'zod'
import type { App } from '../app.ts'
import type { Tx } from '../db/db.ts'
import { seal } from '../db/seal.ts'
import * as groups from '../group/group.store.ts'
import { countRoom, findTooSmall, type Place } from '../group/room.store.ts'
import type { Actor } from '../http/actor.ts'
import * as images from '../image/image.store.ts'
import { lockPending } from '../policy/limits.store.ts'
import * as projects from '../project/project.store.ts'
import { findAwaited } from './dependency.store.ts'
import { findDesignated } from './designated.ts'
import { environPurpose } from './environ.ts'
import { findOwner, type Owner } from './owner.ts'
import type { NewSession } from './session.store.ts'

/** Sessions for inference are asked for by their service, not by people. */
type Input = Omit<z.output<typeof sessionApi.create.input>, 'type'> & { type: SessionType }

/** The record that a request asks for, raised to the image's minimum. Throws what stands against it, the policy apart. */
export async function newSession(app: App, actor: Actor, input: Input): Promise<NewSession> {
  const owner = await findOwner(app, actor, input.owner)
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
  const { amounts, notices } = raiseToSteps(
    raised.amounts,
    await groups.findShareSteps(app.db, group.name, raised.amounts),
  )
  const place = { group: group.name, agentIds: await findDesignated(app, actor, input) }
  await checkFitsSomewhere(app, place, amounts)
  await checkAllFit(app, place, { ...input, amounts })
  return {
    name: input.name,
    type: input.type,
    domainId: owner.domainId,
    projectId: project.id,
    userId: owner.userId,
    accessKey: owner.accessKey,
    imageId: image.id,
    resourceGroup: group.name,
    amounts,
    clusterSize: input.clusterSize,
    clusterMode: input.clusterMode,
    designatedAgents: place.agentIds,
    shmemBytes: input.shmemBytes,
    environSealed: seal(app.sealKey, JSON.stringify(input.environ), environPurpose),
    environNames: Object.keys(input.environ).sort(),
    startupCommand: input.startupCommand ?? null,
    isSudoEnabled: owner.isSudoEnabled,
    notices: [...raised.notices, ...notices],
    priority: input.priority,
    isPreemptible: input.isPreemptible,
    startsAt: input.startsAt === null ? null : new Date(input.startsAt),
    dependsOn: await findDependsOn(app, owner, input.after),
    serviceId: null,
  }
}

/** What a session is to wait for. One that has failed already is told at once. */
async function findDependsOn(app: App, owner: Owner, after: readonly string[]): Promise<string[]> {
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
  { accessKey, amounts, clusterSize }: NewSession,
  count: number,
): Promise<void> {
  const account = await lockPending(tx, accessKey)
  const request = { amounts: times(amounts, clusterSize), clusterSize }
  const failure = account && countAllowed(account.limits, account.pending, request, count).failure
  if (failure) throw new AppError('policy_limit', { detail: failure.message })
}

function requested({ resources, type, startupCommand }: Input): Record<string, number> {
  const issue = (path: string, message: string): AppError =>
    new AppError('invalid_input', { issues: [{ path, message }], detail: `${path}: ${message}` })
  if (type === 'batch' && startupCommand === undefined)
    throw issue('startupCommand', 'a batch session needs the command to run')
  const amounts = Object.fromEntries(
    Object.entries(toAmounts(resources)).filter(([, amount]) => amount > 0),
  )
  for (const [slot, amount] of Object.entries(amounts))
    if (isShared(slot) && amount > wholeDevice && amount % wholeDevice !== 0)
      throw issue(`resources.${slot}`, 'from 1 on, whole devices: a whole number')
  // Without these two a container could take the whole node: an image that asks for less gets at least this.
  return {
    ...amounts,
    cpu: Math.max(amounts['cpu'] ?? 0, 10),
    mem: Math.max(amounts['mem'] ?? 0, 16 * 1024 * 1024),
  }
}

function checkGroup(group: groups.GroupSettings, input: Input): void {
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
  place: Place,
  amounts: Readonly<Record<string, number>>,
): Promise<void> {
  const largest = await findTooSmall(app.db, place, amounts)
  if (!largest) return
  const lacking = shortfalls(amounts, largest)
  if (lacking.length === 0) throw noneHasAll(place, amounts)
  const text = lacking.map(
    ({ slot, needed, available }) =>
      `needs ${describeAmount(slot, needed)}; the largest agent of ${nameOf(place)} has ${describeAmount(slot, available)}`,
  )
  throw new AppError('never_fits', {
    detail: text.join('; '),
    issues: lacking.map(({ slot }, index) => ({
      path: `resources.${slot}`,
      message: text[index]!,
    })),
  })
}

const nameOf = ({ group, agentIds }: Place): string =>
  agentIds.length === 0 ? group : `those asked for, ${agentIds.join(', ')},`

/** What is asked for is to be had, but not on one agent. */
function noneHasAll(place: Place, amounts: Readonly<Record<string, number>>): AppError {
  const all = Object.entries(amounts).map(([slot, amount]) => describeAmount(slot, amount))
  const message = `no agent of ${nameOf(place)} has ${all.join(', ')} at the same time`
  return new AppError('never_fits', { detail: message, issues: [{ path: 'resources', message }] })
}

/** SES-06: all containers start or none does, so there has to be room for all, if nothing else ran. */
async function checkAllFit(
  app: App,
  place: Place,
  {
    amounts,
    clusterSize,
    clusterMode,
  }: Pick<NewSession, 'amounts' | 'clusterSize' | 'clusterMode'>,
): Promise<void> {
  if (clusterSize === 1) return
  const room = await countRoom(app.db, place, amounts)
  if (!room) return
  const most = clusterMode === 'single-node' ? room.onOne : room.together
  if (most >= clusterSize) return
  const where =
    clusterMode === 'single-node'
      ? `any agent of ${nameOf(place)}`
      : `the agents of ${nameOf(place)} together`
  const message = `${clusterSize} containers are asked for; ${where} can hold ${most} such at most`
  throw new AppError('never_fits', {
    detail: message,
    issues: [{ path: 'clusterSize', message }],
  })
}

/** `owner`: e-mail of whose session it was to be, when not the one's who asks. */
export function nameTaken(name: string, owner?: string): AppError {
  const who = owner === undefined ? 'you have' : `${owner} has`
  return new AppError('session_name_taken', {
    detail:
      owner === undefined
        ? `You have a live session named ${name}`
        : `${owner} has a live session named ${name}`,
    issues: [{ path: 'name', message: `${who} a live session of this name` }],
  })
}
