import type { Change, Planning } from './change.ts'
import { changedFields } from './fields.ts'

export const policySections = [
  { section: 'keypairPolicies', kind: 'keypairPolicy' },
  { section: 'userPolicies', kind: 'userPolicy' },
  { section: 'projectPolicies', kind: 'projectPolicy' },
] as const

export type PolicySection = (typeof policySections)[number]['section']

/** Policies that are new, and limits that change. */
export const planPolicies = ({ declared, actual }: Planning): Change[] =>
  policySections.flatMap(({ section, kind }) => {
    const before = new Map(actual[section].map(policy => [policy.name, policy]))
    return (declared[section] ?? []).flatMap((policy): Change[] => {
      const limits = Object.keys(policy).filter(name => name !== 'name')
      const old = before.get(policy.name)
      const fields = changedFields(limits, policy, old)
      if (old && fields.length === 0) return []
      return [{ kind, action: old ? 'update' : 'create', key: policy.name, fields }]
    })
  })

/** Whether a policy of this name is there once all is done. */
export function willHavePolicy(
  { declared, actual, prune }: Planning,
  section: PolicySection,
  name: string,
): boolean {
  if (declared[section]?.some(policy => policy.name === name)) return true
  const isKept = !prune.has(section) || name === keptPolicy
  return isKept && actual[section].some(policy => policy.name === name)
}

/** What the API falls back on is never pruned. */
export const keptPolicy = 'default'
