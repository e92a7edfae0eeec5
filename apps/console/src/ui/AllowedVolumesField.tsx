import { type AllowedVolumes, volumePermissions } from '@capstan/contract/allowed-volumes'
import { storageApi } from '@capstan/contract/storage'
import { MultiSelect, Skeleton, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { query } from '../api/call.ts'
import { usePageWords } from '../words/page-words.ts'

/** Which volumes may be used, and what may be done in each (POL-05). Those that are not connected now are kept. */
export function AllowedVolumesField({
  value,
  onChange,
}: {
  value: AllowedVolumes
  onChange: (value: AllowedVolumes) => void
}) {
  const { w } = usePageWords()
  const storages = useQuery(query(storageApi.list, {}))
  const known = storages.data?.items.map(({ name }) => name) ?? []
  const names = [...new Set([...known, ...Object.keys(value)])].sort()
  if (storages.isPending && names.length === 0) return <Skeleton h={60} />
  if (names.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {w.policy.noVolumes}
      </Text>
    )
  return (
    <Stack gap="sm">
      <MultiSelect
        label={w.policy.allowedVolumes}
        description={w.policy.allowedVolumesHelp}
        data={names}
        value={Object.keys(value)}
        onChange={chosen => {
          onChange(
            Object.fromEntries(chosen.map(name => [name, value[name] ?? [...volumePermissions]])),
          )
        }}
      />
      {Object.entries(value).map(([name, permissions]) => (
        <MultiSelect
          key={name}
          label={w.policy.permissionsIn(name)}
          data={volumePermissions.map(each => ({ value: each, label: w.policy.permission[each] }))}
          value={permissions}
          onChange={chosen => {
            onChange({
              ...value,
              [name]: volumePermissions.filter(each => chosen.includes(each)),
            })
          }}
        />
      ))}
    </Stack>
  )
}
