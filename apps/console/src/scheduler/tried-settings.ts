import { groupSettings } from '@capstan/contract/group'
import { KeypairPolicy } from '@capstan/contract/policy'
import * as z from 'zod'

/** Settings of a group that can be tried out against those who wait (PLS-01), as they stand in an address. */
const TriedSettings = z
  .object({
    ...groupSettings,
    weights: z.array(
      z.object({ userId: z.uuid(), userEmail: z.string(), weight: z.number().min(0.01).max(1000) }),
    ),
  })
  .omit({ allowedSessionTypes: true, creationRetries: true })
  .partial()
export type TriedSettings = z.infer<typeof TriedSettings>

/** What is understood of the settings in an address; none where they were mangled. */
export const triedSettings = (given: unknown): TriedSettings =>
  TriedSettings.safeParse(given ?? {}).data ?? {}

/** Limits of a keypair policy that are tried out; they stand beside the settings. */
const TriedPolicy = KeypairPolicy.pick({ maxResources: true, maxConcurrentCount: true })
  .partial()
  .extend({ name: z.string() })
export type TriedPolicy = z.infer<typeof TriedPolicy>

export const triedPolicy = (given: unknown): TriedPolicy | undefined =>
  z.object({ policy: TriedPolicy }).safeParse(given).data?.policy

/** What was tried out in place of what there is. */
export const withTried = <T extends object>(
  values: T,
  tried: TriedSettings,
): T & TriedSettings => ({
  ...values,
  ...tried,
})
