import { type DeclaredItem, emailKey } from '@capstan/contract/declaration'
import type { User } from '@capstan/contract/user'
import type { Change, FieldChange, Planning } from './change.ts'
import { needsDomain } from './domains.ts'
import { changedFields } from './fields.ts'
import { willHavePolicy } from './policies.ts'
import { projectsToJoin } from './projects.ts'

const fields = [
  'name',
  'fullName',
  'description',
  'role',
  'status',
  'domainName',
  'policy',
  'isSudoEnabled',
] as const

/** `second`: who stops being an active superadmin does so after others have become it, for one must always be. */
export function planUsers(planning: Planning): {
  readonly first: Change[]
  readonly second: Change[]
} {
  const before = usersByKey(planning)
  const changes = (planning.declared.users ?? []).flatMap((user, at) => {
    const old = before.get(emailKey(user.email))
    check(planning, user, old, at)
    const change = old ? changeOf(planning, user, old) : creationOf(planning, user)
    return change ? [{ change, isLoss: old !== undefined && losesSuperadmin(old, change) }] : []
  })
  const those = (isLoss: boolean): Change[] =>
    changes.filter(each => each.isLoss === isLoss).map(({ change }) => change)
  return { first: those(false), second: those(true) }
}

export const usersByKey = ({ actual }: Planning): Map<string, User> =>
  new Map(actual.users.map(user => [emailKey(user.email), user]))

function creationOf(planning: Planning, user: DeclaredItem<'users'>): Change {
  const domainName = user.domainName ?? planning.own.domainName
  return {
    kind: 'user',
    action: 'create',
    key: user.email,
    fields: [
      ...changedFields(fields, { ...user, domainName }, undefined),
      ...changedFields(['keypair', 'passwordFile'], user, undefined),
      ...joins(planning, domainName),
    ],
  }
}

function changeOf(planning: Planning, user: DeclaredItem<'users'>, old: User): Change | undefined {
  const changed = changedFields(fields, user, old)
  if (changed.length === 0) return undefined
  const move = changed.find(({ name }) => name === 'domainName')
  return {
    kind: 'user',
    action: 'update',
    key: user.email,
    fields: move ? [...changed, ...joins(planning, user.domainName!)] : changed,
  }
}

const joins = (planning: Planning, domainName: string): FieldChange[] => {
  const after = projectsToJoin(planning, domainName)
  return after ? [{ name: 'projects', before: undefined, after }] : []
}

const losesSuperadmin = (old: User, { fields }: Change): boolean =>
  old.role === 'superadmin' &&
  fields.some(({ name, after }) => name === 'role' || (name === 'status' && after !== 'active'))

function check(
  planning: Planning,
  user: DeclaredItem<'users'>,
  old: User | undefined,
  at: number,
): void {
  const path = ['users', at] as const
  const { refuse, own } = planning
  if (!old && user.name === undefined) refuse([...path, 'email'], 'a new user needs a name')
  const domainName = user.domainName ?? old?.domainName ?? own.domainName
  if (domainName !== old?.domainName)
    needsDomain(planning, domainName, [
      ...path,
      user.domainName === undefined ? 'email' : 'domainName',
    ])
  if (user.policy !== undefined && !willHavePolicy(planning, 'userPolicies', user.policy))
    refuse([...path, 'policy'], `there is no user policy ${user.policy}`)
}
