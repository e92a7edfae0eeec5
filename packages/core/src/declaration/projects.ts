import { type DeclaredItem, projectKey } from '@capstan/contract/declaration'
import type { Project } from '@capstan/contract/project'
import type { Change, Planning } from './change.ts'
import { needsDomain } from './domains.ts'
import { changedFields } from './fields.ts'
import { willHavePolicy } from './policies.ts'

const fields = ['description', 'policy', 'allowedGroups', 'allowedVolumes'] as const

/** `second`: a new project is active, and becomes inactive before anybody is put into it by themselves. */
export function planProjects(planning: Planning): {
  readonly first: Change[]
  readonly second: Change[]
} {
  const before = projectsByKey(planning)
  const first: Change[] = []
  const second: Change[] = []
  const seen = new Set<string>()
  for (const [at, project] of (planning.declared.projects ?? []).entries()) {
    const domainName = domainOf(planning, project)
    const id = projectKey(domainName, project.name)
    const old = before.get(id) ?? madeWithDomain(planning, domainName, project.name)
    const key = `${domainName}/${project.name}`
    if (seen.has(id)) planning.refuse(['projects', at, 'name'], 'is here twice')
    seen.add(id)
    check(planning, project, { old, domainName, at })
    const changed = changedFields(old ? fields : ['type', ...fields], project, old)
    const activity = changedFields(['isActive'], project, old ?? { isActive: true })
    if (!old) {
      first.push({ kind: 'project', action: 'create', key, fields: changed })
      if (activity.length > 0)
        second.push({ kind: 'project', action: 'update', key, fields: activity })
    } else if (changed.length + activity.length > 0)
      first.push({ kind: 'project', action: 'update', key, fields: [...changed, ...activity] })
  }
  return { first, second }
}

export const domainOf = (
  { own }: Planning,
  { domainName = own.domainName }: Pick<DeclaredItem<'projects'>, 'domainName'>,
): string => domainName

export const projectsByKey = ({ actual }: Planning): Map<string, Project> =>
  new Map(actual.projects.map(project => [projectKey(project.domainName, project.name), project]))

type Settings = Pick<Project, 'type' | 'isActive' | (typeof fields)[number]>

/** The model store that comes with a domain that is not there yet. */
function madeWithDomain(
  { actual }: Planning,
  domainName: string,
  name: string,
): Settings | undefined {
  if (name !== 'model-store' || actual.domains.some(domain => domain.name === domainName))
    return undefined
  return {
    type: 'model-store',
    isActive: true,
    description: '',
    policy: 'default',
    allowedGroups: [],
    allowedVolumes: {},
  }
}

function check(
  planning: Planning,
  project: DeclaredItem<'projects'>,
  { old, domainName, at }: { old: Settings | undefined; domainName: string; at: number },
): void {
  const path = ['projects', at] as const
  const isThere = planning.actual.domains.some(({ name }) => name === domainName)
  if (!old || !isThere) needsDomain(planning, domainName, [...path, 'domainName'])
  if (old && project.type !== undefined && project.type !== old.type)
    planning.refuse([...path, 'type'], `it is ${old.type}, and stays that`)
  if (project.members && (old?.type ?? project.type) === 'model-store')
    planning.refuse([...path, 'members'], 'everybody of the domain is a member of a model store')
  if (project.policy !== undefined && !willHavePolicy(planning, 'projectPolicies', project.policy))
    planning.refuse([...path, 'policy'], `there is no project policy ${project.policy}`)
}

/**
 * Projects that somebody who comes to a domain is put into: those that all new users join, but not those whose members are
 * declared. Undefined where nothing is declared about members, and the server decides.
 */
export function projectsToJoin(planning: Planning, domainName: string): string[] | undefined {
  const declared = (planning.declared.projects ?? []).filter(
    project => domainOf(planning, project) === domainName,
  )
  if (!declared.some(({ members }) => members)) return undefined
  const next = new Map<string, { key: string; isOpen: boolean }>()
  for (const { name, type, isActive } of planning.actual.projects.filter(
    project => project.domainName === domainName,
  ))
    next.set(projectKey(domainName, name), {
      key: `${domainName}/${name}`,
      isOpen: isActive && type === 'general',
    })
  for (const { name, type, isActive, members } of declared) {
    const key = projectKey(domainName, name)
    const old = next.get(key)
    const isOpen = isActive ?? old?.isOpen ?? true
    next.set(key, {
      key: `${domainName}/${name}`,
      isOpen: isOpen && type !== 'model-store' && !members,
    })
  }
  return [...next.values()].flatMap(({ key, isOpen }) => (isOpen ? [key] : []))
}
