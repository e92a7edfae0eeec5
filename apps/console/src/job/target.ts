import type { Selection } from '../ui/BulkBar.tsx'

/**
 * What a job is about: the rows that were picked, or all that a list shows, on every page. `input`: what the list was asked
 * for, whose order and place do not matter here.
 */
export function targetOf(
  { isAll }: Selection<unknown>,
  input: object,
  ids: string[],
): { by: 'ids'; ids: string[] } | { by: 'filter'; filter: Record<string, unknown> } {
  if (!isAll) return { by: 'ids', ids }
  // A list is asked for these beside its filters.
  const { sort: _, cursor: __, limit: ___, ...filter } = input as Record<string, unknown>
  return { by: 'filter', filter }
}
