/** The value after a flag, as in `--seeds 5`. */
export function valueOf(flags: readonly string[], name: string): string | undefined {
  const at = flags.indexOf(`--${name}`)
  return at === -1 ? undefined : flags[at + 1]
}

/** A whole number of at least 1 after a flag. Throws where it is something else. */
export function countOf(flags: readonly string[], name: string, otherwise: number): number {
  const value = Number(valueOf(flags, name) ?? otherwise)
  if (!Number.isInteger(value) || value < 1)
    throw new Error(`--${name} takes a whole number, at least 1`)
  return value
}
