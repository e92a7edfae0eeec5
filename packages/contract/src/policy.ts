import * as z from 'zod'
import { AllowedVolumes } from './allowed-volumes.ts'
import { endpoint } from './endpoint.ts'
import { pageInput, pageOf, textFilter } from './paging.ts'
import { PolicyName } from './policy-name.ts'
import { SlotName } from './slots.ts'
import { RowProblem } from './row-problem.ts'
import { policySorts } from './sorts.ts'

/** A limit; null is no limit. */
const count = (most: number) => z.int().min(0).max(most).nullable()

const largest = 2 ** 31 - 1
const gib = 2 ** 30

/** Most that a policy may allow of a slot, in the units of `Slots` (POL-03). */
export function mostOf(slot: string): number {
  if (slot === 'cpu') return 512
  if (slot === 'mem') return 1024 * gib
  return slot.endsWith('.shares') ? 256 : 64
}

/** Limits by slot, in the units of `Slots`; a slot that is not named is unlimited. */
export const SlotLimits = z.record(SlotName, z.number().min(0)).superRefine((limits, context) => {
  for (const [slot, limit] of Object.entries(limits))
    if (limit > mostOf(slot))
      context.addIssue({
        code: 'custom',
        path: [slot],
        message: `at most ${slot === 'mem' ? '1024 GiB' : mostOf(slot)}`,
      })
})

const keypairLimits = {
  maxResources: SlotLimits.describe('Of all running sessions together'),
  maxClusterSize: z.int().min(1).max(largest).nullable().describe('Containers of one session'),
  maxLifetimeS: z
    .int()
    .min(1)
    .max(largest)
    .nullable()
    .describe('From when a session is asked for until it is ended'),
  maxPendingCount: count(largest).describe('Sessions that wait at once'),
  maxPendingResources: SlotLimits.describe('Of all waiting sessions together'),
  maxConcurrentCount: count(100).describe('Sessions that run at once'),
  maxSftpCount: count(largest).describe('SFTP sessions at once'),
  idleTimeoutS: count(15_552_000).describe('After which an unused session is ended'),
  allowedVolumes: AllowedVolumes.describe('Volumes that may be used, with what may be done there'),
}

const userLimits = {
  maxFolderCount: count(largest).describe('Folders that a user may have'),
  maxFolderBytes: count(2 ** 50).describe('What all their folders may hold'),
  maxServiceSessionCount: count(largest).describe('Sessions of one model service'),
  maxCustomImageCount: count(largest).describe('Customized images that a user may have'),
}

const projectLimits = {
  maxFolderCount: count(largest).describe('Folders that a project may have'),
  maxFolderBytes: count(2 ** 50).describe('What all its folders may hold'),
  maxNetworkCount: count(largest).describe('Networks that a project may have'),
}

const common = {
  name: z.string(),
  /** Keypairs, users or projects that follow it, inactive ones too. */
  followerCount: z.int(),
  createdAt: z.iso.datetime(),
}

export const KeypairPolicy = z.object({ ...common, ...keypairLimits })
export type KeypairPolicy = z.infer<typeof KeypairPolicy>
export const UserPolicy = z.object({ ...common, ...userLimits })
export type UserPolicy = z.infer<typeof UserPolicy>
export const ProjectPolicy = z.object({ ...common, ...projectLimits })
export type ProjectPolicy = z.infer<typeof ProjectPolicy>

/** A follower that has more in use than new limits allow, and of what. */
const OverLimit = z.object({ follower: z.string(), owner: z.string(), message: z.string() })

/** Whom a change would touch (POL-08). */
export const PolicyImpact = z.object({
  followerCount: z.int(),
  /** Followers that have more in use than the new limits allow. What runs goes on; nothing more starts. */
  overCount: z.int(),
  over: z.array(OverLimit).max(20),
})
export type PolicyImpact = z.infer<typeof PolicyImpact>

/** The most policies that a file may hold. */
export const mostImported = 1000

/** What a file of policies comes to: nothing at all while there are problems. */
export const PolicyImport = z.object({
  createCount: z.int(),
  updateCount: z.int(),
  unchangedCount: z.int(),
  /** Keypairs, users or projects that follow those that are changed. */
  followerCount: z.int(),
  /** Of these, who has more in use than the new limits allow. What runs goes on; nothing more starts. */
  overCount: z.int(),
  /** Each policy that is changed, in the order of the file. */
  changed: z
    .array(z.object({ name: z.string(), followerCount: z.int(), overCount: z.int() }))
    .max(mostImported),
  over: z.array(OverLimit.extend({ policy: z.string() })).max(20),
  problemCount: z.int(),
  problems: z.array(RowProblem),
  notices: z.array(z.string()),
})
export type PolicyImport = z.infer<typeof PolicyImport>

const importInput = z.strictObject({
  csv: z
    .string()
    .min(1, 'the file is empty')
    .describe(
      'As an export writes it: a line of heads, then a policy a line; an empty cell is no limit',
    ),
})

/** Policies from a file: a look at what would come of it, and all of it or nothing. */
const importEndpoints = (kind: 'keypair' | 'user' | 'project', path: `/${string}`) => ({
  checkImport: endpoint({
    method: 'POST',
    path: `${path}/import/check`,
    summary: `Say what a CSV file of ${kind} resource policies would create and change, or what is wrong with it`,
    permission: 'policy.create',
    changesNothing: true,
    input: importInput,
    output: PolicyImport,
    errors: [],
  }),
  import: endpoint({
    method: 'POST',
    path: `${path}/import`,
    summary: `Create and change ${kind} resource policies as a CSV file says, all of them or none`,
    permission: 'policy.create',
    input: importInput,
    output: PolicyImport,
    errors: ['rows_refused'],
  }),
})

/** The operations on one kind of policy; all kinds have the same. */
function policyEndpoints<L extends z.ZodRawShape, P extends z.ZodType>(
  kind: 'keypair' | 'user' | 'project',
  limits: L,
  policy: P,
) {
  const path = `/${kind}-policies` as const
  const changes = z.strictObject(limits).partial().shape
  return {
    list: endpoint({
      method: 'GET',
      path,
      summary: `List the ${kind} resource policies`,
      permission: 'policy.read',
      input: z.strictObject({ ...pageInput(policySorts), name: textFilter }),
      output: pageOf(policy),
      errors: [],
    }),
    show: endpoint({
      method: 'GET',
      path: `${path}/:name`,
      summary: `Show one ${kind} resource policy`,
      permission: 'policy.read',
      input: z.strictObject({ name: PolicyName }),
      output: policy,
      errors: ['policy_not_found'],
    }),
    create: endpoint({
      method: 'POST',
      path,
      summary: `Create a ${kind} resource policy; a limit that is left out is no limit`,
      permission: 'policy.create',
      input: z.strictObject({ name: PolicyName, ...changes }),
      output: policy,
      errors: ['policy_name_taken'],
    }),
    update: endpoint({
      method: 'PATCH',
      path: `${path}/:name`,
      summary: `Change limits of a ${kind} resource policy; those that are left out stay`,
      permission: 'policy.update',
      input: z.strictObject({ name: PolicyName, ...changes }),
      output: policy,
      errors: ['policy_not_found'],
    }),
    preview: endpoint({
      method: 'POST',
      path: `${path}/:name/preview`,
      summary: `Say whom a change of a ${kind} resource policy would touch, without making it`,
      permission: 'policy.update',
      changesNothing: true,
      input: z.strictObject({ name: PolicyName, ...changes }),
      output: PolicyImpact,
      errors: ['policy_not_found'],
    }),
    ...importEndpoints(kind, path),
    remove: endpoint({
      method: 'DELETE',
      path: `${path}/:name`,
      summary: `Delete a ${kind} resource policy that nobody follows, or whose followers get another one`,
      permission: 'policy.delete',
      input: z.strictObject({ name: PolicyName, reassignTo: PolicyName.optional() }),
      output: z.object({ reassigned: z.int() }),
      errors: ['policy_not_found', 'policy_in_use'],
    }),
  }
}

export const keypairPolicyApi = policyEndpoints('keypair', keypairLimits, KeypairPolicy)
export const userPolicyApi = policyEndpoints('user', userLimits, UserPolicy)
export const projectPolicyApi = policyEndpoints('project', projectLimits, ProjectPolicy)
