import { groupApi } from '@capstan/contract/group'
import { MultiSelect } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { query } from '../api/call.ts'
import { usePageWords } from '../words/page-words.ts'

/** Resource groups that are not public, and may be used all the same. */
export function AllowedGroupsField({
  value,
  onChange,
}: {
  value: readonly string[]
  onChange: (value: string[]) => void
}) {
  const { w } = usePageWords()
  const groups = useQuery(query(groupApi.list, {})).data?.items ?? []
  const names = [...new Set([...groups.map(({ name }) => name), ...value])].sort()
  return (
    <MultiSelect
      label={w.project.groups}
      description={w.project.groupsHelp}
      searchable
      data={names}
      value={[...value]}
      onChange={onChange}
    />
  )
}
