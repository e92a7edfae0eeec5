import { slotNamePattern } from '@capstan/contract/slots'
import { describeAmount, describeSlot, unitsPer } from './slots.ts'

const binary: Readonly<Record<string, number>> = {
  '': 1,
  k: 2 ** 10,
  m: 2 ** 20,
  g: 2 ** 30,
  t: 2 ** 40,
}

/**
 * An amount as labels write it, in the slot's smallest unit: `1`, `0.5`, `512m`, `1g`, `1GiB`. Memory takes binary units in any
 * case, a bare number of it is bytes; other slots take none. Undefined when it is not an amount.
 */
export function parseAmount(slot: string, text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?$/i.exec(text.trim())
  if (!match) return undefined
  const unit = match[2]!.toLowerCase()
  const value = Number(match[1])
  if (slot === 'mem') return Math.round(value * binary[unit]!)
  return unit === '' ? Math.round(value * unitsPer(slot)) : undefined
}

/** Adds a label's amount of a slot; what is no slot or no amount becomes a warning. Zero says nothing. */
export function addIfAny(
  amounts: Record<string, number>,
  slot: string,
  text: string,
  warnings: string[],
): void {
  const amount = slotNamePattern.test(slot) ? parseAmount(slot, text) : undefined
  if (amount === undefined) warnings.push(`resource limit ${slot}=${text} is not understood`)
  else if (amount > 0) amounts[slot] = amount
}

/** In plain words, for the answer and the form. */
export const describeRaise = ({
  slot,
  from,
  to,
}: {
  slot: string
  from: number
  to: number
}): string =>
  `${describeSlot(slot)} raised from ${describeAmount(slot, from)} to ${describeAmount(slot, to)}, the least that the image needs`
