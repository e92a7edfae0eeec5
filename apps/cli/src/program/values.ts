import { resolve } from 'node:path'
import { InvalidArgumentError } from 'commander'

/** A port as an option gives it. */
export function parsePort(text: string): number {
  const port = Number(text)
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new InvalidArgumentError('A port is a number from 0 to 65535.')
  return port
}

/** A time that something is kept, in days. */
export function parseDays(text: string): number {
  const days = Number(text)
  if (!Number.isInteger(days) || days < 1 || days > 36_500)
    throw new InvalidArgumentError('Days are a number from 1 to 36500.')
  return days
}

/** `NAME=PATH` of each volume. */
export function parseVolumes(texts: readonly string[]): { name: string; path: string }[] {
  return texts.map(text => {
    const at = text.indexOf('=')
    if (at < 1 || at === text.length - 1)
      throw new InvalidArgumentError(`A volume is NAME=PATH, not ${text}.`)
    return { name: text.slice(0, at), path: resolve(text.slice(at + 1)) }
  })
}
