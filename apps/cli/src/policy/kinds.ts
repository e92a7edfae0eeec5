import type { Endpoint } from '@capstan/contract/endpoint'
import {
  keypairPolicyApi,
  type PolicyImpact,
  projectPolicyApi,
  userPolicyApi,
} from '@capstan/contract/policy'
import type * as z from 'zod'

/** What all kinds of policy have; the limits beside it are named by the kind. */
export interface Policy {
  readonly name: string
  readonly followerCount: number
  readonly createdAt: string
  readonly [limit: string]: unknown
}

type Answers<O> = Endpoint<z.ZodObject, z.ZodType<O>>

/** One kind of policy: what it is called, what follows it, and its operations. */
export interface PolicyKind {
  readonly name: 'keypair' | 'user' | 'project'
  /** One follower, and several. */
  readonly followers: readonly [string, string]
  readonly api: {
    readonly list: Answers<{
      readonly items: readonly Policy[]
      readonly nextCursor: string | null
    }>
    readonly show: Answers<Policy>
    readonly create: Answers<Policy>
    readonly update: Answers<Policy>
    readonly preview: Answers<PolicyImpact>
    readonly remove: Answers<{ readonly reassigned: number }>
  }
}

export const policyKinds: readonly PolicyKind[] = [
  { name: 'keypair', followers: ['keypair', 'keypairs'], api: keypairPolicyApi },
  { name: 'user', followers: ['user', 'users'], api: userPolicyApi },
  { name: 'project', followers: ['project', 'projects'], api: projectPolicyApi },
]

/** Limits of a kind, in the order of the contract. */
export const limitsOf = ({ api }: PolicyKind): string[] =>
  Object.keys(api.update.input.shape).filter(field => field !== 'name')
