import { InvalidArgumentError } from 'commander'

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

/** Words as one line of shell. A single one is a line already. */
export function shellLine(words: readonly string[]): string {
  if (words.length === 1) return words[0]!
  return words
    .map(word =>
      /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`,
    )
    .join(' ')
}
