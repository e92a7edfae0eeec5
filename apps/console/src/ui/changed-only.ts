/** What differs from before: who saves a form changes nothing that somebody else changed meanwhile, but what they touched. */
export const changedOnly = <T extends object>(values: T, before: object): Partial<T> => {
  const known: Readonly<Record<string, unknown>> = { ...before }
  const changed = Object.entries(values).filter(([name, value]) => !isSame(value, known[name]))
  // Holds only fields of T.
  return Object.fromEntries(changed) as Partial<T>
}

/** No number (an empty field) is not no limit (null), which JSON writes alike. */
const isSame = (one: unknown, other: unknown): boolean =>
  typeof one === 'object' && one !== null
    ? JSON.stringify(one) === JSON.stringify(other)
    : Object.is(one, other)
