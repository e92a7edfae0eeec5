import type { Declaration } from '@capstan/contract/declaration'
import type { Domain } from '@capstan/contract/domain'
import type { ResourceGroup } from '@capstan/contract/group'
import type { Keypair } from '@capstan/contract/keypair'
import type { KeypairPolicy, ProjectPolicy, UserPolicy } from '@capstan/contract/policy'
import type { Project } from '@capstan/contract/project'
import type { User } from '@capstan/contract/user'

/** What there is of all that a declaration can name. */
export interface World {
  readonly keypairPolicies: readonly KeypairPolicy[]
  readonly userPolicies: readonly UserPolicy[]
  readonly projectPolicies: readonly ProjectPolicy[]
  readonly resourceGroups: readonly ResourceGroup[]
  readonly domains: readonly Domain[]
  readonly projects: readonly Project[]
  readonly users: readonly User[]
  readonly keypairs: readonly Keypair[]
  /** E-mails of the members of projects, by `projectKey`. */
  readonly members: ReadonlyMap<string, readonly string[]>
}

export type ChangeKind =
  | 'keypairPolicy'
  | 'userPolicy'
  | 'projectPolicy'
  | 'resourceGroup'
  | 'domain'
  | 'project'
  | 'user'
  | 'keypair'
  | 'members'

export interface FieldChange {
  /** As in the API. Of members `add` and `remove`. */
  readonly name: string
  /** Undefined where nothing was. */
  readonly before: unknown
  /** Undefined where nothing is left. */
  readonly after: unknown
}

/** One thing that becomes as it was declared: one request, or two. */
export interface Change {
  readonly kind: ChangeKind
  readonly action: 'create' | 'update' | 'remove'
  /** What people know it by: name, `DOMAIN/NAME`, e-mail, access key. */
  readonly key: string
  readonly fields: readonly FieldChange[]
}

/** Why a declaration cannot be made true, and where in it: the path of a field. */
export interface Problem {
  readonly path: readonly (string | number)[]
  readonly message: string
}

/** Kinds of which what is not named can be made to go: policies and groups are deleted, members leave, all others become inactive. */
export const pruneKinds = [
  'keypairPolicies',
  'userPolicies',
  'projectPolicies',
  'resourceGroups',
  'domains',
  'projects',
  'users',
  'members',
] as const
export type PruneKind = (typeof pruneKinds)[number]

/** What every part of the plan is made from. */
export interface Planning {
  readonly declared: Declaration
  readonly actual: World
  /** Who makes it true: a domain that is not given is theirs. */
  readonly own: { readonly email: string; readonly domainName: string }
  readonly prune: ReadonlySet<PruneKind>
  readonly refuse: (path: Problem['path'], message: string) => void
}
