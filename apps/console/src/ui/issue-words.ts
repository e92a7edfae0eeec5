import type * as z from 'zod'
import type { Words } from '../words/en.ts'
import type { Format } from '../words/format.ts'

/** What is wrong with a field, for people: the schema's own words where it has some, ours for the general cases. */
export function issueText(issue: z.core.$ZodIssue, w: Words, f: Format): string {
  if (issue.code === 'invalid_type')
    return issue.expected === 'number' || issue.expected === 'int'
      ? w.form.notNumber
      : w.form.needed
  if (issue.code === 'too_small') return tooSmall(issue, w, f)
  if (issue.code === 'too_big')
    return issue.origin === 'string'
      ? w.form.tooLong(Number(issue.maximum))
      : w.form.atMost(f.number(Number(issue.maximum)))
  return issue.message
}

function tooSmall(issue: z.core.$ZodIssueTooSmall, w: Words, f: Format): string {
  const least = Number(issue.minimum)
  if (issue.origin !== 'string') return w.form.atLeast(f.number(least))
  return least === 1 ? w.form.needed : w.form.tooShort(least)
}
