import type { AllowedVolumes } from '@capstan/contract/allowed-volumes'
import type { Slots } from '@capstan/contract/slots'
import { changedOnly } from '../ui/changed-only.ts'
import type { LimitValue } from '../ui/LimitField.tsx'
import {
  formUnit,
  limitedSlots,
  type NumberLimit,
  type Policy,
  type PolicyKind,
} from './policy.kinds.ts'

type SlotFields = Record<string, LimitValue>

/** What stands in the fields of the form of a policy. Dots of slot names are dashes here: in a form a dot leads into an object. */
export type PolicyFormValues = {
  name: string
  numbers: Record<string, LimitValue>
  maxResources: SlotFields
  maxPendingResources: SlotFields
  allowedVolumes: AllowedVolumes
}

const slotLimits = ['maxResources', 'maxPendingResources'] as const

export const fieldOfSlot = (slot: string): string => slot.replace('.', '_')

const gib = 2 ** 30
const unitOf = ({ unit }: NumberLimit): number => (unit === 'bytes' ? gib : 1)

/** The fields for a policy, or for one that is not there yet: without any limit. */
export function toFields(kind: PolicyKind, policy: Policy | undefined): PolicyFormValues {
  const slots = (name: (typeof slotLimits)[number]): SlotFields => {
    const given = (policy?.[name] ?? {}) as Slots
    return Object.fromEntries(
      limitedSlots.map(slot => {
        const limit = given[slot]
        return [fieldOfSlot(slot), limit === undefined ? null : limit / formUnit(slot)]
      }),
    )
  }
  return {
    name: policy?.name ?? '',
    numbers: Object.fromEntries(
      kind.numbers.map(limit => {
        const value = (policy?.[limit.name] ?? null) as number | null
        return [limit.name, value === null ? null : value / unitOf(limit)]
      }),
    ),
    maxResources: slots('maxResources'),
    maxPendingResources: slots('maxPendingResources'),
    allowedVolumes: (policy?.['allowedVolumes'] ?? {}) as AllowedVolumes,
  }
}

/** An empty field is no number, which the schema then says. */
const toNumber = (value: LimitValue, unit: number): number | null => {
  if (value === null) return null
  return value === '' ? Number.NaN : Math.round(Number(value) * unit * 1000) / 1000
}

/** The request that stands for the fields: all of them for a new policy, those that were changed for one that is there. */
export function toRequest(
  kind: PolicyKind,
  values: PolicyFormValues,
  policy: Policy | undefined,
): Record<string, unknown> {
  const whole = wholeRequest(kind, values, policy)
  if (!policy) return whole
  const before = wholeRequest(kind, toFields(kind, policy), policy)
  return { name: policy.name, ...changedOnly(whole, before) }
}

/** Limits on slots that the form does not offer stay as they were. */
function wholeRequest(
  kind: PolicyKind,
  values: PolicyFormValues,
  policy: Policy | undefined,
): Record<string, unknown> {
  const numbers = kind.numbers.map(limit => {
    const value = toNumber(values.numbers[limit.name] ?? null, unitOf(limit))
    return [limit.name, value !== null && limit.unit === 'bytes' ? Math.round(value) : value]
  })
  const slots = (name: (typeof slotLimits)[number]): Slots => {
    const others = Object.entries((policy?.[name] ?? {}) as Slots).filter(
      ([slot]) => !limitedSlots.some(each => each === slot),
    )
    const own = limitedSlots.flatMap(slot => {
      const value = toNumber(values[name][fieldOfSlot(slot)] ?? null, formUnit(slot))
      return value === null ? [] : [[slot, value] as const]
    })
    return Object.fromEntries([...others, ...own])
  }
  return {
    name: values.name,
    ...Object.fromEntries(numbers),
    ...(kind.hasResources && {
      maxResources: slots('maxResources'),
      maxPendingResources: slots('maxPendingResources'),
      allowedVolumes: values.allowedVolumes,
    }),
  }
}

/** The field that a path of the request is shown at. */
export function fieldOf(path: string): string {
  const [first = '', ...rest] = path.split('.')
  if (slotLimits.some(name => name === first)) return `${first}.${rest.join('_')}`
  return first === 'name' || first === 'allowedVolumes' ? first : `numbers.${first}`
}
