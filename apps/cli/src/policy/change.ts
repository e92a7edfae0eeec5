import type { PolicyImpact } from '@capstan/contract/policy'
import type { Api } from '../api.ts'
import { confirm } from '../confirm.ts'
import { describeField } from '../describe.ts'
import { wordsOf } from '../field.ts'
import { print, say } from '../output.ts'
import { count, printPolicy } from './show.ts'
import type { Policy, PolicyKind } from './kinds.ts'

export interface UpdateOptions {
  readonly yes?: boolean
  readonly json?: boolean
}

export interface RemoveOptions extends UpdateOptions {
  readonly reassignTo?: string
}

type Changes = { readonly name: string } & Readonly<Record<string, unknown>>

/** `policy KIND update` (POL-08): what changes, and whom that touches, before it is asked whether to. */
export async function updatePolicy(
  api: Api,
  kind: PolicyKind,
  changes: Changes,
  { yes, json }: UpdateOptions,
): Promise<void> {
  const { name, ...limits } = changes
  if (Object.keys(limits).length === 0)
    throw new Error(`no limit was given: see "capstan policy ${kind.name} update --help"`)
  const [before, impact] = await Promise.all([
    api.call(kind.api.show, { name }),
    api.call(kind.api.preview, changes),
  ])
  say(describeChanges(before, limits))
  say(describeImpact(kind, name, impact))
  await confirm(`Change ${kind.name} policy ${name}?`, yes)
  printPolicy(api, kind, await api.call(kind.api.update, changes), json)
}

/** `policy KIND preview`: the same, without asking or changing. */
export async function previewPolicy(
  api: Api,
  kind: PolicyKind,
  changes: Changes,
  { json }: { readonly json?: boolean },
): Promise<void> {
  const impact = await api.call(kind.api.preview, changes)
  print(json ? api.lastAnswer() : describeImpact(kind, changes.name, impact))
}

/** `policy KIND remove` (POL-07): with another policy for those who follow it. */
export async function removePolicy(
  api: Api,
  kind: PolicyKind,
  name: string,
  { reassignTo, yes, json }: RemoveOptions,
): Promise<void> {
  const { followerCount } = await api.call(kind.api.show, { name })
  const and = reassignTo === undefined || followerCount === 0 ? '' : `, and give them ${reassignTo}`
  say(`${count(kind, followerCount)} ${followerCount === 1 ? 'follows' : 'follow'} ${name}.`)
  await confirm(`Delete ${kind.name} policy ${name}${and}?`, yes)
  const { reassigned } = await api.call(kind.api.remove, {
    name,
    ...(reassignTo !== undefined && { reassignTo }),
  })
  if (json) return print(api.lastAnswer())
  const moved = reassigned > 0 ? `; ${count(kind, reassigned)} now with ${reassignTo}` : ''
  print(`${name}: removed${moved}`)
}

/** `max cluster size 1 → 4`, a line each. */
const describeChanges = (before: Policy, limits: Readonly<Record<string, unknown>>): string =>
  Object.entries(limits)
    .map(
      ([limit, after]) =>
        `${wordsOf(limit)}: ${describeField(limit, before[limit])} → ${describeField(limit, after)}`,
    )
    .join('\n')

const describeImpact = (
  kind: PolicyKind,
  name: string,
  { followerCount, overCount, over }: PolicyImpact,
): string =>
  [
    `${count(kind, followerCount)} ${followerCount === 1 ? 'follows' : 'follow'} ${name}.`,
    ...(overCount === 0
      ? []
      : [
          `Above these limits already: ${overCount}. What runs goes on; nothing more starts.`,
          ...over.map(({ follower, owner, message }) => `  ${follower} of ${owner}: ${message}`),
        ]),
  ].join('\n')
