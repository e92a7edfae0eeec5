import { SegmentedControl } from '@mantine/core'
import { useTableSearch } from './useTableSearch.ts'

/**
 * Which of a list's things are shown, above it; in the URL as `state`, where it is not the first of the values. `resets`: what of
 * the search does not fit the others.
 */
export function ListSwitch<V extends string>({
  label,
  values,
  words,
  resets = [],
}: {
  label: string
  values: readonly [V, ...V[]]
  words: Readonly<Record<V, string>>
  resets?: readonly string[]
}) {
  const { search, change } = useTableSearch()
  const [first] = values
  return (
    <SegmentedControl
      size="sm"
      aria-label={label}
      value={String(search['state'] ?? first)}
      data={values.map(value => ({ value, label: words[value] }))}
      onChange={value => {
        change({
          ...Object.fromEntries(resets.map(field => [field, undefined])),
          state: value === first ? undefined : value,
          cursor: undefined,
          page: undefined,
        })
      }}
    />
  )
}
