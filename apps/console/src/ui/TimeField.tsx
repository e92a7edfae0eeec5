import { TextInput } from '@mantine/core'
import { type ReactNode, useState } from 'react'
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
  // What stands there while a date is typed digit by digit: the time that it means would be written another way.
  const [typed, setTyped] = useState('')
  return (
    <TextInput
      type="datetime-local"
      label={label}
      description={help}
      value={toTime(typed) === value ? typed : toLocal(value)}
      error={error}
      onChange={event => {
        setTyped(event.currentTarget.value)
        onChange(toTime(event.currentTarget.value))
      }}
      {...(onBlur && { onBlur })}
    />
  )
}
