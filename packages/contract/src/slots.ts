import * as z from 'zod'

/** `cpu`, `mem`, or an accelerator kind with `.device` (whole) or `.shares` (fractions of one device). */
export const slotNamePattern = /^(cpu|mem|[a-z][a-z0-9-]{0,20}\.(device|shares))$/

export const SlotName = z.string().regex(slotNamePattern, 'not a resource slot')

/**
 * Amounts per slot in the units of people: `cpu` in cores, `mem` in bytes, `*.device` a count, `*.shares` in devices.
 * At most three decimals count (cpu, shares); inside the system amounts are integers (core/slots.ts).
 */
export const Slots = z.record(
  SlotName,
  z
    .number()
    .min(0)
    .max(2 ** 50),
)
export type Slots = z.infer<typeof Slots>
