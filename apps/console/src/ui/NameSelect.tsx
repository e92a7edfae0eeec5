import type { Endpoint } from '@capstan/contract/endpoint'
import { Select } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import type * as z from 'zod'
import { query } from '../api/call.ts'
import { useWords } from '../words/words.tsx'

interface Input {
  readonly name?: string | undefined
  readonly limit?: number | undefined
  readonly isActive?: boolean | string | undefined
  readonly reach?: 'usable' | 'all' | undefined
}

interface Props {
  readonly label: string
  readonly description?: string
  readonly list: Endpoint<z.ZodType<unknown, Input>, z.ZodType<{ items: { name: string }[] }>>
  /** Asked of the list beside what was typed. */
  readonly among?: Input
  readonly value: string
  readonly error?: ReactNode
  readonly onChange: (name: string) => void
}

/** One thing of a list by its name; found as one types, since there may be very many. */
export function NameSelect({ list, among, value, onChange, ...field }: Props) {
  const { w } = useWords()
  const [text, setText] = useState('')
  const [typed] = useDebouncedValue(text, 200)
  // What is chosen stands in the field too: that is no search.
  const name = typed === value ? '' : typed
  const found = useQuery({
    ...query(list, { ...among, limit: 50, ...(name !== '' && { name }) }),
    placeholderData: keepPreviousData,
  })
  const names = new Set([...(found.data?.items.map(each => each.name) ?? [])])
  if (name === '') names.add(value)
  return (
    <Select
      {...field}
      searchable
      allowDeselect={false}
      nothingFoundMessage={w.table.noMatch}
      data={[...names].filter(each => each !== '')}
      value={value || null}
      onSearchChange={setText}
      onChange={chosen => {
        if (chosen !== null) onChange(chosen)
      }}
    />
  )
}
