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

/** Those of the fields that the shape takes: where one was mangled, the others stand. */
function soundPart(shape: z.core.$ZodShape, given: unknown): object {
  if (typeof given !== 'object' || given === null) return {}
  return Object.fromEntries(
    Object.entries(given).filter(([name, value]) => {
      const schema = Object.hasOwn(shape, name) ? shape[name] : undefined
      return schema !== undefined && z.safeParse(schema, value).success
    }),
  )
}

/** What is understood of the settings in an address. */
export const triedSettings = (given: unknown): TriedSettings =>
  TriedSettings.parse(soundPart(TriedSettings.shape, given))

/** Limits of a keypair policy that are tried out; they stand beside the settings. */
const TriedPolicy = KeypairPolicy.pick({ maxResources: true, maxConcurrentCount: true })
  .partial()
  .extend({ name: z.string() })
export type TriedPolicy = z.infer<typeof TriedPolicy>

/** What is understood of the policy in an address; none without its name. */
export function triedPolicy(given: unknown): TriedPolicy | undefined {
  const { policy } = z.object({ policy: z.unknown() }).catch({ policy: undefined }).parse(given)
  return TriedPolicy.safeParse(soundPart(TriedPolicy.shape, policy)).data
}

/** What was tried out in place of what there is. */
export const withTried = <T extends object>(
  values: T,
  tried: TriedSettings,
): T & TriedSettings => ({
  ...values,
  ...tried,
})
