import type { ErrorCode } from '@capstan/contract/errors'
import type { ManyKeypairChanges, ManyUserChanges } from '@capstan/contract/job-request'
import type { UserRole } from '@capstan/contract/role'
import type { UserStatus } from '@capstan/contract/user'
import { whyNotAdminister, whyNotRemove } from './administer.ts'

export interface Refusal {
  readonly code: ErrorCode
  readonly message: string
}

/** What becomes of one of many: it is changed, is so already, or cannot be. */
export type Verdict = 'change' | 'unchanged' | Refusal

export interface SeenUser {
  readonly role: UserRole
  readonly status: UserStatus
  readonly policy: string
  readonly isPasswordChangeRequired: boolean
  readonly domainId: string
  /** Those of the projects in question that they are in. */
  readonly projectIds: readonly string[]
}

/** What a change asks of a user. `projectDomains`: the domain of each project that it names. */
export function verdictOnUser(
  user: SeenUser,
  changes: ManyUserChanges,
  adminRole: UserRole,
  projectDomains: ReadonlyMap<string, string>,
): Verdict {
  const message = whyNotAdminister(adminRole, user.role)
  if (message !== null) return { code: 'forbidden', message }
  const { addToProjects: joined = [], removeFromProjects: left = [] } = changes
  if (joined.some(id => projectDomains.get(id) !== user.domainId))
    return { code: 'project_not_found', message: 'The project is of another domain' }
  const isSame =
    same(user, changes, ['status', 'role', 'policy', 'isPasswordChangeRequired']) &&
    joined.every(id => user.projectIds.includes(id)) &&
    !left.some(id => user.projectIds.includes(id)) &&
    // They may have been deactivated without these before.
    !changes.deactivateKeypairs &&
    !changes.endSessions
  return isSame ? 'unchanged' : 'change'
}

export interface SeenKeypair {
  readonly isActive: boolean
  readonly isMain: boolean
  readonly policy: string
  readonly rateLimit: number
  readonly userRole: UserRole
  readonly userEmail: string
}

/** What a change asks of a keypair; `remove`: that it is deleted. */
export function verdictOnKeypair(
  keypair: SeenKeypair,
  changes: ManyKeypairChanges | 'remove',
  adminRole: UserRole,
): Verdict {
  const message = whyNotAdminister(adminRole, keypair.userRole)
  if (message !== null) return { code: 'forbidden', message }
  if (changes === 'remove') return whyNotRemove(keypair) ?? 'change'
  return same(keypair, changes, ['isActive', 'policy', 'rateLimit']) ? 'unchanged' : 'change'
}

const same = <K extends string>(
  one: Readonly<Record<K, unknown>>,
  wanted: { readonly [N in K]?: unknown },
  names: readonly K[],
): boolean => names.every(name => wanted[name] === undefined || wanted[name] === one[name])

/** The part of creating users that hashing their passwords is. */
const hashingPart = 0.9

/** How far a job is, from 0 to 1. */
export function progressOf(job: {
  readonly kind: string
  readonly totalCount: number
  readonly doneCount: number
  readonly unchangedCount: number
  readonly failedCount: number
  readonly preparedCount: number
}): number {
  const { totalCount, doneCount, unchangedCount, failedCount, preparedCount } = job
  if (totalCount === 0) return 1
  const settled = (doneCount + unchangedCount + failedCount) / totalCount
  return job.kind === 'user.create'
    ? Math.max(settled, (hashingPart * preparedCount) / totalCount)
    : settled
}
