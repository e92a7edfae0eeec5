import type { Endpoint } from '@capstan/contract/endpoint'
import {
  keypairPolicyApi,
  mostOf,
  type PolicyImpact,
  type PolicyImport,
  projectPolicyApi,
  userPolicyApi,
} from '@capstan/contract/policy'
import type * as z from 'zod'
import type { AllWords } from '../words/page-words.ts'

export const policyKinds = ['keypair', 'user', 'project'] as const
export type PolicyKindName = (typeof policyKinds)[number]

/** What all kinds of policy have; the limits beside it are named by the kind. */
export interface Policy {
  readonly name: string
  readonly followerCount: number
  readonly createdAt: string
  readonly [limit: string]: unknown
}

/** A limit that is one number: how it is counted, and the most that it can be. */
export interface NumberLimit {
  readonly name: string
  readonly unit: 'count' | 'bytes' | 'seconds'
  readonly most?: number
}

interface List {
  readonly items: Policy[]
  readonly nextCursor: string | null
  readonly count: number
  readonly isCountExact: boolean
}
interface ListInput {
  readonly limit?: number | undefined
}

/** The operations on a kind, as the pages need them. */
interface PolicyApi {
  readonly list: Endpoint<z.ZodType<unknown, ListInput>, z.ZodType<List>>
  readonly show: Endpoint<z.ZodType<unknown, { name: string }>, z.ZodType<Policy>>
  readonly create: Endpoint<z.ZodType, z.ZodType<Policy>>
  readonly update: Endpoint<z.ZodType, z.ZodType<Policy>>
  readonly preview: Endpoint<z.ZodType, z.ZodType<PolicyImpact>>
  readonly checkImport: Endpoint<z.ZodType<unknown, { csv: string }>, z.ZodType<PolicyImport>>
  readonly import: Endpoint<z.ZodType<unknown, { csv: string }>, z.ZodType<PolicyImport>>
  readonly remove: Endpoint<z.ZodType, z.ZodType<{ reassigned: number }>>
}

export interface PolicyKind {
  readonly name: PolicyKindName
  readonly api: PolicyApi
  readonly numbers: readonly NumberLimit[]
  /** Limits by resource slot, and the volumes: keypair policies have them. */
  readonly hasResources: boolean
}

const count = (name: string, most?: number): NumberLimit => ({
  name,
  unit: 'count',
  ...(most !== undefined && { most }),
})

export const kinds: Readonly<Record<PolicyKindName, PolicyKind>> = {
  keypair: {
    name: 'keypair',
    api: keypairPolicyApi,
    hasResources: true,
    numbers: [
      count('maxConcurrentCount', 100),
      count('maxClusterSize'),
      { name: 'maxLifetimeS', unit: 'seconds' },
      { name: 'idleTimeoutS', unit: 'seconds', most: 15_552_000 },
      count('maxPendingCount'),
      count('maxSftpCount'),
    ],
  },
  user: {
    name: 'user',
    api: userPolicyApi,
    hasResources: false,
    numbers: [
      count('maxFolderCount'),
      { name: 'maxFolderBytes', unit: 'bytes' },
      count('maxServiceSessionCount'),
      count('maxCustomImageCount'),
    ],
  },
  project: {
    name: 'project',
    api: projectPolicyApi,
    hasResources: false,
    numbers: [
      count('maxFolderCount'),
      { name: 'maxFolderBytes', unit: 'bytes' },
      count('maxNetworkCount'),
    ],
  },
}

/** Slots that the form of a keypair policy offers, with the most that each may be, in the units of the form (POL-03). */
export const limitedSlots = ['cpu', 'mem', 'cuda.device', 'cuda.shares'] as const

/** Bytes are entered as GiB. */
export const formUnit = (slot: string): number => (slot === 'mem' ? 2 ** 30 : 1)

export const mostInForm = (slot: string): number => mostOf(slot) / formUnit(slot)

/** What a limit is called. */
export const limitName = (name: string, w: AllWords): string =>
  w.policy.limit[name as keyof AllWords['policy']['limit']] ?? name
