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
  none,
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
  /** What no number stands for, by default that there is no limit; null where there has to be a number. */
  none?: string | null | undefined
  /** One leaves the field: it is to be checked. */
  onBlur?: () => void
}) {
  const { w } = usePageWords()
  const noneText = none === undefined ? w.policy.unlimited : none
  const about = [most !== undefined && w.common.max(most), help].filter(Boolean).join(' · ')
  return (
    <div className="limit">
      <NumberInput
        label={label}
        description={about}
        value={value ?? ''}
        disabled={value === null}
        placeholder={value === null && none === undefined ? '∞' : ''}
        min={0}
        clampBehavior="none"
        decimalScale={decimals}
        {...(suffix !== undefined && { suffix: ` ${suffix}` })}
        error={error}
        {...(onBlur && { onBlur })}
        onChange={onChange}
      />
      {noneText !== null && (
        <Checkbox
          label={noneText}
          aria-label={`${label}: ${noneText}`}
          checked={value === null}
          onChange={event => {
            onChange(event.currentTarget.checked ? null : '')
          }}
        />
      )}
    </div>
  )
}
