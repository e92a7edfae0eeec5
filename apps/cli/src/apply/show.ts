import type { Change, ChangeKind, FieldChange } from '@capstan/core/declaration/change'
import type { Plan } from '@capstan/core/declaration'
import { describeField } from '../describe.ts'
import { wordsOf } from '../field.ts'
import { printable } from '../output.ts'

const nouns: Readonly<Record<ChangeKind, string>> = {
  keypairPolicy: 'keypair policy',
  userPolicy: 'user policy',
  projectPolicy: 'project policy',
  resourceGroup: 'resource group',
  domain: 'domain',
  project: 'project',
  user: 'user',
  keypair: 'keypair',
  members: 'project',
}

const signs = { create: '+', update: '~', remove: '-' } as const

/** The plan for people, a line a change, and how many there are: `~ user ann@example.org: policy default → lab`. */
export const describePlan = ({ stages }: Pick<Plan, 'stages'>): string => {
  const changes = stages.flat()
  const count = (action: Change['action']): number =>
    changes.filter(change => change.action === action).length
  return [
    ...changes.map(describeChange),
    '',
    `${count('create')} to create, ${count('update')} to change, ${count('remove')} to remove`,
  ].join('\n')
}

/** `user ann@example.org`. */
export const nameOf = ({ kind, key }: Pick<Change, 'kind' | 'key'>): string =>
  `${nouns[kind]} ${key}`

function describeChange(change: Change): string {
  const fields = change.kind === 'members' ? change.fields.map(describeMembers) : fieldsOf(change)
  const head = `${signs[change.action]} ${nameOf(change)}`
  return printable(fields.length === 0 ? head : `${head}: ${fields.join(', ')}`)
}

function fieldsOf({ kind, action, fields }: Change): string[] {
  const words = fields.map(field => describeOne(field))
  const isOneTime = kind === 'user' && action === 'create' && !fields.some(isPasswordFile)
  return isOneTime ? [...words, 'a one-time password'] : words
}

const isPasswordFile = ({ name }: FieldChange): boolean => name === 'passwordFile'

function describeOne({ name, before, after }: FieldChange): string {
  if (name === 'passwordFile') return `password of ${String(after)}`
  if (name === 'keypair' && typeof after === 'object' && after !== null)
    return Object.entries(after)
      .map(([setting, value]) => `keypair ${wordsOf(setting)} ${describeField(setting, value)}`)
      .join(', ')
  const words = wordsOf(name)
  if (before === undefined) return `${words} ${quoted(name, after)}`
  return `${words} ${quoted(name, before)} → ${quoted(name, after)}`
}

const quoted = (name: string, value: unknown): string =>
  value === '' ? '""' : describeField(name, value)

/** The most people that are named. */
const mostNamed = 5

function describeMembers({ name, before, after }: FieldChange): string {
  // Changes of members hold e-mails: those who come as after, those who leave as before.
  const emails = (name === 'add' ? after : before) as readonly string[]
  const named = emails.slice(0, mostNamed).join(', ')
  const rest = emails.length - mostNamed
  const word = emails.length === 1 ? 'member' : 'members'
  return `${emails.length} ${word} ${name === 'add' ? 'more' : 'less'} (${named}${rest > 0 ? ` and ${rest} others` : ''})`
}
