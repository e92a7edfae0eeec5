import { toAmounts } from '../slots.ts'
import type { Slots } from '@capstan/contract/slots'
import type { FieldChange } from './change.ts'

/**
 * Those of these fields that are declared, and not so already; all that are declared where there is nothing yet. The order of
 * names in a list means nothing.
 */
export const changedFields = (
  names: readonly string[],
  declared: object,
  actual: object | undefined,
): FieldChange[] =>
  names.flatMap(name => {
    const before = fieldOf(actual, name)
    const after = fieldOf(declared, name)
    if (after === undefined || (actual && isSame(name, before, after))) return []
    return [{ name, before, after }]
  })

/** Things are looked into by the names of their schema. */
const fieldOf = (item: object | undefined, name: string): unknown =>
  (item as Readonly<Record<string, unknown>> | undefined)?.[name]

const isSame = (name: string, before: unknown, after: unknown): boolean =>
  canonical(name, before) === canonical(name, after)

/** Equal texts stand for what is the same once it was stored: amounts keep three decimals. */
const canonical = (name: string, value: unknown): string =>
  // Fields of this name hold slots in every schema.
  JSON.stringify(sorted(name.endsWith('Resources') ? toAmounts(value as Slots) : value)) ?? ''

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return [...new Set(value.map(String))].sort()
  if (typeof value !== 'object' || value === null) return value
  return Object.entries(value)
    .map(([name, each]) => [name, sorted(each)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
}
