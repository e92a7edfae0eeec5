import { Button, Group, Stack, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useWords } from '../words/words.tsx'
import { toLocal, toTime } from './local-time.ts'
import { spanOf } from './table-search.ts'

interface Props {
  readonly value: string
  readonly onChange: (value: string) => void
}

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
