import { emailKey } from '@capstan/contract/declaration'
import type { Change, Planning, Problem } from './change.ts'
import { changedFields } from './fields.ts'
import { willHavePolicy } from './policies.ts'
import { usersByKey } from './users.ts'

const settings = ['policy', 'rateLimit', 'isActive'] as const

interface Declared {
  readonly accessKey: string
  readonly item: object
  readonly path: Problem['path']
}

/** Settings of keypairs that there are: main ones stand with their users, others by their access keys. */
export function planKeypairs(planning: Planning): Change[] {
  const before = new Map(planning.actual.keypairs.map(keypair => [keypair.accessKey, keypair]))
  const seen = new Set<string>()
  return declaredKeypairs(planning).flatMap(({ accessKey, item, path }): Change[] => {
    const old = before.get(accessKey)
    if (!old) planning.refuse(path, `there is no keypair ${accessKey}`)
    if (seen.has(accessKey)) planning.refuse(path, `${accessKey} is here twice: its user has it`)
    seen.add(accessKey)
    const fields = changedFields(settings, item, old)
    if (!old || fields.length === 0) return []
    return [{ kind: 'keypair', action: 'update', key: accessKey, fields }]
  })
}

function declaredKeypairs(planning: Planning): Declared[] {
  const { users = [], keypairs = [] } = planning.declared
  const before = usersByKey(planning)
  const ofUsers = users.flatMap(({ email, keypair }, at): Declared[] => {
    if (!keypair) return []
    const path = ['users', at, 'keypair']
    needsPolicy(planning, keypair, path)
    const accessKey = before.get(emailKey(email))?.mainAccessKey
    if (accessKey === '') planning.refuse(path, 'this user has no main keypair')
    // That of a new user is made with them.
    return accessKey ? [{ accessKey, item: keypair, path }] : []
  })
  const others = keypairs.map(({ accessKey, ...item }, at): Declared => {
    const path = ['keypairs', at]
    needsPolicy(planning, item, path)
    return { accessKey, item, path: [...path, 'accessKey'] }
  })
  return [...ofUsers, ...others]
}

function needsPolicy(
  planning: Planning,
  { policy }: { readonly policy?: string | undefined },
  path: Problem['path'],
): void {
  if (policy !== undefined && !willHavePolicy(planning, 'keypairPolicies', policy))
    planning.refuse([...path, 'policy'], `there is no keypair policy ${policy}`)
}
