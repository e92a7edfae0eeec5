import { readReason } from '@capstan/core/reason'
import type { Format } from './format.ts'

/** Why something is as it is, with times as the reader's language and place have them. */
export const reasonText = (
  reason: { readonly message: string } | null | undefined,
  f: Format,
): string | undefined => (reason ? readReason(reason, f.dateTime) : undefined)
