import { Button, Group, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { useWords } from '../words/words.tsx'

/** Rows that were picked in a list. */
export interface Selection<T> {
  /** Those of this page. */
  readonly rows: readonly T[]
  /** All that match the filters, those of other pages too. */
  readonly isAll: boolean
  /** How many match the filters: at least, where they were not counted to the end. */
  readonly count: number
  readonly isCountExact: boolean
  readonly clear: () => void
}

interface Props<T> {
  readonly selection: Selection<T>
  /** Offers all that match, where more do than are picked here. */
  readonly onSelectAll?: (() => void) | undefined
  readonly children: ReactNode
}

/** Above a list, in the place of its toolbar: how many rows are picked, and what can be done with them. */
export function BulkBar<T>({ selection, onSelectAll, children }: Props<T>) {
  const { w } = useWords()
  const { rows, isAll, count, isCountExact, clear } = selection
  const isMore = !isAll && (count > rows.length || !isCountExact)
  return (
    <Group className="table-toolbar" role="toolbar" aria-label={w.common.actions}>
      <Text size="sm" fw={600} aria-live="polite">
        {isAll ? w.table.selectedAll(count, isCountExact) : w.table.selected(rows.length)}
      </Text>
      {isMore && onSelectAll && (
        <Button size="xs" variant="light" onClick={onSelectAll}>
          {w.table.selectMatching(count, isCountExact)}
        </Button>
      )}
      {children}
      <Button size="xs" variant="subtle" onClick={clear}>
        {w.table.unselect}
      </Button>
    </Group>
  )
}
