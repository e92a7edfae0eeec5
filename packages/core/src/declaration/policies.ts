import type { Change, ChangeKind, Planning } from './change.ts'
import { changedFields } from './fields.ts'

export const policySections = [
  { section: 'keypairPolicies', kind: 'keypairPolicy' },
  { section: 'userPolicies', kind: 'userPolicy' },
  { section: 'projectPolicies', kind: 'projectPolicy' },
] as const

export type PolicySection = (typeof policySections)[number]['section']

/** Policies that are new, and limits that change. */
export const planPolicies = ({ declared, actual }: Planning): Change[] =>
  policySections.flatMap(({ section, kind }) => planNamed(kind, declared[section], actual[section]))

/** Things that nothing but their name holds a place for: those that are new, and fields that change. */
export function planNamed(
  kind: ChangeKind,
  declared: readonly { readonly name: string }[] = [],
  actual: readonly { readonly name: string }[],
): Change[] {
  const before = new Map(actual.map(item => [item.name, item]))
  return declared.flatMap((item): Change[] => {
    const names = Object.keys(item).filter(name => name !== 'name')
    const old = before.get(item.name)
    const fields = changedFields(names, item, old)
    if (old && fields.length === 0) return []
    return [{ kind, action: old ? 'update' : 'create', key: item.name, fields }]
  })
}

/** Whether a policy of this name is there once all is done. */
export function willHavePolicy(
  { declared, actual, prune }: Planning,
  section: PolicySection,
  name: string,
): boolean {
  if (declared[section]?.some(policy => policy.name === name)) return true
  const isKept = !prune.has(section) || name === keptName
  return isKept && actual[section].some(policy => policy.name === name)
}

/** Of policies and groups, what the API falls back on is never pruned. */
export const keptName = 'default'
