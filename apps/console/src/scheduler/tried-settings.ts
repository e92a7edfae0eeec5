import { groupSettings } from '@capstan/contract/group'
import * as z from 'zod'

/** Settings of a group that can be tried out against those who wait (PLS-01), as they stand in an address. */
const TriedSettings = z
  .object(groupSettings)
  .pick({
    scheduler: true,
    selector: true,
    retriesToSkip: true,
    reserveAfterS: true,
    enforcesSpreading: true,
    isPreemptionEnabled: true,
  })
  .partial()
export type TriedSettings = z.infer<typeof TriedSettings>

/** What is understood of the settings in an address; none where they were mangled. */
export const triedSettings = (given: unknown): TriedSettings =>
  TriedSettings.safeParse(given ?? {}).data ?? {}

/** What was tried out in place of what there is. */
export const withTried = <T extends object>(
  values: T,
  tried: TriedSettings,
): T & TriedSettings => ({
  ...values,
  ...tried,
})
