import { SegmentedControl } from '@mantine/core'
import { useTableSearch } from './useTableSearch.ts'

/** Live | Ended above a list; in the URL as `state`, where it is not the live ones, whose columns are others. */
export function LiveSwitch({
  label,
  words,
}: {
  label: string
  words: { readonly live: string; readonly ended: string }
}) {
  const { search, change } = useTableSearch()
  return (
    <SegmentedControl
      size="sm"
      aria-label={label}
      value={String(search['state'] ?? 'live')}
      data={(['live', 'ended'] as const).map(value => ({ value, label: words[value] }))}
      onChange={value => {
        change({
          state: value === 'live' ? undefined : value,
          status: undefined,
          sort: undefined,
          cursor: undefined,
          page: undefined,
        })
      }}
    />
  )
}
