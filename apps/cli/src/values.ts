import { readBytes, readSeconds, unlimited } from '@capstan/contract/amount-text'
import { type AllowedVolumes, volumePermissions } from '@capstan/contract/allowed-volumes'
import type { Slots } from '@capstan/contract/slots'
import { InvalidArgumentError } from 'commander'

/** Bytes of `512m`, `1.5g`, `2GiB`: binary units, any case. */
export function parseBytes(text: string): number {
  const bytes = readBytes(text)
  if (bytes === undefined)
    throw new InvalidArgumentError('An amount of memory looks like 512m, 1.5g or 2GiB.')
  return bytes
}

/** Seconds of `90`, `15m`, `1h30m`, `7d`. */
export function parseSeconds(text: string): number {
  const seconds = readSeconds(text)
  if (seconds === undefined)
    throw new InvalidArgumentError('A time looks like 90 (seconds), 15m, 1h30m or 7d.')
  return seconds
}

/** A number that is not negative, with decimals. */
export function parseAmount(text: string): number {
  const amount = Number(text)
  if (text.trim() === '' || !Number.isFinite(amount) || amount < 0)
    throw new InvalidArgumentError('This is a number, 0 or more.')
  return amount
}

export function parseWhole(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('This is a whole number, 0 or more.')
  return Number(text)
}

/** Splits `a,b`, and adds to what came before. An empty text is an empty list. */
export const gatherWords = (text: string, before: readonly string[] = []): string[] => [
  ...before,
  ...text.split(',').filter(Boolean),
]

/** The same of words that are among the choices. */
export const gatherChoices =
  (choices: readonly string[]) =>
  (text: string, before?: readonly string[]): string[] => {
    const words = gatherWords(text, before)
    if (words.some(word => !choices.includes(word)))
      throw new InvalidArgumentError(`Allowed choices are ${choices.join(', ')}.`)
    return words
  }

/** Gathers `SLOT=AMOUNT` options, also several in one: `cpu=8,mem=64GiB`. */
export function gatherSlots(text: string, before: Slots = {}): Slots {
  const pairs = text.split(',').map(pair => {
    const [slot, amount, ...more] = pair.split('=')
    if (!slot || amount === undefined || more.length > 0)
      throw new InvalidArgumentError('A slot is NAME=AMOUNT, like cuda.shares=0.5 or mem=64GiB.')
    return [slot, slot === 'mem' ? parseBytes(amount) : parseAmount(amount)] as const
  })
  return { ...before, ...Object.fromEntries(pairs) }
}

/** Limits by slot: as `gatherSlots`, or that there are none. A slot that is not named has no limit. */
export function gatherSlotLimits(text: string, before: Slots = {}): Slots {
  if (text === unlimited) return before
  const pairs = text.split(',').filter(pair => !pair.endsWith(`=${unlimited}`))
  return pairs.length === 0 ? before : gatherSlots(pairs.join(','), before)
}

/** Gathers `VOLUME=PERMISSION+PERMISSION` or `VOLUME=all`, several by commas. An empty text is no volume. */
export function gatherVolumes(text: string, before: AllowedVolumes = {}): AllowedVolumes {
  const volumes = gatherWords(text).map(pair => {
    const [name, allowed, ...more] = pair.split('=')
    const given = allowed === 'all' ? volumePermissions : (allowed ?? '').split('+').filter(Boolean)
    const known = volumePermissions.filter(permission => given.includes(permission))
    if (!name || allowed === undefined || more.length > 0 || known.length < new Set(given).size)
      throw new InvalidArgumentError(
        `A volume is NAME=all or NAME=PERMISSION+PERMISSION; these are ${volumePermissions.join(', ')}.`,
      )
    return [name, known] as const
  })
  return { ...before, ...Object.fromEntries(volumes) }
}
