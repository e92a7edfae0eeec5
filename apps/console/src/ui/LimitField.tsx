import { Checkbox, NumberInput } from '@mantine/core'
import type { ReactNode } from 'react'
import { usePageWords } from '../words/page-words.ts'

/** A limit as it stands in a form: a number, what was typed of one, or null for no limit. */
export type LimitValue = number | string | null

/** A number with its largest value beside it, or no limit at all. */
export function LimitField({
  label,
  value,
  onChange,
  most,
  suffix,
  decimals = 0,
  error,
  help,
  onBlur,
}: {
  label: string
  value: LimitValue
  onChange: (value: LimitValue) => void
  /** In words, with its unit. */
  most?: string | undefined
  suffix?: string | undefined
  decimals?: number
  error?: ReactNode
  help?: string | undefined
  /** One leaves the field: it is to be checked. */
  onBlur?: () => void
}) {
  const { w } = usePageWords()
  const about = [most !== undefined && w.common.max(most), help].filter(Boolean).join(' · ')
  return (
    <div className="limit">
      <NumberInput
        label={label}
        description={about}
        value={value ?? ''}
        disabled={value === null}
        placeholder={value === null ? '∞' : ''}
        min={0}
        clampBehavior="none"
        decimalScale={decimals}
        {...(suffix !== undefined && { suffix: ` ${suffix}` })}
        error={error}
        {...(onBlur && { onBlur })}
        onChange={onChange}
      />
      <Checkbox
        label={w.policy.unlimited}
        aria-label={`${label}: ${w.policy.unlimited}`}
        checked={value === null}
        onChange={event => {
          onChange(event.currentTarget.checked ? null : '')
        }}
      />
    </div>
  )
}
