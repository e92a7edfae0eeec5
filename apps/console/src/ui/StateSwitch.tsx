import { SegmentedControl } from '@mantine/core'
import { useTableSearch } from './useTableSearch.ts'

/** Active | Inactive above a list; in the URL as `state`. */
export function StateSwitch({
  label,
  active,
  inactive,
}: {
  label: string
  active: string
  inactive: string
}) {
  const { search, change } = useTableSearch()
  return (
    <SegmentedControl
      size="sm"
      aria-label={label}
      value={search['state'] === 'inactive' ? 'inactive' : 'active'}
      data={[
        { value: 'active', label: active },
        { value: 'inactive', label: inactive },
      ]}
      onChange={value => {
        change({
          state: value === 'active' ? undefined : value,
          cursor: undefined,
          page: undefined,
        })
      }}
    />
  )
}
