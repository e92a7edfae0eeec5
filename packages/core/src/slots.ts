import type { Slots } from '@capstan/contract/slots'

/**
 * Amounts per slot as integers in the slot's smallest unit: `cpu` in millicores, `mem` in bytes, `*.device` a count,
 * `*.shares` in thousandths of a device. No float is ever compared.
 */
export type Amounts = Readonly<Record<string, number>>

/** Smallest units of a shared device: shares are thousandths. */
export const wholeDevice = 1000

export const isShared = (slot: string): boolean => slot.endsWith('.shares')

/** How many smallest units make one unit of the wire. */
export const unitsPer = (slot: string): number =>
  slot === 'cpu' ? 1000 : isShared(slot) ? wholeDevice : 1

/** Wire amounts (cores, bytes, devices) to integers; more than three decimals are rounded up, so that nobody gets less than asked. */
export const toAmounts = (slots: Slots): Amounts =>
  mapAmounts(slots, (value, slot) => ceiling(value * unitsPer(slot)))

/** Integers to wire amounts. */
export const toSlots = (amounts: Amounts): Slots =>
  mapAmounts(amounts, (value, slot) => value / unitsPer(slot))

/** What so many take together that take this each. */
export const times = (amounts: Amounts, count: number): Amounts =>
  mapAmounts(amounts, value => value * count)

/** Slots of `request` that `capacity` does not cover, with both figures. Empty: it fits. */
export const shortfalls = (
  request: Amounts,
  capacity: Amounts,
): { slot: string; needed: number; available: number }[] =>
  Object.entries(request)
    .filter(([slot, needed]) => needed > (capacity[slot] ?? 0))
    .map(([slot, needed]) => ({ slot, needed, available: capacity[slot] ?? 0 }))

/** An amount for people: `1.5 cores`, `2 GiB`, `1 GPU`, `0.5 GPU shares`. */
export function describeAmount(slot: string, amount: number): string {
  if (slot === 'mem') return describeBytes(amount)
  const value = amount / unitsPer(slot)
  const noun = slot === 'cpu' ? 'core' : nounOf(slot)
  return `${value} ${noun}${value === 1 ? '' : 's'}`
}

/** What people call a slot: `CPU`, `memory`, `GPUs`, `GPU shares`. */
export function describeSlot(slot: string): string {
  if (slot === 'cpu') return 'CPU'
  return slot === 'mem' ? 'memory' : `${nounOf(slot)}s`
}

/** One of an accelerator, or of its shares: `cuda.device` → `GPU`. */
function nounOf(slot: string): string {
  const kind = slot.split('.')[0] ?? slot
  if (isShared(slot)) return kind === 'cuda' ? 'GPU share' : `${kind} share`
  return kind === 'cuda' ? 'GPU' : `${kind} device`
}

const byteUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']

/** Bytes in the largest binary unit that leaves at most two decimals: `512 MiB`, `1.5 GiB`. */
export function describeBytes(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < byteUnits.length - 1) {
    value /= 1024
    unit++
  }
  return `${Number(value.toFixed(2))} ${byteUnits[unit]!}`
}

/** Rounds up, except where only the error of binary fractions stands above the integer. */
function ceiling(value: number): number {
  const nearest = Math.round(value)
  return Math.abs(value - nearest) <= Math.max(1e-6, nearest * 1e-12) ? nearest : Math.ceil(value)
}

function mapAmounts(
  amounts: Readonly<Record<string, number>>,
  change: (value: number, slot: string) => number,
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(amounts).map(([slot, value]) => [slot, change(value, slot)]),
  )
}
