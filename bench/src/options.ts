/** The number that follows a flag, or the default. Throws on what is not a whole number above zero. */
export function numberOf(args: readonly string[], flag: string, byDefault: number): number {
  const at = args.indexOf(flag)
  if (at < 0) return byDefault
  const value = Number(args[at + 1])
  if (!Number.isInteger(value) || value < 1) throw new Error(`${flag} needs a number above zero`)
  return value
}
