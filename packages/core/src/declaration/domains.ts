import type { Change, Planning } from './change.ts'
import { changedFields } from './fields.ts'

const fields = ['description', 'allowedGroups', 'allowedVolumes'] as const

/** `last`: an inactive domain takes neither projects nor users, so it becomes inactive after all else. */
export function planDomains({ declared, actual }: Planning): {
  readonly first: Change[]
  readonly last: Change[]
} {
  const before = new Map(actual.domains.map(domain => [domain.name, domain]))
  const first: Change[] = []
  const last: Change[] = []
  for (const domain of declared.domains ?? []) {
    const old = before.get(domain.name)
    const wasActive = old?.isActive ?? true
    const activity = changedFields(['isActive'], domain, { isActive: wasActive })
    const changed = changedFields(fields, domain, old)
    const now = wasActive ? changed : [...changed, ...activity]
    if (!old || now.length > 0)
      first.push({
        kind: 'domain',
        action: old ? 'update' : 'create',
        key: domain.name,
        fields: now,
      })
    if (wasActive && activity.length > 0)
      last.push({ kind: 'domain', action: 'update', key: domain.name, fields: activity })
  }
  return { first, last }
}

/** Whether projects and users can be put into a domain, before it becomes inactive. Undefined: there will be none of that name. */
export function isOpenDomain({ declared, actual }: Planning, name: string): boolean | undefined {
  const old = actual.domains.find(domain => domain.name === name)
  const next = declared.domains?.find(domain => domain.name === name)
  if (!old) return next && true
  return old.isActive || next?.isActive === true
}

/** Refuses a place in a domain that is not there, or takes nobody. */
export function needsDomain(
  planning: Planning,
  name: string,
  path: readonly (string | number)[],
): void {
  const isOpen = isOpenDomain(planning, name)
  if (isOpen === undefined) planning.refuse(path, `there is no domain ${name}`)
  if (isOpen === false) planning.refuse(path, `domain ${name} is not active`)
}
