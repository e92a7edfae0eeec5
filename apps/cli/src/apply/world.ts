import type { Call } from '@capstan/contract/client'
import { type Declaration, projectKey } from '@capstan/contract/declaration'
import { domainApi } from '@capstan/contract/domain'
import { groupApi } from '@capstan/contract/group'
import { keypairApi } from '@capstan/contract/keypair'
import { keypairPolicyApi, projectPolicyApi, userPolicyApi } from '@capstan/contract/policy'
import { type Project, projectApi } from '@capstan/contract/project'
import { userApi } from '@capstan/contract/user'
import { readsOf } from '@capstan/core/declaration'
import type { PruneKind, World } from '@capstan/core/declaration/change'
import { collect } from '../find.ts'
import { inParallel } from '../parallel.ts'

/** Requests under way at once. */
export const mostAtOnce = 8

/** Reads of what there is all that a plan for a declaration has to see. */
export async function readWorld(
  call: Call,
  declared: Declaration,
  { domainName, prune }: { domainName: string; prune: readonly PruneKind[] },
): Promise<World> {
  const reads = readsOf(declared, prune)
  const membersOf = new Set(
    declared.projects?.flatMap(project =>
      project.members ? [projectKey(project.domainName ?? domainName, project.name)] : [],
    ),
  )
  const [
    keypairPolicies,
    userPolicies,
    projectPolicies,
    resourceGroups,
    domains,
    projects,
    users,
    keypairs,
  ] = await Promise.all([
    collect(call, keypairPolicyApi.list, {}),
    collect(call, userPolicyApi.list, {}),
    collect(call, projectPolicyApi.list, {}),
    reads.resourceGroups ? collect(call, groupApi.list, { reach: 'all' }) : [],
    collect(call, domainApi.list, {}),
    collect(call, projectApi.list, {}),
    reads.users ? collect(call, userApi.list, {}) : [],
    reads.keypairs ? collect(call, keypairApi.list, {}) : [],
  ])
  const members = await readMembers(
    call,
    projects.filter(({ domainName: domain, name }) => membersOf.has(projectKey(domain, name))),
  )
  return {
    keypairPolicies,
    userPolicies,
    projectPolicies,
    resourceGroups,
    domains,
    projects,
    users,
    keypairs,
    members,
  }
}

/** E-mails of the members of projects, by `projectKey`. */
export async function readMembers(
  call: Call,
  projects: readonly Project[],
): Promise<Map<string, string[]>> {
  const members = new Map<string, string[]>()
  await inParallel(projects, mostAtOnce, async ({ id, domainName, name }) => {
    const found = await collect(call, projectApi.listMembers, { id })
    members.set(
      projectKey(domainName, name),
      found.map(({ email }) => email),
    )
  })
  return members
}
