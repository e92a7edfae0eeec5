import type { Slots } from '@capstan/contract/slots'
import { type Format, orderedSlots } from '../words/format.ts'
import type { Words } from '../words/en.ts'

/** What people call a slot: CPU, Memory, GPU. */
export function slotName(slot: string, w: Words): string {
  if (slot === 'cpu') return w.slot.cpu
  if (slot === 'mem') return w.slot.mem
  const [kind = slot, unit] = slot.split('.')
  return unit === 'shares' ? w.slot.shares(kind) : w.slot.device(kind)
}

/** An amount with its unit: `2 cores`, `4 GiB`, `1 GPU`. */
export function slotAmount(slot: string, value: number, w: Words, f: Format): string {
  const amount = f.amount(slot, value)
  if (slot === 'mem') return amount
  if (slot === 'cpu') return `${amount} ${w.slot.cores(value)}`
  return `${amount} ${slotName(slot, w)}`
}

/** What a session takes; of several containers what each does: `(2 cores · 4 GiB) × 4`. */
export function sessionSlotsText(
  { resources, clusterSize }: { readonly resources: Slots; readonly clusterSize: number },
  w: Words,
  f: Format,
): string {
  const each = slotsText(resources, w, f)
  return clusterSize > 1 ? `(${each}) × ${f.number(clusterSize)}` : each
}

/** `2 cores · 4 GiB · 1 GPU`; slots of which nothing is asked are left out. */
export const slotsText = (slots: Slots, w: Words, f: Format): string =>
  orderedSlots(slots)
    .filter(slot => (slots[slot] ?? 0) > 0)
    .map(slot => slotAmount(slot, slots[slot] ?? 0, w, f))
    .join(' · ')
