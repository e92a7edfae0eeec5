import { SegmentedControl } from '@mantine/core'
import { useTableSearch } from './useTableSearch.ts'

export const listStates = ['active', 'inactive', 'all'] as const
export type ListState = (typeof listStates)[number]

/** What a list is asked for to show those of a state. */
export const activityOf = (state: ListState): { isActive?: boolean } =>
  state === 'all' ? {} : { isActive: state === 'active' }

/** Active | Inactive | All above a list; in the URL as `state`, where it is not the active ones. */
export function StateSwitch({
  label,
  words,
}: {
  label: string
  words: Readonly<Record<ListState, string>>
}) {
  const { search, change } = useTableSearch()
  return (
    <SegmentedControl
      size="sm"
      aria-label={label}
      value={String(search['state'] ?? 'active')}
      data={listStates.map(value => ({ value, label: words[value] }))}
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
