import { FileName } from '@capstan/contract/export'
import type { Words } from '../words/en.ts'

/** `stem` as the name of a file of this kind; one that ends so already stays. */
export const withExtension = (stem: string, extension: string): string =>
  stem.toLowerCase().endsWith(`.${extension}`) ? stem : `${stem}.${extension}`

/** What is wrong with a name for a file, if anything. */
export function fileNameProblem(name: string, w: Words): string | undefined {
  if (name.startsWith('.')) return w.form.needed
  const result = FileName.safeParse(name)
  return result.error?.issues[0]?.message
}
