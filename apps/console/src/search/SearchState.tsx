import { Text } from '@mantine/core'
import { ErrorPanel } from '../ui/ErrorPanel.tsx'
import { usePageWords } from '../words/page-words.ts'

interface Props {
  readonly text: string
  readonly error: Error | null
  readonly isEmpty: boolean
  readonly onRetry: () => void
}

/** Below the list: that nothing was found, or that the server could not be asked. */
export function SearchState({ text, error, isEmpty, onRetry }: Props) {
  const { w } = usePageWords()
  if (error)
    return (
      <div className="search-state">
        <ErrorPanel error={error} onRetry={onRetry} />
      </div>
    )
  if (!isEmpty) return null
  return (
    <div className="search-state">
      <Text fw={600}>{w.search.none(text)}</Text>
      <Text size="sm" c="dimmed">
        {w.search.noneHelp}
      </Text>
    </div>
  )
}
