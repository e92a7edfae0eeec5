import type { KeypairPolicy, ProjectPolicy, UserPolicy } from '@capstan/contract/policy'
import { toAmounts, toSlots } from '@capstan/core/slots'
import { type RawBuilder, type Selectable, sql } from 'kysely'
import type { KeypairPolicyTable, ProjectPolicyTable, UserPolicyTable } from '../db/types.gen.ts'

type Row<T> = Selectable<T> & { readonly followerCount: number }

/** One kind of policy: where it stands, who follows it, and how its limits read on the wire. */
export interface PolicyKind<R extends { name: string; createdAt: Date }, Wire> {
  readonly noun: 'keypairPolicy' | 'userPolicy' | 'projectPolicy'
  readonly table: RawBuilder<unknown>
  readonly followers: RawBuilder<unknown>
  /** What its followers are called, one and several. */
  readonly words: readonly [string, string]
  readonly fromRow: (row: R) => Wire
  /** Columns, in the order of `set`, with their values; only those that are given. */
  readonly toColumns: (limits: Readonly<Record<string, unknown>>) => Record<string, unknown>
}

const snake = (name: string): string => name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)

/** Limits whose column has the name that they have on the wire. */
const asTheyAre = (
  limits: Readonly<Record<string, unknown>>,
  special: Readonly<Record<string, (value: never) => [string, unknown]>> = {},
): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(limits)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => special[name]?.(value as never) ?? [snake(name), value]),
  )

const common = (row: { name: string; followerCount: number; createdAt: Date }) => ({
  name: row.name,
  followerCount: row.followerCount,
  createdAt: row.createdAt.toISOString(),
})

export const keypairKind: PolicyKind<Row<KeypairPolicyTable>, KeypairPolicy> = {
  noun: 'keypairPolicy',
  table: sql`keypair_policy`,
  followers: sql`keypair`,
  words: ['keypair follows', 'keypairs follow'],
  fromRow: row => ({
    ...common(row),
    maxResources: toSlots(row.maxAmounts),
    maxClusterSize: row.maxClusterSize,
    maxLifetimeS: row.maxLifetimeS,
    maxPendingCount: row.maxPendingCount,
    maxPendingResources: toSlots(row.maxPendingAmounts),
    maxConcurrentCount: row.maxConcurrentCount,
    maxSftpCount: row.maxSftpCount,
    idleTimeoutS: row.idleTimeoutS,
    // What stands there came through the same schema.
    allowedVolumes: row.allowedVolumes as KeypairPolicy['allowedVolumes'],
  }),
  toColumns: limits =>
    asTheyAre(limits, {
      maxResources: (slots: KeypairPolicy['maxResources']) => [
        'max_amounts',
        JSON.stringify(toAmounts(slots)),
      ],
      maxPendingResources: (slots: KeypairPolicy['maxPendingResources']) => [
        'max_pending_amounts',
        JSON.stringify(toAmounts(slots)),
      ],
      allowedVolumes: (volumes: KeypairPolicy['allowedVolumes']) => [
        'allowed_volumes',
        JSON.stringify(volumes),
      ],
    }),
}

export const userKind: PolicyKind<Row<UserPolicyTable>, UserPolicy> = {
  noun: 'userPolicy',
  table: sql`user_policy`,
  followers: sql`"user"`,
  words: ['user follows', 'users follow'],
  fromRow: row => ({
    ...common(row),
    maxFolderCount: row.maxFolderCount,
    maxFolderBytes: row.maxFolderBytes,
    maxServiceSessionCount: row.maxServiceSessionCount,
    maxCustomImageCount: row.maxCustomImageCount,
  }),
  toColumns: asTheyAre,
}

export const projectKind: PolicyKind<Row<ProjectPolicyTable>, ProjectPolicy> = {
  noun: 'projectPolicy',
  table: sql`project_policy`,
  followers: sql`project`,
  words: ['project follows', 'projects follow'],
  fromRow: row => ({
    ...common(row),
    maxFolderCount: row.maxFolderCount,
    maxFolderBytes: row.maxFolderBytes,
    maxNetworkCount: row.maxNetworkCount,
  }),
  toColumns: asTheyAre,
}
