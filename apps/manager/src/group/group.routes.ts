import { AppError } from '@capstan/contract/errors'
import { type GroupDetails, groupApi } from '@capstan/contract/group'
import type { HttpApp } from '@capstan/runtime/http'
import type * as z from 'zod'
import type { App } from '../app.ts'
import { audit } from '../audit/audit.store.ts'
import type { Db, Tx } from '../db/db.ts'
import { violates } from '../db/violation.ts'
import { type Actor, type Person, person } from '../http/actor.ts'
import { mount, type Request } from '../http/mount.ts'
import { guestKey, listGuests } from './access.store.ts'
import { find, list, type Reach } from './group.store.ts'
import * as store from './write.store.ts'

type Input<V extends keyof typeof groupApi> = z.output<(typeof groupApi)[V]['input']>

export function groupRoutes(http: HttpApp, app: App): void {
  mount(http, app, groupApi.list, (_, actor, { reach, ...filter }) => {
    const caller = person(actor)
    return list(app.db, reachOf(caller, reach), caller.accessKey, filter)
  })
  mount(http, app, groupApi.show, (_, actor, { name }) => details(app.db, person(actor), name))
  mount(http, app, groupApi.create, create)
  mount(http, app, groupApi.update, update)
  mount(http, app, groupApi.remove, remove)
}

function reachOf(caller: Person, wanted: 'usable' | 'all'): Reach {
  if (wanted === 'usable') return { sees: 'usable', caller }
  return caller.role === 'superadmin' ? { sees: 'all' } : { sees: 'open', caller }
}

async function details(db: Db, caller: Person, name: string): Promise<GroupDetails> {
  const group = await find(db, reachOf(caller, 'all'), name)
  if (!group) throw new AppError('group_not_found')
  const isAdmin = caller.role === 'superadmin'
  return {
    ...group,
    weights: isAdmin ? await store.listWeights(db, name) : [],
    access: isAdmin ? await listGuests(db, name) : null,
  }
}

async function create(
  app: App,
  actor: Actor,
  { name, ...given }: Input<'create'>,
  request: Request,
): Promise<GroupDetails> {
  return inTransaction(app, async tx => {
    if (!(await store.insert(tx, name)))
      throw new AppError('group_name_taken', {
        issues: [{ path: 'name', message: `${name} is taken` }],
      })
    await write(tx, name, given)
    const after = await details(tx, person(actor), name)
    await audit(tx, actor, request, {
      operation: 'group.create',
      target: name,
      before: null,
      after: recorded(after),
    })
    return after
  })
}

/** What an audit entry says: what was set, not what is measured. */
const recorded = ({
  capacity: _capacity,
  used: _used,
  largestAgent: _largest,
  agentCount: _agents,
  pendingCount: _pending,
  ...set
}: GroupDetails) => set

async function update(
  app: App,
  actor: Actor,
  { name, ...changes }: Input<'update'>,
  request: Request,
): Promise<GroupDetails> {
  const admin = person(actor)
  const changed = await inTransaction(app, async tx => {
    await store.lock(tx, name)
    const before = await details(tx, admin, name)
    await write(tx, name, changes)
    const after = await details(tx, admin, name)
    await audit(tx, actor, request, {
      operation: 'group.update',
      target: name,
      before: recorded(before),
      after: recorded(after),
    })
    return after
  })
  // The next round goes by the new settings (SCH-09): it may as well be now.
  app.wake(['scheduler'])
  return changed
}

async function write(tx: Tx, name: string, changes: store.GroupChanges): Promise<void> {
  const missing = await store.update(tx, name, changes)
  if (missing)
    throw new AppError('domain_not_found', {
      issues: [{ path: 'allowedDomains', message: `no domain ${missing.name}` }],
    })
}

/** GRP-01: what refers to it is counted and named, so that one knows what to move first. */
async function remove(
  app: App,
  actor: Actor,
  { name }: Input<'remove'>,
  request: Request,
): Promise<Record<string, never>> {
  await inTransaction(app, async tx => {
    await store.lock(tx, name)
    const before = await details(tx, person(actor), name)
    const references = await store.countReferences(tx, name)
    const detail = describeReferences(name, references)
    if (detail !== undefined) throw new AppError('group_in_use', { detail })
    await store.remove(tx, name)
    await audit(tx, actor, request, {
      operation: 'group.remove',
      target: name,
      before: recorded(before),
      after: null,
    })
  })
  return {}
}

const counted = (count: number, one: string, several: string): string[] =>
  count === 0 ? [] : [`${count} ${count === 1 ? one : several}`]

function describeReferences(name: string, references: store.References): string | undefined {
  const { agents, liveSessions, endedSessions, services, domains, projects, keypairs } = references
  const parts = [
    ...counted(agents, 'agent', 'agents'),
    ...counted(liveSessions, 'live session', 'live sessions'),
    ...counted(endedSessions, 'ended session', 'ended sessions'),
    ...counted(services, 'model service', 'model services'),
    ...counted(domains, 'domain that it lets in', 'domains that it lets in'),
    ...counted(projects, 'project that it lets in', 'projects that it lets in'),
    ...counted(keypairs, 'keypair that it lets in', 'keypairs that it lets in'),
  ]
  if (parts.length === 0) return undefined
  return `${parts.join(', ')} ${parts.length === 1 && parts[0]!.startsWith('1 ') ? 'refers' : 'refer'} to ${name}. Deactivate it to keep new sessions out`
}

/** What the database refuses, in words, at the field. */
async function inTransaction<T>(app: App, work: (tx: Tx) => Promise<T>): Promise<T> {
  try {
    return await app.db.transaction().execute(work)
  } catch (error) {
    if (violates(error, guestKey.project))
      throw new AppError('project_not_found', {
        issues: [{ path: 'allowedProjects', message: 'no such project' }],
      })
    if (violates(error, guestKey.keypair))
      throw new AppError('keypair_not_found', {
        issues: [{ path: 'allowedKeypairs', message: 'no such keypair' }],
      })
    if (violates(error, 'group_weight_user_id_fkey'))
      throw new AppError('user_not_found', {
        issues: [{ path: 'weights', message: 'no such user' }],
      })
    throw error
  }
}
