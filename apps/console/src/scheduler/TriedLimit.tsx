import { type ComponentProps, useState } from 'react'
import type * as z from 'zod'
import { issueText } from '../ui/issue-words.ts'
import { LimitField, type LimitValue } from '../ui/LimitField.tsx'
import { usePageWords } from '../words/page-words.ts'

/**
 * A limit to try out. What is typed is tried out once `schema` takes it; until then the field says what is wrong, and what was
 * tried out before stays. `given` is what the field begins with.
 */
export function TriedLimit({
  schema,
  given,
  toLimit = Number,
  onChange,
  ...field
}: {
  schema: z.ZodType<number | null>
  given: number | null
  /** The limit that a number in the field stands for, where it has another unit. */
  toLimit?: (typed: number) => number
  onChange: (limit: number | null) => void
} & Omit<ComponentProps<typeof LimitField>, 'value' | 'error' | 'onChange' | 'onBlur'>) {
  const { w, f } = usePageWords()
  const [typed, setTyped] = useState<LimitValue>(given)
  const limitOf = (value: LimitValue): number | null =>
    value === null ? null : toLimit(value === '' ? Number.NaN : Number(value))
  const [issue] = schema.safeParse(limitOf(typed)).error?.issues ?? []
  return (
    <LimitField
      {...field}
      value={typed}
      error={issue && issueText(issue, w, f)}
      onChange={value => {
        setTyped(value)
        const limit = limitOf(value)
        if (schema.safeParse(limit).success) onChange(limit)
      }}
    />
  )
}
