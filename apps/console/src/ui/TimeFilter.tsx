import { Button, Group, Stack, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useWords } from '../words/words.tsx'
import { spanOf } from './table-search.ts'

interface Props {
  readonly value: string
  readonly onChange: (value: string) => void
}

/** What a field for a time takes: `2026-01-02T03:04`, on this computer's clock. */
function toLocal(time: string | undefined): string {
  if (time === undefined) return ''
  const date = new Date(time)
  const shifted = new Date(date.getTime() - date.getTimezoneOffset() * 60_000)
  return shifted.toISOString().slice(0, 16)
}

const toTime = (local: string): string => (local === '' ? '' : new Date(local).toISOString())

/** From a time to another; either may be left open. */
export function TimeFilter({ value, onChange }: Props) {
  const { w } = useWords()
  const span = spanOf(value)
  const [since, setSince] = useState(toLocal(span.since))
  const [until, setUntil] = useState(toLocal(span.until))
  return (
    <form
      onSubmit={event => {
        event.preventDefault()
        onChange(since === '' && until === '' ? '' : `${toTime(since)}/${toTime(until)}`)
      }}
    >
      <Stack gap="xs">
        <TextInput
          data-autofocus
          type="datetime-local"
          label={w.table.since}
          value={since}
          onChange={event => {
            setSince(event.currentTarget.value)
          }}
        />
        <TextInput
          type="datetime-local"
          label={w.table.until}
          value={until}
          onChange={event => {
            setUntil(event.currentTarget.value)
          }}
        />
        <Group gap="xs" justify="flex-end">
          {value && (
            <Button
              size="xs"
              variant="default"
              onClick={() => {
                onChange('')
              }}
            >
              {w.table.clear}
            </Button>
          )}
          <Button size="xs" type="submit">
            {w.table.apply}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
