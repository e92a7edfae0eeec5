import { emailKey, projectKey } from '@capstan/contract/declaration'
import type { Change, Planning } from './change.ts'
import { keptName, policySections, type PolicySection } from './policies.ts'
import { domainOf } from './projects.ts'

/** What goes because it is not declared, last what others could build on. Stage after stage. */
export function planPrune(planning: Planning): Change[][] {
  const { prune, declared, refuse } = planning
  const missing = [...prune].filter(kind => !declared[kind === 'members' ? 'projects' : kind])
  for (const kind of missing)
    refuse([], `nothing in the file says which ${kind} stay, so all of them would go`)
  if (missing.length > 0) return []
  return [
    prune.has('users') ? usersToGo(planning) : [],
    prune.has('projects') ? projectsToGo(planning) : [],
    prune.has('domains') ? domainsToGo(planning) : [],
    prune.has('resourceGroups') ? groupsToGo(planning) : [],
    policySections.flatMap(({ section, kind }) =>
      prune.has(section)
        ? policiesToGo(planning, section).map((key): Change => ({
            kind,
            action: 'remove',
            key,
            fields: [],
          }))
        : [],
    ),
  ]
}

/** What becomes inactive, and how that is said of it. */
const inactive = (kind: 'user' | 'project' | 'domain', key: string): Change => ({
  kind,
  action: 'update',
  key,
  fields: [
    kind === 'user'
      ? { name: 'status', before: 'active', after: 'inactive' }
      : { name: 'isActive', before: true, after: false },
  ],
})

function usersToGo({ declared, actual, own, refuse }: Planning): Change[] {
  const named = new Set(declared.users?.map(({ email }) => emailKey(email)))
  const gone = actual.users.filter(
    ({ email, status }) => status === 'active' && !named.has(emailKey(email)),
  )
  if (gone.some(({ email }) => emailKey(email) === emailKey(own.email)))
    refuse(['users'], `you, ${own.email}, are not among them, and would be deactivated`)
  return gone.map(({ email }) => inactive('user', email))
}

function projectsToGo(planning: Planning): Change[] {
  const named = new Set(
    planning.declared.projects?.map(project =>
      projectKey(domainOf(planning, project), project.name),
    ),
  )
  return planning.actual.projects
    .filter(
      ({ domainName, name, type, isActive }) =>
        isActive && type === 'general' && !named.has(projectKey(domainName, name)),
    )
    .map(({ domainName, name }) => inactive('project', `${domainName}/${name}`))
}

function domainsToGo({ declared, actual }: Planning): Change[] {
  const named = new Set(declared.domains?.map(({ name }) => name))
  return actual.domains
    .filter(({ name, isActive }) => isActive && !named.has(name))
    .map(({ name }) => inactive('domain', name))
}

function groupsToGo({ declared, actual }: Planning): Change[] {
  const named = new Set(declared.resourceGroups?.map(({ name }) => name))
  return actual.resourceGroups
    .filter(({ name }) => name !== keptName && !named.has(name))
    .map(({ name }) => ({ kind: 'resourceGroup', action: 'remove', key: name, fields: [] }))
}

/** Names of the policies to delete. One that somebody still follows then cannot be. */
function policiesToGo(planning: Planning, section: PolicySection): string[] {
  const { declared, actual, refuse } = planning
  const named = new Set(declared[section]?.map(({ name }) => name))
  const gone = actual[section].filter(({ name }) => name !== keptName && !named.has(name))
  const followed = Map.groupBy(followedPolicies(planning, section), name => name)
  return gone.map(({ name }) => {
    const count = followed.get(name)?.length ?? 0
    if (count > 0)
      refuse(
        [section],
        `${name} is not among them, but has ${count} to follow it: give these another one`,
      )
    return name
  })
}

/** The policy of each follower once all is done. */
function followedPolicies(planning: Planning, section: PolicySection): string[] {
  const { declared, actual } = planning
  if (section === 'userPolicies') {
    const next = new Map(declared.users?.map(({ email, policy }) => [emailKey(email), policy]))
    return actual.users.map(({ email, policy }) => next.get(emailKey(email)) ?? policy)
  }
  if (section === 'projectPolicies') {
    const next = new Map(
      declared.projects?.map(project => [
        projectKey(domainOf(planning, project), project.name),
        project.policy,
      ]),
    )
    return actual.projects.map(
      ({ domainName, name, policy }) => next.get(projectKey(domainName, name)) ?? policy,
    )
  }
  const ofUsers = new Map(
    declared.users?.map(({ email, keypair }) => [emailKey(email), keypair?.policy]),
  )
  const byKey = new Map(declared.keypairs?.map(({ accessKey, policy }) => [accessKey, policy]))
  return actual.keypairs.map(
    ({ accessKey, userEmail, isMain, policy }) =>
      (isMain ? ofUsers.get(emailKey(userEmail)) : undefined) ?? byKey.get(accessKey) ?? policy,
  )
}
