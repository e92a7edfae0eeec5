import { MultiSelect } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { usePageWords } from '../words/page-words.ts'

interface Option {
  readonly value: string
  readonly label: string
}

/** Several things out of very many, found as one types. Those that were chosen keep their names. */
export function FoundField({
  label,
  description,
  find,
  current,
  value,
  error,
  onChange,
}: {
  label: string
  description?: string
  /** The query for those that what was typed fits. */
  find: (text: string) => {
    readonly queryKey: readonly unknown[]
    readonly queryFn: (context: { signal: AbortSignal }) => Promise<readonly Option[]>
  }
  /** Those that are chosen when the form opens. */
  current: readonly Option[]
  value: readonly string[]
  error: ReactNode
  onChange: (values: string[]) => void
}) {
  const { w } = usePageWords()
  const [typed, setTyped] = useState('')
  const [text] = useDebouncedValue(typed, 200)
  const found = useQuery({ ...find(text), placeholderData: keepPreviousData })
  const [known, setKnown] = useState(current)
  const labels = new Map([...known, ...(found.data ?? [])].map(each => [each.value, each.label]))
  return (
    <MultiSelect
      label={label}
      description={description}
      searchable
      hidePickedOptions
      nothingFoundMessage={w.table.noMatch}
      onSearchChange={setTyped}
      data={[...labels].map(([id, name]) => ({ value: id, label: name }))}
      value={[...value]}
      error={error}
      onChange={chosen => {
        setKnown(chosen.map(id => ({ value: id, label: labels.get(id) ?? id })))
        onChange(chosen)
      }}
    />
  )
}
