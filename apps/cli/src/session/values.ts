import { InvalidArgumentError } from 'commander'

const unitBytes: Readonly<Record<string, number>> = {
  '': 1,
  k: 1024,
  m: 1024 ** 2,
  g: 1024 ** 3,
  t: 1024 ** 4,
}

/** Bytes of `512m`, `1.5g`, `2GiB`: binary units, any case. */
export function parseBytes(text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?$/i.exec(text) ?? []
  if (amount === undefined || unit === undefined)
    throw new InvalidArgumentError('An amount of memory looks like 512m, 1.5g or 2GiB.')
  return Math.round(Number(amount) * unitBytes[unit.toLowerCase()]!)
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

/** Gathers `NAME=VALUE` options. `NAME` alone takes the value of this shell. */
export function gatherVariable(
  text: string,
  before: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const at = text.indexOf('=')
  const name = at < 0 ? text : text.slice(0, at)
  const value = at < 0 ? process.env[name] : text.slice(at + 1)
  if (name === '' || value === undefined)
    throw new InvalidArgumentError('A variable is NAME=VALUE, or the name of one that is set here.')
  return { ...before, [name]: value }
}

/** Gathers `SLOT=AMOUNT` options. */
export function gatherSlot(
  text: string,
  before: Readonly<Record<string, number>> = {},
): Record<string, number> {
  const [slot, amount, ...more] = text.split('=')
  if (!slot || amount === undefined || more.length > 0)
    throw new InvalidArgumentError('A slot is NAME=AMOUNT, like cuda.shares=0.5.')
  return { ...before, [slot]: parseAmount(amount) }
}

/** Words as one line of shell. A single one is a line already. */
export function shellLine(words: readonly string[]): string {
  if (words.length === 1) return words[0]!
  return words
    .map(word =>
      /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`,
    )
    .join(' ')
}
