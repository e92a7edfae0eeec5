import { TextInput } from '@mantine/core'
import type { ReactNode } from 'react'
import { toLocal, toTime } from './local-time.ts'

/** A time to come, on this computer's clock; `value` in the form of the wire, empty where there is none. */
export function TimeField({
  label,
  help,
  value,
  error,
  onChange,
  onBlur,
}: {
  label: string
  help: string
  value: string
  error?: ReactNode
  onChange: (value: string) => void
  onBlur?: () => void
}) {
  return (
    <TextInput
      type="datetime-local"
      label={label}
      description={help}
      value={toLocal(value)}
      error={error}
      onChange={event => {
        onChange(toTime(event.currentTarget.value))
      }}
      {...(onBlur && { onBlur })}
    />
  )
}
