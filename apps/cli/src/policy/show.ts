import type { Api } from '../api.ts'
import { describeField } from '../describe.ts'
import { wordsOf } from '../field.ts'
import { print, properties } from '../output.ts'
import { limitsOf, type Policy, type PolicyKind } from './kinds.ts'

/** The policy that the API has just answered with. */
export const printPolicy = (api: Api, kind: PolicyKind, policy: Policy, isJson = false): void =>
  print(isJson ? api.lastAnswer() : describe(kind, policy))

const describe = (kind: PolicyKind, policy: Policy): string =>
  properties([
    ['Name', policy.name],
    ['Followers', count(kind, policy.followerCount)],
    ...limitsOf(kind).map(limit => [title(limit), describeField(limit, policy[limit])] as const),
    ['Created', policy.createdAt],
  ])

/** `3 keypairs`. */
export const count = ({ followers: [one, many] }: PolicyKind, number: number): string =>
  `${number} ${number === 1 ? one : many}`

const title = (limit: string): string => {
  const words = wordsOf(limit)
  return words[0]!.toUpperCase() + words.slice(1)
}
