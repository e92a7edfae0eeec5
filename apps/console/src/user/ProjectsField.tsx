import { projectApi } from '@capstan/contract/project'
import { MultiSelect } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { query } from '../api/call.ts'
import { usePageWords } from '../words/page-words.ts'

interface Named {
  readonly id: string
  readonly name: string
}

/** Projects of one domain, found as one types: there may be very many. Those that were chosen keep their names. */
export function ProjectsField({
  domainName,
  current,
  value,
  description,
  error,
  onChange,
}: {
  domainName: string
  /** Those that they are in now. */
  current: readonly Named[]
  value: readonly string[]
  description: string
  error: ReactNode
  onChange: (ids: string[]) => void
}) {
  const { w } = usePageWords()
  const [text, setText] = useState('')
  const [name] = useDebouncedValue(text, 200)
  const found = useQuery({
    ...query(projectApi.list, {
      type: ['general'],
      isActive: true,
      domainName,
      limit: 50,
      ...(name !== '' && { name }),
    }),
    placeholderData: keepPreviousData,
  })
  const [known, setKnown] = useState(current)
  // The list's filter finds a part of a domain's name too.
  const inDomain = found.data?.items.filter(project => project.domainName === domainName) ?? []
  const names = new Map([...known, ...inDomain].map(project => [project.id, project.name]))
  return (
    <MultiSelect
      label={w.user.projects}
      description={description}
      searchable
      hidePickedOptions
      nothingFoundMessage={w.table.noMatch}
      onSearchChange={setText}
      data={[...names].map(([id, label]) => ({ value: id, label }))}
      value={[...value]}
      error={error}
      onChange={chosen => {
        setKnown(chosen.map(id => ({ id, name: names.get(id) ?? id })))
        onChange(chosen)
      }}
    />
  )
}
