import type { Declaration } from '@capstan/contract/declaration'
import type { Change, Planning, Problem, PruneKind, World } from './declaration/change.ts'
import { planDomains } from './declaration/domains.ts'
import { planKeypairs } from './declaration/keypairs.ts'
import { planMembers } from './declaration/members.ts'
import { planNamed, planPolicies } from './declaration/policies.ts'
import { planProjects } from './declaration/projects.ts'
import { planPrune } from './declaration/prune.ts'
import { planUsers } from './declaration/users.ts'

export interface Plan {
  /** Stage after stage; the changes of one stage do not need each other. No stage is empty. */
  readonly stages: readonly (readonly Change[])[]
  /** Why the declaration cannot be made true. With any of these there is nothing to do. */
  readonly problems: readonly Problem[]
}

/**
 * What has to change for a declaration to be true, in an order in which whatever is referred to is there: policies and resource
 * groups, domains, projects, users, keypairs, members, and last of all what goes (PLS-03). What is not named stays. Once it was done, planning
 * again gives nothing.
 *
 * `actual` has to hold what `readsOf` names.
 */
export function planDeclaration(
  declared: Declaration,
  actual: World,
  { own, prune }: { own: Planning['own']; prune: readonly PruneKind[] },
): Plan {
  const problems: Problem[] = []
  const planning: Planning = {
    declared,
    actual,
    own,
    prune: new Set(prune),
    refuse: (path, message) => problems.push({ path, message }),
  }
  const domains = planDomains(planning)
  const projects = planProjects(planning)
  const users = planUsers(planning)
  const stages = [
    [
      ...planPolicies(planning),
      ...planNamed('resourceGroup', declared.resourceGroups, actual.resourceGroups),
    ],
    domains.first,
    projects.first,
    projects.second,
    users.first,
    users.second,
    planKeypairs(planning),
    planMembers(planning),
    domains.last,
    ...planPrune(planning),
  ]
  if (problems.length > 0) return { stages: [], problems }
  return { stages: stages.filter(stage => stage.length > 0), problems }
}

/** Which lists of what there is the plan has to see. Policies, domains and projects always: they are few. */
export function readsOf(
  declared: Declaration,
  prune: readonly PruneKind[],
): { readonly resourceGroups: boolean; readonly users: boolean; readonly keypairs: boolean } {
  const { resourceGroups = [], users = [], keypairs = [], projects = [] } = declared
  const prunes = (...kinds: PruneKind[]): boolean => kinds.some(kind => prune.includes(kind))
  return {
    resourceGroups: resourceGroups.length > 0 || prunes('resourceGroups'),
    users:
      users.length > 0 ||
      projects.some(({ members }) => members) ||
      prunes('users', 'userPolicies'),
    keypairs:
      keypairs.length > 0 || users.some(({ keypair }) => keypair) || prunes('keypairPolicies'),
  }
}
