import type { Language } from './format.ts'

type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { readonly other: string }

/** Picks the form of a count by the rules of a language; `#` in it becomes the number. */
export function pluralFor(language: Language): (count: number, forms: Forms) => string {
  const rules = new Intl.PluralRules(language)
  const number = new Intl.NumberFormat(language)
  return (count, forms) =>
    (forms[rules.select(count)] ?? forms.other).replace('#', number.format(count))
}
