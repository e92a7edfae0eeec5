import type { Operation } from '@capstan/contract/operation'

/** An operation by name, with what it is asked for. */
export interface Inverse {
  readonly operation: string
  readonly input: Fields
  /** What must still be as it was left: whatever is different now was changed by somebody since, and is theirs. */
  readonly expects: Fields
}

type Done = Pick<Operation, 'operation' | 'target' | 'targetId' | 'before' | 'after'>
type Fields = Readonly<Record<string, unknown>>

/** Fields that follow from others, or count what is done: nobody sets them, and nobody puts them back. */
export const derived: ReadonlySet<string> = new Set([
  'modifiedAt',
  'queryCount',
  'windowCount',
  'lastUsedAt',
  'keypairCount',
  'liveSessionCount',
  'memberCount',
  'followerCount',
])

interface Kind {
  /** The input that names the thing again. */
  readonly naming: (done: Done) => Fields | undefined
  /** Fields whose earlier value can be asked for as it stands. */
  readonly fields: readonly string[]
}

const byId = ({ targetId }: Done): Fields | undefined =>
  targetId === null ? undefined : { id: targetId }
const byName = ({ target }: Done): Fields => ({ name: target })

const limits = {
  keypairPolicy: [
    'maxResources',
    'maxClusterSize',
    'maxLifetimeS',
    'maxPendingCount',
    'maxPendingResources',
    'maxConcurrentCount',
    'maxSftpCount',
    'idleTimeoutS',
    'allowedVolumes',
  ],
  userPolicy: ['maxFolderCount', 'maxFolderBytes', 'maxServiceSessionCount', 'maxCustomImageCount'],
  projectPolicy: ['maxFolderCount', 'maxFolderBytes', 'maxNetworkCount'],
} as const

/** Updates whose opposite is an update. */
const updates: Readonly<Record<string, Kind>> = {
  'user.update': {
    naming: byId,
    fields: [
      'name',
      'fullName',
      'description',
      'role',
      'status',
      'domainName',
      'policy',
      'isPasswordChangeRequired',
      'isSudoEnabled',
      'projects',
    ],
  },
  'keypair.update': {
    naming: ({ target }) => ({ accessKey: target }),
    fields: ['policy', 'rateLimit', 'isActive'],
  },
  'domain.update': {
    naming: byName,
    fields: ['description', 'isActive', 'allowedGroups', 'allowedVolumes'],
  },
  'project.update': {
    naming: byId,
    fields: ['name', 'description', 'isActive', 'policy', 'allowedGroups', 'allowedVolumes'],
  },
  'keypairPolicy.update': { naming: byName, fields: limits.keypairPolicy },
  'userPolicy.update': { naming: byName, fields: limits.userPolicy },
  'projectPolicy.update': { naming: byName, fields: limits.projectPolicy },
  'service.update': { naming: byId, fields: ['replicaCount'] },
  'session.changePriority': { naming: byId, fields: ['priority'] },
  'account.update': { naming: () => ({}), fields: ['name', 'fullName'] },
}

/**
 * What undoes an operation that was done: the opposite operation, to be asked for under the same rules. Undefined where there is
 * none, or where it would bring back only a part.
 */
export function inverseOf(done: Done): Inverse | undefined {
  const { operation, before, after } = done
  const kind = updates[operation]
  if (kind) return opposite(done, kind)
  if (operation === 'account.chooseMainKeypair')
    return {
      operation,
      input: { accessKey: before?.['mainAccessKey'] },
      expects: { mainAccessKey: after?.['mainAccessKey'] },
    }
  if (operation === 'session.changePriorities') return prioritiesOpposite(before, after)
  if (operation === 'project.changeMembers')
    return done.targetId === null
      ? undefined
      : {
          operation,
          input: { id: done.targetId, add: after?.['remove'], remove: after?.['add'] },
          expects: {},
        }
  const [noun = '', verb] = operation.split('.')
  return noun in limits ? policyOpposite(noun as keyof typeof limits, verb, done) : undefined
}

/** Each session gets back the priority that it had. */
function prioritiesOpposite(before: Done['before'], after: Done['after']): Inverse | undefined {
  const given = before?.['priorities']
  if (!Array.isArray(given) || !after) return undefined
  const items = given.map(({ id, priority }: { id: unknown; priority: unknown }) => ({
    id,
    priority,
  }))
  return {
    operation: 'session.changePriorities',
    input: { items },
    expects: picked(after, ['priorities']),
  }
}

function opposite(done: Done, { naming, fields }: Kind): Inverse | undefined {
  const { operation, before, after } = done
  const name = naming(done)
  if (!before || !after || !name) return undefined
  const changed = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    field => !derived.has(field),
  )
  // A password, or keypairs that went with it, do not come back.
  if (changed.length === 0 || !changed.every(field => fields.includes(field))) return undefined
  const { projects, ...rest } = Object.fromEntries(changed.map(field => [field, before[field]]))
  const projectIds = projects === undefined ? undefined : idsOf(projects)
  if (projects !== undefined && !projectIds) return undefined
  return {
    operation,
    input: { ...name, ...rest, ...(projectIds && { projectIds }) },
    expects: picked(after, changed),
  }
}

/** Everybody of a domain is in its model stores: these are not asked for. */
function idsOf(projects: unknown): string[] | undefined {
  if (!Array.isArray(projects)) return undefined
  const known = projects.filter(
    (each): each is { id: string; type: string } =>
      typeof each === 'object' && each !== null && 'id' in each && 'type' in each,
  )
  if (known.length < projects.length) return undefined
  return known.filter(({ type }) => type === 'general').map(({ id }) => id)
}

/** A policy that was created is deleted, and one that nobody followed is created again. */
function policyOpposite(
  noun: keyof typeof limits,
  verb: string | undefined,
  { target: name, before, after }: Done,
): Inverse | undefined {
  if (verb === 'create')
    return {
      operation: `${noun}.remove`,
      input: { name },
      expects: picked(after ?? {}, limits[noun]),
    }
  if (verb !== 'remove' || !before || before['followerCount'] !== 0) return undefined
  const given = limits[noun].map(limit => [limit, before[limit]] as const)
  return { operation: `${noun}.create`, input: { name, ...Object.fromEntries(given) }, expects: {} }
}

const picked = (from: Fields, names: readonly string[]): Fields =>
  Object.fromEntries(names.filter(name => name in from).map(name => [name, from[name]]))

/** Why an operation cannot be undone by who looks at the log; null where it can. */
export function whyNotUndo(
  done: Pick<Operation, 'error' | 'undoneBy' | 'actorId'> & Done,
  viewerId: string,
): 'failed' | 'undone' | 'theirs' | 'irreversible' | null {
  if (done.error) return 'failed'
  if (done.undoneBy !== null) return 'undone'
  if (isOwnOnly(done.operation) && done.actorId !== viewerId) return 'theirs'
  return inverseOf(done) ? null : 'irreversible'
}

/** What undoes an operation for who looks at the log; undefined where nothing does. */
export const undoOf = (
  done: Parameters<typeof whyNotUndo>[0],
  viewerId: string,
): Inverse | undefined => (whyNotUndo(done, viewerId) === null ? inverseOf(done) : undefined)

/** Why an operation cannot be asked for again by who looks at the log; null where it can. */
export function whyNotRetry(
  done: Pick<Operation, 'operation' | 'error' | 'isRetryable' | 'actorId'>,
  viewerId: string,
): 'done' | 'notKept' | 'theirs' | null {
  if (!done.error) return 'done'
  if (!done.isRetryable) return 'notKept'
  return isOwnOnly(done.operation) && done.actorId !== viewerId ? 'theirs' : null
}

/** What is done for oneself: somebody else who asked for it again would do it to their own account, or for themselves. */
const isOwnOnly = (operation: string): boolean =>
  operation.startsWith('account.') ||
  operation.startsWith('session.create') ||
  operation === 'service.create'
